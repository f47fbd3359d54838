"""The Pythons that the wheels index covers, and those that a change may propose."""

from __future__ import annotations

from pidoctor.catalog.tables import load
from pidoctor.catalog.values import Dotted
from pidoctor.records import NamedTuple


class PythonRow(NamedTuple):
    """A version of CPython ("3.11") and the year of its first release.

    ``offered``: still worth installing where another is.
    """

    version: Dotted
    released: int
    offered: bool = True


class PythonsTable(NamedTuple):
    """pythons.json."""

    source: str
    pythons: tuple[PythonRow, ...]  # oldest first


def indexed_pythons() -> tuple[str, ...]:
    """Every Python whose wheels the index holds."""
    return tuple(row.version for row in load(PythonsTable).pythons)


def offered_pythons() -> tuple[str, ...]:
    """The Pythons that may be proposed beside a system's own."""
    return tuple(row.version for row in load(PythonsTable).pythons if row.offered)


def released_by(year: int) -> tuple[str, ...]:
    """The Pythons of `offered_pythons` that were there in a year."""
    rows = load(PythonsTable).pythons
    return tuple(row.version for row in rows if row.offered and row.released <= year)
