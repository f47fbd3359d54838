"""Wheels that are asked for by their address: whether pip takes the file here, by its name.

pip installs such a file only where one of its tags fits, as with one of an index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from packaging.utils import canonicalize_name, parse_wheel_filename

from pidoctor.profile.wheel_sources import name_at
from pidoctor.resolve.compatibility import judge_tag, tag_of
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.plan import Candidate
from pidoctor.resolve.request import AUTO, Request, file_name, is_wheel
from pidoctor.resolve.verdict import Reason, Rejected


def refused_files(request: Request, machine: Machine) -> Iterator[tuple[str, Candidate]]:
    """The names of the files that pip would refuse on a machine, and why."""
    for file in filter(is_wheel, map(file_name, request.addressed)):
        name, version, _, _ = parse_wheel_filename(file)
        verdict = judge_tag(tag_of(file), machine.interpreter)
        if isinstance(verdict, Rejected):
            yield file, Candidate(name, str(version), verdict.reason, verdict.detail)


def taken_files(files: Mapping[str, str], machine: Machine) -> Mapping[str, str]:
    """Package -> address, for those of ``files`` that pip would not refuse on a machine."""
    return {
        name: url
        for name, url in files.items()
        if not isinstance(judge_tag(tag_of(name_at(url)), machine.interpreter), Rejected)
    }


def unread_files(request: Request) -> Iterator[tuple[str, Candidate]]:
    """The names of the files that a runtime was asked for as and of which nothing is known."""
    for item in request.addressed:
        why = request.unread.get(canonicalize_name(item.name))
        if why and request.name == AUTO:
            file = file_name(item)
            yield file, Candidate(canonicalize_name(item.name), f"({file})", Reason.NOT_KNOWN, why)


def refusal(request: Request, machine: Machine) -> tuple[str, Candidate] | None:
    """The sentence about the first file that pip would refuse, else about the runtime of which
    nothing is known, for another one is no answer, or about a Python that the project is not for;
    and the file, or the Python, as a candidate."""
    if machine.python not in request.pythons:
        told = f"the project asks for Python {request.pythons}, and the Python is {machine.python}"
        return told, Candidate("python", machine.python, Reason.PYTHON, told)
    for file, candidate in refused_files(request, machine):
        return f"pip refuses {file} here: {candidate.detail}", candidate
    for file, candidate in unread_files(request):
        return f"{file}: {candidate.detail}", candidate
    return None
