"""Which wheels packages have, coarsely: the table behind "nothing found" when nobody else knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.tables import load
from pidoctor.expressions import expression
from pidoctor.platforms.versions import Version, numbers_of
from pidoctor.triage.log_facts import plain_name


class PublishedRow(NamedTuple):
    """A package as the table writes it; see :class:`Published`."""

    arches: Mapping[str, tuple[str, ...]]
    source: bool
    pip: str = ""
    glibc: str = ""
    elsewhere: bool = False
    since: Mapping[str, int] = {}
    months: Mapping[str, str] = {}


class PublishedTable(NamedTuple):
    """symptoms/packages.json: the normalised name of a package -> its wheels."""

    about: str
    packages: Mapping[str, PublishedRow]


@dataclass(frozen=True)
class Published:
    """One package: first and last Python per architecture, `any` where the wheel is pure Python.

    `elsewhere` marks a name whose real wheels are not on the package index. `since` is the year of
    the first wheel for an architecture, where that came later than the package; `months` the month
    (2023.09) in which the first wheel for 64-bit ARM came, for each Python.
    """

    name: str
    arches: Mapping[str, tuple[Version, Version]]
    source: bool
    pip: Version
    glibc: Version
    elsewhere: bool
    since: Mapping[str, int]
    months: Mapping[Version, Version]

    def first(self, arch: str) -> Version:
        """Since when there are wheels for `arch`: a year, or a year and a month."""
        if arch == "aarch64" and self.months:
            return min(self.months.values())
        return (self.since.get(arch, 0),)

    def pythons(self, arch: str) -> tuple[Version, Version] | None:
        """First and last Python with a wheel for `arch`; None if there is no such wheel."""
        return self.arches.get(arch) or self.arches.get("any")

    @property
    def widest(self) -> tuple[Version, Version]:
        """First and last Python with a wheel for any ARM board, or for anything at all."""
        spans = [s for a, s in self.arches.items() if a != "x86_64"] or list(self.arches.values())
        return min(first for first, _ in spans), max(last for _, last in spans)


@lru_cache(maxsize=1)
def published() -> Mapping[str, Published]:
    """The table, by normalised name."""
    return {
        name: Published(
            name=name,
            arches={a: (numbers_of(s[0]), numbers_of(s[1])) for a, s in row.arches.items()},
            source=row.source,
            pip=numbers_of(row.pip),
            glibc=numbers_of(row.glibc),
            elsewhere=row.elsewhere,
            since=row.since,
            months={numbers_of(p): numbers_of(month) for p, month in row.months.items()},
        )
        for name, row in load(PublishedTable).packages.items()
    }


def misspelled(name: str) -> str:
    """The known package that `name` is a misspelling of, or the empty string.

    "py" left out before it, or one or two letters wrong, in names of the same parts; a number or a
    part more is another name.
    """
    if f"py{plain_name(name)}" in published():  # most often left out
        return f"py{plain_name(name)}"
    parts = plain_name(name).split("-")
    for known in published():
        others = known.split("-")
        wrong = [(one, other) for one, other in zip(parts, others) if one != other]
        if len(parts) == len(others) and len(wrong) == 1 and _is_slip(*wrong[0]):
            return known
    return ""


_TWO_FROM = 9
"""Letters of a word from which on two may be wrong."""

_LONG_ENOUGH = 6
"""Letters of a word; shorter ones are all alike."""


def _is_slip(word: str, known: str) -> bool:
    """Whether one or two letters were added, dropped, changed or swapped in a long word."""
    if re.sub(r"\D", "", word) != re.sub(r"\D", "", known) or abs(len(word) - len(known)) > 1:
        return False
    matcher = difflib.SequenceMatcher(None, word, known, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    off = max(len(word), len(known)) - same
    return len(known) >= _LONG_ENOUGH and off <= 1 + (len(known) > _TWO_FROM)


_APT_NAME = expression(r"^python3-|^lib[a-z][a-z+.-]*(?<!-cu)\d[\d.]*(?:-\w+)*$|-dev$")
"""Python 3 modules, libraries with the number of their interface (libgl1), what builds need."""

_PYTHON_NAME = expression(r"^python-(.+)")


def looks_like_apt(name: str) -> bool:
    """Whether a name is of the form that Debian's packages have.

    Many packages of the package index begin with "python-" too (python-can, python-vlc); Debian
    puts that before the name of another one.
    """
    other = _PYTHON_NAME.match(name)
    debian = other is not None and plain_name(other.group(1)) in published()
    return debian or _APT_NAME.search(name) is not None
