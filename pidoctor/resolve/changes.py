"""What would make an impossible request possible: one fact flipped at a time, resolved again.

Every change listed was verified by a resolution; the cheapest come first. Where no single change
helps, pairs of the costly ones are tried (a newer board *and* a 64-bit system).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from pidoctor.catalog.catalog import Catalog
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.profile.variation import (
    Variation,
    boards,
    other_bits,
    other_pythons,
    other_releases,
    small_pages,
)
from pidoctor.resolve.plan import Change, Plan
from pidoctor.resolve.request import AUTO, Request
from pidoctor.resolve.resolver import resolve

# Cheapest first: a word on the command line, a package, an interpreter, a kernel, a new card,
# new hardware.
KINDS = (
    "version",
    "runtime",
    "system-package",
    "python",
    "kernel",
    "os-bits",
    "os-release",
    "board",
)
_MACHINE_FLIPS: tuple[tuple[str, Callable[[Profile], Iterator[Variation]]], ...] = (
    ("python", other_pythons),
    ("kernel", small_pages),
    ("os-bits", other_bits),
    ("os-release", other_releases),
    ("board", boards),
)


@dataclass(frozen=True)
class Flip:
    """One altered question: what was changed, and the question that results."""

    kind: str
    text: str
    profile: Profile
    request: Request

    @property
    def cost(self) -> int:
        return KINDS.index(self.kind) + 1


def changes(profile: Profile, request: Request, catalog: Catalog) -> tuple[Change, ...]:
    """The changes that make ``request`` possible, one of each kind, cheapest first."""
    found = _verified(_single_flips(profile, request, catalog), catalog)
    if not found:
        found = _verified(_double_flips(profile, request), catalog)
    return tuple(sorted(found.values(), key=lambda change: change.cost))


def _verified(flips: Iterator[Flip], catalog: Catalog) -> dict[str, Change]:
    """The first flip of each kind that resolves to a plan."""
    found: dict[str, Change] = {}
    for flip in flips:
        if flip.kind in found:
            continue
        resolution = resolve(flip.profile, flip.request, catalog)
        if isinstance(resolution, Plan):
            text = flip.text.format(runtime=resolution.runtime, version=resolution.version)
            found[flip.kind] = Change(flip.kind, text, flip.cost, resolution.summary)
    return found


def _single_flips(profile: Profile, request: Request, catalog: Catalog) -> Iterator[Flip]:
    yield from _request_flips(profile, request, catalog)
    for kind, vary in _MACHINE_FLIPS:
        for variation in vary(replace(profile, environment=UNKNOWN)):  # it would be a new one
            yield Flip(kind, variation.text, variation.profile, request)


def _request_flips(profile: Profile, request: Request, catalog: Catalog) -> Iterator[Flip]:
    if request.specifier:
        yield Flip(
            "version",
            "ask for another version: pidoctor install {runtime}=={version}",
            profile,
            request.without_specifier(),
        )
    if request.name == AUTO:
        return
    for other in catalog.relations.alternatives.get(request.name, ()):
        yield Flip(
            "runtime",
            "use {runtime} {version} instead, it runs the same .tflite models: "
            "pidoctor install {runtime}",
            profile,
            request.for_runtime(other),
        )


def _double_flips(profile: Profile, request: Request) -> Iterator[Flip]:
    """Pairs of machine changes, in either order; a pair counts as the costlier of the two."""
    for (kind, vary), (other, vary_other) in permutations(_MACHINE_FLIPS, 2):
        costlier = max(kind, other, key=KINDS.index)
        for one in vary(replace(profile, environment=UNKNOWN)):
            for two in vary_other(one.profile):
                yield Flip(costlier, f"{one.text}, and {two.text}", two.profile, request)
