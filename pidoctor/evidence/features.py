"""Which processor features a library uses without asking, from what a scan of it found."""

from __future__ import annotations

from typing import NamedTuple

from pidoctor.catalog.processor import names_by_compiler
from pidoctor.evidence.instructions import Marks

# Code that was compiled for Armv8.1 holds more than this many atomic instructions in a megabyte.
# TensorFlow 2.10 and 2.11 for AWS hold 7 to 11 in 240 MB, all in the SVE functions of the Arm
# Compute Library (or compiled along with them), which a processor without SVE never enters.
_SCATTERED_PER_MEGABYTE = 1


class UsedFeatures(NamedTuple):
    """Features as /proc/cpuinfo spells them, sorted: those used whatever the processor has, and
    those found only in code that is most likely chosen at run time."""

    always: tuple[str, ...]
    optional: tuple[str, ...]


def used_features(marks: Marks, machine: str) -> UsedFeatures:
    """Told by three kinds of evidence.

    The library's own list of features it refuses to start without; atomic instructions outside
    the helpers that test for them; and dot products in a library that has no means of asking
    which features there are. Dot products in one that can ask are taken as guarded: kernels for
    several processors, chosen at run time, are usual there. A few atomic instructions in a library
    that asks, and that brings SVE functions, may belong to those: they are optional.
    """
    names = names_by_compiler(machine)
    found = {name for word in marks.compiled_with for name in names.get(word, ())}
    optional = set()
    if marks.lse and _scattered(marks):
        optional.add("atomics")
    elif marks.lse:
        found.add("atomics")
    if marks.dot_product and not marks.asks_features:
        found.add("asimddp")
    return UsedFeatures(tuple(sorted(found)), tuple(sorted(optional - found)))


def _scattered(marks: Marks) -> bool:
    few = marks.lse * (1 << 20) <= _SCATTERED_PER_MEGABYTE * marks.code_size
    return bool(marks.sve) and marks.asks_features and few
