"""What would make an impossible request possible: the question altered a little, and asked again.

Every change listed was verified by a resolution with exactly that change: its text is made from
the difference of the two machines. One of each kind, cheapest first. Two changes together where no
single one helps; another board only where the same board with another system has no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import permutations

from pidoctor.catalog.catalog import Catalog
from pidoctor.errors import UsageError
from pidoctor.profile.difference import steps
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.profile.variation import (
    Variation,
    boards,
    image_of,
    other_bits,
    other_pythons,
    other_releases,
    small_pages,
    with_image,
)
from pidoctor.resolve.plan import Change, Plan, Resolution
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
OF_THE_MACHINE = KINDS[KINDS.index("system-package") :]
Vary = Callable[[Profile], Iterable[Profile]]
Solve = Callable[[Profile, Request, Catalog], Resolution]


@dataclass(frozen=True)
class Proposal:
    """An altered question that has a plan; ``change`` is what its asker is told."""

    change: Change
    profile: Profile
    request: Request


def changes(profile: Profile, request: Request, catalog: Catalog) -> tuple[Change, ...]:
    """The changes that make ``request`` possible, one of each kind, cheapest first."""
    return tuple(proposal.change for proposal in proposals(profile, request, catalog))


def proposals(
    profile: Profile, request: Request, catalog: Catalog, solve: Solve = resolve
) -> list[Proposal]:
    """The same with the altered questions; ``solve`` may ask for more than a plan."""
    found = {
        proposal.change.kind: proposal
        for altered in _other_requests(request, catalog)
        for proposal in _other_request(profile, altered, catalog, solve)
    }

    def of(altered: Iterable[Profile]) -> dict[str, Proposal]:
        return _first_of_each(bare, altered, request, lambda after: solve(after, request, catalog))

    bare = replace(profile, environment=UNKNOWN)  # on a changed machine it would be a new one
    here = of(_singles(bare, _ON_THIS_BOARD)) or of(_pairs(bare, _ON_THIS_BOARD))
    here = here or of(_singles(bare, (_boards,))) or of(_board_pairs(bare))
    if not here and not found:
        found = _both(bare, request, catalog, solve)
    return sorted({**here, **found}.values(), key=lambda proposal: proposal.change.cost)


def _first_of_each(
    before: Profile,
    altered: Iterable[Profile],
    request: Request,
    solve: Callable[[Profile], Resolution],
    asking: str = "",
) -> dict[str, Proposal]:
    """The first altered machine of each kind of change that has a plan.

    ``asking`` tells what ``request`` is where it is another one, with blanks as in _other_requests.
    """
    found: dict[str, Proposal] = {}
    seen = set()
    for after in altered:
        todo = list(steps(before, after))
        text = ", and ".join(step.text for step in todo)
        kind = max((step.kind for step in todo), key=KINDS.index, default="")
        if not todo or kind in found or text in seen:
            continue
        seen.add(text)
        resolution = solve(after)
        if isinstance(resolution, Plan) and not resolution.unchecked:
            named = asking.format(runtime=resolution.runtime, version=resolution.version)
            told = f"{text}, and {named}" if named else text
            anew = str(request) if named else ""
            change = Change(kind, told, KINDS.index(kind) + 1, resolution.summary, anew)
            found[kind] = Proposal(change, after, request)
    return found


# --- another request ---------------------------------------------------------------------------


def _other_requests(request: Request, catalog: Catalog) -> Iterator[tuple[str, str, Request]]:
    """(kind, text with blanks for the runtime and version, request)."""
    if request.specifier and not request.together:
        text = "ask for another version: pidoctor install {runtime}=={version}"
        yield "version", text, request.without_specifier()
    if request.name == AUTO:
        return
    text = (
        "use {runtime} {version} instead, it runs the same .tflite models: "
        "pidoctor install {runtime}"
    )
    if request.together:
        text = (
            f"ask for {{runtime}} {{version}} instead of {request}, it runs the same .tflite "
            "models; the rest can stay"
        )
    for other in reversed(catalog.relations.alternatives.get(request.name, ())):
        yield "runtime", text, request.for_runtime(other)


def _other_request(
    profile: Profile, altered: tuple[str, str, Request], catalog: Catalog, solve: Solve
) -> Iterator[Proposal]:
    kind, text, request = altered
    resolution = solve(profile, request, catalog)
    if isinstance(resolution, Plan) and not resolution.unchecked:
        told = text.format(runtime=resolution.runtime, version=resolution.version)
        change = Change(kind, told, KINDS.index(kind) + 1, resolution.summary, str(request))
        yield Proposal(change, profile, request)


def _both(
    profile: Profile, request: Request, catalog: Catalog, solve: Solve
) -> dict[str, Proposal]:
    """Another request on another machine, of the first other request that has a plan anywhere."""
    for _, text, other in _other_requests(request, catalog):

        def ask(after: Profile, other: Request = other) -> Resolution:
            return solve(after, other, catalog)

        machines = _singles(profile, (*_ON_THIS_BOARD, _boards))
        found = _first_of_each(profile, machines, other, ask, text)
        if found:
            return found
    return {}


# --- another machine ---------------------------------------------------------------------------


def _own_python(profile: Profile) -> Iterator[Profile]:
    """The same system used through its own Python, where another one is used now."""
    image = image_of(profile)
    if image is None or profile.python.is_system.or_else(True):
        return
    try:
        own = with_image(profile, image)
    except UsageError:
        return
    yield replace(profile, python=own.python)


def _profiles(vary: Callable[[Profile], Iterator[Variation]]) -> Vary:
    return lambda profile: (variation.profile for variation in vary(profile))


_boards = _profiles(boards)
_ON_THIS_BOARD: tuple[Vary, ...] = (
    _own_python,
    _profiles(other_pythons),
    _profiles(small_pages),
    _profiles(other_bits),
    _profiles(other_releases),
)


def _singles(profile: Profile, ways: Iterable[Vary]) -> Iterator[Profile]:
    for vary in ways:
        yield from vary(profile)


def _pairs(profile: Profile, ways: Iterable[Vary]) -> Iterator[Profile]:
    for vary, vary_again in permutations(ways, 2):
        for changed in vary(profile):
            yield from vary_again(changed)


def _board_pairs(profile: Profile) -> Iterator[Profile]:
    """Another board together with something else."""
    for other in _boards(profile):
        yield from _singles(other, _ON_THIS_BOARD)
    for other in _singles(profile, _ON_THIS_BOARD):
        yield from _boards(other)
