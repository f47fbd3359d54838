"""Which versions of a dependency the index must hold, so that no answer changes.

A resolver takes the newest version that fits. Version V of a dependency can never be taken when
a newer version W exists that

1. is admitted by every requirement of the tree that admits V,
2. has wheels for every machine, libc level and Python that V's wheels fit, and
3. asks for nothing that V does not ask for as well:

whatever rules W out rules V out too, and W comes first. Such a V is left out. Packages asked for
by name, and those that are compiled against NumPy (their wheels carry constraints of their own),
keep every version.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pidoctor.indexing.links import Coverage, covers


@dataclass(frozen=True)
class Prunable:
    """A version of a dependency as the rule sees it.

    ``certain`` are the environments in which its wheels install whatever the patch release of
    Python; ``possible`` those in which they may.
    """

    version: Version
    certain: Coverage
    possible: Coverage
    requires: frozenset[str]


def prune(candidates: Iterable[Prunable], specifiers: Iterable[SpecifierSet]) -> set[Version]:
    """The versions that can matter under ``specifiers``."""
    wanted = tuple(specifiers)
    kept: list[tuple[Prunable, frozenset[int]]] = []
    for candidate in sorted(candidates, key=lambda item: item.version, reverse=True):
        admitted = frozenset(n for n, one in enumerate(wanted) if admits(one, candidate.version))
        if admitted and not any(  # a newer one that serves wherever this one does
            admitted <= seen
            and newer.requires <= candidate.requires
            and covers(newer.certain, candidate.possible)
            for newer, seen in kept
        ):
            kept.append((candidate, admitted))
    return {candidate.version for candidate, _ in kept}


def admits(specifier: SpecifierSet, version: Version) -> bool:
    """Whether ``specifier`` admits ``version``; pre-releases only where it names one itself."""
    return specifier.contains(version, prereleases=bool(specifier.prereleases))
