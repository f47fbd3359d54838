"""Processor features: what a library needs, what a processor has, and what to call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from pidoctor.catalog.tables import load
from pidoctor.catalog.wheels import Library
from pidoctor.records import NamedTuple


class FeatureName(NamedTuple):
    """What compilers call a feature of a kind of machine, and its names in /proc/cpuinfo."""

    compiler: str
    machine: str
    cpuinfo: tuple[str, ...]


class CpuFeaturesTable(NamedTuple):
    """cpu_features.json.

    ``arm_levels``: the features that a value of a tag of ``.ARM.attributes`` stands for, by tag and
    value. ``implied``: feature -> those that follow from it. ``words``: what people call them.
    """

    names: tuple[FeatureName, ...]
    arm_levels: Mapping[str, Mapping[str, tuple[str, ...]]]
    implied: Mapping[str, tuple[str, ...]]
    words: Mapping[str, str]
    source: str
    arm_levels_source: str
    implied_source: str


def names_by_compiler(machine: str) -> Mapping[str, tuple[str, ...]]:
    """The compiler's name of a feature -> its names in /proc/cpuinfo, for a kind of machine."""
    rows = load(CpuFeaturesTable).names
    return {row.compiler: row.cpuinfo for row in rows if row.machine == machine}


def needed_features(library: Library) -> tuple[str, ...]:
    """What ``library`` uses whatever the processor has: by its code and by its build attributes."""
    if library.arm is None:
        return library.cpu_features
    levels = load(CpuFeaturesTable).arm_levels
    stated = {
        feature
        for tag, level in library.arm._asdict().items()
        for feature in levels[tag].get(str(level), ())
    }
    return tuple(sorted({*library.cpu_features, *stated}))


@lru_cache(maxsize=256)
def with_implied(features: frozenset[str]) -> frozenset[str]:
    """``features`` of /proc/cpuinfo and those that follow from them."""
    implied = load(CpuFeaturesTable).implied
    found = set(features)
    waiting = sorted(features)
    while waiting:
        fresh = set(implied.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += sorted(fresh)
    return frozenset(found)


@lru_cache(maxsize=256)
def decisive(features: frozenset[str]) -> frozenset[str]:
    """Those of ``features``, and of what follows from them, that a library may ask for."""
    table = load(CpuFeaturesTable)
    asked_for = {name for row in table.names for name in row.cpuinfo}
    for levels in table.arm_levels.values():
        asked_for.update(*levels.values())
    return with_implied(features) & asked_for


def missing_features(needed: Iterable[str], have: frozenset[str] | None) -> tuple[str, ...]:
    """Those of ``needed`` that a processor lacks; none where its features are not known."""
    if have is None:
        return ()
    return tuple(feature for feature in needed if feature not in with_implied(have))


def in_words(features: Iterable[str]) -> str:
    """Features as people call them: "NEON, VFPv4 (fused multiply-add)"."""
    words = load(CpuFeaturesTable).words
    return ", ".join(words.get(feature, feature) for feature in features)
