"""Everything documented that a resolution draws on, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pidoctor.catalog.relations import Relations, load_relations
from pidoctor.catalog.runtimes import Runtime, load_runtimes
from pidoctor.catalog.wheels import WheelsIndex


@dataclass(frozen=True)
class Catalog:
    """The wheels, how packages relate, and the runtimes in the order in which `auto` tries them."""

    index: WheelsIndex
    relations: Relations
    runtimes: Mapping[str, Runtime]


def open_catalog(index: WheelsIndex) -> Catalog:
    """The catalog around ``index``."""
    runtimes = {runtime.distribution: runtime for runtime in load_runtimes()}
    return Catalog(index, load_relations(), runtimes)
