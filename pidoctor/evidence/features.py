"""Which processor features a library uses without asking, from what a scan of it found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pidoctor.catalog.tables import load_table
from pidoctor.evidence.instructions import Marks


def cpu_features(marks: Marks, machine: str) -> tuple[str, ...]:
    """The features, as /proc/cpuinfo spells them, sorted.

    Told by three kinds of evidence: the library's own list of features it refuses to start
    without; atomic instructions outside the helpers that test for them; and dot products in a
    library that has no means of asking which features there are. Dot products in one that can ask
    are taken as guarded: kernels for several processors, chosen at run time, are usual there.
    """
    names = _names(machine)
    found = {name for word in marks.compiled_with for name in names.get(word, ())}
    if marks.lse:
        found.add("atomics")
    if marks.dot_product and not marks.asks_features:
        found.add("asimddp")
    return tuple(sorted(found))


@lru_cache(maxsize=8)
def _names(machine: str) -> Mapping[str, tuple[str, ...]]:
    return {
        row["compiler"]: tuple(row["cpuinfo"])
        for row in load_table("cpu_features")["names"]
        if row["machine"] == machine
    }
