"""Wheels that are asked for by their address: whether pip takes the file here, by its name.

pip installs such a file only where one of its tags fits, as with one of an index. What is in the
file is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from packaging.requirements import Requirement
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pidoctor.resolve.compatibility import judge_tag, tag_of
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.plan import Candidate
from pidoctor.resolve.request import Request
from pidoctor.resolve.verdict import Rejected


def refused_files(request: Request, machine: Machine) -> Iterator[tuple[str, Candidate]]:
    """The names of the files that pip would refuse on a machine, and why."""
    for item in request.addressed:
        file = file_name(item)
        if not file.endswith(".whl"):
            continue
        try:
            name, version, _, _ = parse_wheel_filename(file)
        except InvalidWheelFilename:
            continue
        verdict = judge_tag(tag_of(file), machine.interpreter)
        if isinstance(verdict, Rejected):
            yield file, Candidate(name, str(version), verdict.reason, verdict.detail)


def refusal(request: Request, machine: Machine) -> tuple[str, Candidate] | None:
    """The sentence about the first file that pip would refuse, and the file as a candidate."""
    for file, candidate in refused_files(request, machine):
        return f"pip refuses {file} here: {candidate.detail}", candidate
    return None


def file_name(item: Requirement) -> str:
    """The name of the file at the address of a requirement."""
    return unquote(urlsplit(item.url or "").path.rpartition("/")[2])
