"""What the wheels index covers: which packages, Pythons and machines (data/index_scope.json)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement

from pidoctor.catalog.index_scope import IndexScopeTable
from pidoctor.catalog.pythons import indexed_pythons
from pidoctor.catalog.runtimes import runtime_wheels
from pidoctor.catalog.tables import load
from pidoctor.platforms.interpreter import marker_environment


@dataclass(frozen=True)
class Scope:
    """The packages asked for by name, those never pruned, and the machines that matter.

    ``evidence`` names the packages whose wheels are read, in the order of their importance, and
    how: "every wheel", or "one Python" per version and platform; ``evidence_of_others`` is how
    those of every other package are read. ``prereleases`` names the packages whose pre-releases
    are kept as well, from the newest final release on; of the daily builds in ``nightly`` the
    newest is.
    """

    requested: tuple[str, ...]
    unpruned: tuple[str, ...]
    pythons: tuple[str, ...]  # "3.9" ...
    machines: tuple[str, ...]  # as os.uname() spells them
    evidence: tuple[tuple[str, str], ...] = ()
    evidence_of_others: str = ""
    prereleases: tuple[str, ...] = ()
    nightly: frozenset[str] = frozenset()

    def evidence_modes(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """(package, how its wheels are read) for those of ``names`` that are read."""
        known = dict(self.evidence)
        ordered = [*known, *sorted(set(names) - set(known))]
        modes = [(name, known.get(name, self.evidence_of_others)) for name in ordered]
        return [(name, mode) for name, mode in modes if mode and name in set(names)]

    def active(self, requirement: str, extras: frozenset[str] = frozenset()) -> bool:
        """Whether ``requirement`` applies on any machine and Python of this scope."""
        return _active(self.pythons, self.machines, requirement, extras)


def load_scope() -> Scope:
    """The scope that the shipped index is made with."""
    data, runtimes = load(IndexScopeTable), tuple(runtime_wheels())
    names = tuple(wheels.name for wheels in runtimes)
    evidence = [(wheels.name, str(wheels.evidence)) for wheels in runtimes]
    evidence += [(row.name, row.read) for row in data.evidence]
    return Scope(
        requested=(*names, *data.requested),
        unpruned=data.unpruned,
        pythons=indexed_pythons(),
        machines=data.machines,
        evidence=tuple(sorted(evidence, key=lambda row: row[1] != "every wheel")),
        evidence_of_others=data.evidence_of_others,
        prereleases=names,
        nightly=frozenset(wheels.name for wheels in runtimes if wheels.nightly),
    )


@lru_cache(maxsize=8)
def _environments(pythons: tuple[str, ...], machines: tuple[str, ...]) -> list[Mapping[str, str]]:
    """One PEP 508 marker environment per Python (first and last patch) and machine."""
    return [
        marker_environment(f"{python}.{patch}", machine)
        for python in pythons
        for machine in machines
        for patch in (0, 99)
    ]


@lru_cache(maxsize=65536)
def _active(
    pythons: tuple[str, ...], machines: tuple[str, ...], text: str, extras: frozenset[str]
) -> bool:
    try:
        marker = Requirement(text).marker
    except InvalidRequirement:
        return False
    return marker is None or any(
        _holds(marker, environment, extra)
        for environment in _environments(pythons, machines)
        for extra in ("", *sorted(extras))
    )


def _holds(marker: Marker, environment: Mapping[str, str], extra: str) -> bool:
    return marker.evaluate({**environment, "extra": extra})
