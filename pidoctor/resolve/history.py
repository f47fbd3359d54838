"""What was published of a package over time, for the kind of machine that is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from packaging.version import Version

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.wheels import IndexedProject, Wheel
from pidoctor.record_fields import json_form
from pidoctor.records import NamedTuple
from pidoctor.resolve.compatibility import judge_tag, tag_of
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import Accepted, Reason
from pidoctor.value_rules import Text

_OTHER_PROCESSOR = (Reason.ARCHITECTURE, Reason.BITNESS)


@json_form(
    names={"of_all": ""},
    nulls=("first", "last", "first_for_python", "last_for_python", "followed_by"),
)
class History(NamedTuple):
    """The releases of a package that have a wheel for a processor, by what their tags claim.

    Versions are empty where there is none; pre-releases and withdrawn wheels do not count.
    """

    name: Text
    architecture: Text  # in words: "64-bit ARM (aarch64)"
    first: str  # oldest version with a wheel for the architecture
    last: str  # newest such
    python: str  # the machine's: "3.13"
    first_for_python: str  # oldest version with a wheel for the architecture and this Python
    last_for_python: str
    pythons: tuple[str, ...]  # that the last version has wheels for, oldest first
    of_all: tuple[str, ...] = ()  # that any version has wheels for, oldest first
    followed_by: str = ""  # what its makers publish instead since it ended


def history(name: str, project: IndexedProject, machine: Machine, followed_by: str) -> History:
    """What the index holds of ``project`` for the processor of ``machine``, and for its Python."""
    fitting = sorted(wheels_for(project, machine), key=lambda wheel: Version(wheel.version))
    here = [wheel for wheel in fitting if _is_for_python(wheel, machine)]
    last = fitting[-1].version if fitting else ""
    return History(
        name=name,
        architecture=kind_of(machine.architecture).name,
        first=fitting[0].version if fitting else "",
        last=last,
        python=machine.python_short,
        first_for_python=here[0].version if here else "",
        last_for_python=here[-1].version if here else "",
        pythons=_pythons(wheel for wheel in fitting if wheel.version == last),
        of_all=_pythons(fitting),
        followed_by=followed_by,
    )


def wheels_for(project: IndexedProject | None, machine: Machine) -> Iterator[Wheel]:
    """The released wheels whose tag names the machine's processor, whatever their Python."""
    if project is None:
        return
    for wheel in project.wheels:
        if (
            wheel.is_source
            or wheel.yanked
            or (Version(wheel.version).is_prerelease and project.has_releases)
        ):
            continue
        if wheel.source == "piwheels" and not machine.piwheels:
            continue
        verdict = judge_tag(tag_of(wheel.filename), machine.interpreter)
        if isinstance(verdict, Accepted) or verdict.reason not in _OTHER_PROCESSOR:
            yield wheel


def _is_for_python(wheel: Wheel, machine: Machine) -> bool:
    verdict = judge_tag(tag_of(wheel.filename), machine.interpreter)
    return isinstance(verdict, Accepted) or verdict.reason not in (Reason.PYTHON, Reason.ABI)


def _pythons(wheels: Iterable[Wheel]) -> tuple[str, ...]:
    """The versions of CPython in the tags of ``wheels``: ("3.9", "3.10")."""
    tags = (re.match(r"cp(\d)(\d+)-", tag_of(wheel.filename)) for wheel in wheels)
    found = {(int(tag[1]), int(tag[2])) for tag in tags if tag}
    return tuple(f"{major}.{minor}" for major, minor in sorted(found))
