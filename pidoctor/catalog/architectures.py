"""Kinds of processors, by the names that ``uname -m`` and wheels have for them."""

from __future__ import annotations

from collections.abc import Mapping

from pidoctor.catalog.tables import derived, load
from pidoctor.records import NamedTuple


class ArchitectureRow(NamedTuple):
    """One kind: what sentences call it, how many bits a pointer has, what people write for it.

    ``words`` are without "-" and "_". ``debian`` and ``conda`` are their names for it, empty where
    they publish nothing. ``piwheels``: it builds wheels for this one.
    """

    id: str
    name: str
    bits: int
    words: tuple[str, ...] = ()
    debian: str = ""
    conda: str = ""
    piwheels: bool = False


class ArchitecturesTable(NamedTuple):
    """architectures.json."""

    source: str
    architectures: tuple[ArchitectureRow, ...]


def kind_of(architecture: str) -> ArchitectureRow:
    """What is known of an architecture; of one that is not in the table, its name."""
    known = _by_id().get(architecture)
    return known or ArchitectureRow(architecture, architecture, 64 if "64" in architecture else 32)


def called(word: str) -> ArchitectureRow | None:
    """The architecture that people mean by a word."""
    rows = load(ArchitecturesTable).architectures
    return next((row for row in rows if word in row.words), None)


@derived
def _by_id() -> Mapping[str, ArchitectureRow]:
    return {row.id: row for row in load(ArchitecturesTable).architectures}
