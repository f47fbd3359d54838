"""Everything documented that a resolution draws on, in one value."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from typing import Callable

from pidoctor.catalog.ledger import Ledger, shipped_ledger
from pidoctor.catalog.relations import Relations, load_relations
from pidoctor.catalog.runtimes import Runtime, load_runtimes, nightlies
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.records import dataclass


@dataclass(frozen=True)
class Catalog:
    """The wheels, how packages relate, the runtimes in the order in which `auto` tries them, and
    what was run where.

    ``named`` are the runtimes that can be asked for by name: their daily builds as well.
    ``further`` opens an index that also looks up what this one does not hold, where one may be
    asked.
    """

    index: WheelsIndex
    relations: Relations
    runtimes: Mapping[str, Runtime]
    ledger: Ledger
    today: str = ""  # ISO 8601, to tell the index's age by; empty where that does not matter
    further: Callable[[], WheelsIndex] | None = None

    @cached_property
    def named(self) -> Mapping[str, Runtime]:
        return {**self.runtimes, **{nightly.distribution: nightly for nightly in nightlies()}}

    def is_nightly(self, name: str) -> bool:
        """Whether ``name`` is a runtime's daily build, which only its own name asks for."""
        return name in self.named and name not in self.runtimes


def open_catalog(index: WheelsIndex, ledger: Ledger | None = None) -> Catalog:
    """The catalog around ``index``, with the shipped ledger of proofs unless another is given."""
    runtimes = {runtime.distribution: runtime for runtime in load_runtimes()}
    proofs = shipped_ledger() if ledger is None else ledger
    return Catalog(index, load_relations(), runtimes, proofs, time.strftime("%Y-%m-%d"))
