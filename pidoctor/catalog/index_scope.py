"""What the wheels index covers beside the runtimes."""

from __future__ import annotations

from pidoctor.catalog.runtimes import runtime_wheels
from pidoctor.catalog.tables import load
from pidoctor.records import NamedTuple


class ReadPackage(NamedTuple):
    """How the wheels of a package are read: "every wheel", or "one Python" per version and
    platform."""

    name: str
    read: str


class IndexScopeTable(NamedTuple):
    """index_scope.json; ``machines`` as os.uname() spells them."""

    requested: tuple[str, ...]
    unpruned: tuple[str, ...]
    machines: tuple[str, ...]
    evidence: tuple[ReadPackage, ...]  # the most important first
    evidence_of_others: str


def indexed_packages() -> tuple[str, ...]:
    """The packages that the wheels index is asked to hold: the runtimes', and others beside."""
    return (*(wheels.name for wheels in runtime_wheels()), *load(IndexScopeTable).requested)
