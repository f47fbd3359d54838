"""What would make an impossible request possible: the question altered a little, and asked again.

Every change listed was verified by a resolution with exactly that change: its text is made from
the difference of the two machines. One of each kind, cheapest first. Two changes together where no
single one helps; another board only where the same board with another system has no plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import permutations

from packaging.utils import canonicalize_name

from pidoctor.catalog.catalog import Catalog
from pidoctor.change_kinds import ANEW, cost
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.profile.difference import steps
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.profile.variation import (
    boards,
    containers,
    fewer_bits,
    image_of,
    more_bits,
    other_pythons,
    other_releases,
    other_systems,
    python_of_image,
    small_pages,
    with_image,
    with_libraries,
)
from pidoctor.records import NamedTuple, dataclass
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.plan import Change, Plan, Resolution
from pidoctor.resolve.reasons import nearest_series
from pidoctor.resolve.request import AUTO, Request
from pidoctor.resolve.resolver import settled

NEW_ENVIRONMENT = ".venv-pidoctor"  # beside the one that is there
ELSEWHERE = ("--venv", NEW_ENVIRONMENT)
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


def changes_of_request(profile: Profile, request: Request, catalog: Catalog) -> tuple[Change, ...]:
    """Those of them that ask for something else on the same machine."""
    found = _by_request(profile, request, catalog, settled)
    return tuple(proposal.change for proposal in found.values())


def proposals(
    profile: Profile, request: Request, catalog: Catalog, solve: Solve = settled
) -> list[Proposal]:
    """The same with the altered questions; ``solve`` may ask for more than a plan."""
    found = _by_request(profile, request, catalog, solve)
    refused: set[Machine] = set()  # whatever its memory, which makes no wheel fit

    def solved(after: Profile) -> Resolution | None:
        machine = replace(machine_of(after), memory=None)
        if machine in refused:
            return None
        resolution = solve(after, request, catalog)
        if solve is settled and not isinstance(resolution, Plan):
            refused.add(machine)
        return resolution

    def of(altered: Iterable[Profile]) -> dict[str, Proposal]:
        return _first_of_each(bare, altered, request, solved)

    def bought(altered: Iterable[Profile]) -> dict[str, Proposal]:
        return _first_of_each(
            bare, altered, request, lambda after: roomy(after, solved(after), catalog)
        )

    bare = replace(profile, environment=UNKNOWN)  # on a changed machine it would be a new one
    here = of(_singles(bare, _ON_THIS_BOARD)) or of(_singles(bare, (fewer_bits,)))
    here = here or of(_pairs(bare, _TOGETHER)) or of(_singles(bare, (other_systems,)))
    if not any(cost(kind) < cost(ANEW[0]) for kind in here):  # a container needs no new card
        here.update(of(containers(bare, anywhere=True)))
    here = _with_support(bare, here) or here
    if not here:
        new = bought(_singles(bare, (boards,))) or bought(_board_pairs(bare))
        here = _with_support(bare, new) or ({} if found else new)
    if not here and not found:
        found = _both(bare, request, catalog, solve)
    return sorted({**here, **found}.values(), key=lambda proposal: proposal.change.cost)


def _with_support(before: Profile, found: dict[str, Proposal]) -> dict[str, Proposal]:
    """Those that install no system whose standard support has ended."""
    own = image_of(before)

    def stays(after: Profile) -> bool:
        image = image_of(after)
        return image is None or not image.row.ended or (own is not None and own.row is image.row)

    return {kind: proposal for kind, proposal in found.items() if stays(proposal.profile)}


def _first_of_each(
    before: Profile,
    altered: Iterable[Profile],
    request: Request,
    solve: Callable[[Profile], Resolution | None],
    other: Other | None = None,
) -> dict[str, Proposal]:
    """The first altered machine of each kind of change that has a plan.

    ``other`` is the other request that ``request`` is.
    """
    found: dict[str, Proposal] = {}
    seen = set()
    for after in altered:
        todo = list(steps(before, after))
        text = ", and ".join(step.text for step in todo)
        kind = max((step.kind for step in todo), key=cost, default="")
        if not todo or kind in found or text in seen:
            continue
        seen.add(text)
        resolution = solve(after)
        if isinstance(resolution, Plan) and not resolution.doubted:
            told = f"{text}, and {other.told(resolution)}" if other else text
            anew = str(request) if other else ""
            last = todo[0].last if len(todo) == 1 and not other else ""
            change = Change(kind, told, resolution.result, anew, last=last)
            found[kind] = Proposal(change, after, request)
    return found


def roomy(machine: Profile, found: Resolution | None, catalog: Catalog) -> Plan | None:
    """The plan, where the memory suffices: nobody is to buy a board that is nearly too small."""
    if not isinstance(found, Plan):
        return None
    need = catalog.relations.memory_need(found.runtime, found.version)
    total = machine.memory.total.value
    return None if need is not None and total is not None and total < need.peak else found


# --- another request ---------------------------------------------------------------------------


class Other(NamedTuple):
    """Another request; ``text`` and ``word`` have blanks for the runtime and version of its plan.

    ``word`` is the requirement that is then asked for.
    """

    kind: str
    text: str
    word: str
    request: Request

    def asked(self, plan: Plan) -> str:
        return self.word.format(runtime=plan.runtime, version=plan.version)

    def command(self, plan: Plan) -> str:
        """What carries it out; of several requirements only their asker can tell."""
        return "" if self.request.together else f"pidoctor install {self.asked(plan)}"

    def told(self, plan: Plan) -> str:
        text = self.text.format(runtime=plan.runtime, version=plan.version)
        return ": ".join(filter(None, (text, self.command(plan))))


def _other_requests(request: Request, catalog: Catalog) -> Iterator[Other]:
    if request.specifier and not request.together:
        exact = "{runtime}=={version}"
        told = f"ask for {exact}"
        yield Other("version", told, exact, request.without_specifier())
        near = nearest_series(catalog.index.project(request.name), request.specifier)
        if near:  # of two that have a plan the later is taken
            yield Other("version", told, exact, request._replace(specifier=near))
    if request.name == AUTO:
        return
    text = "use {runtime} {version} instead, it runs the same .tflite models"
    if request.together:
        text = (
            f"ask for {{runtime}} {{version}} instead of {request}, it runs the same .tflite "
            "models; the rest can stay"
        )
    beside = {canonicalize_name(item.name) for item in request.together}
    unmet = set(catalog.relations.unmet({request.name, *beside}))
    for other in reversed(catalog.relations.alternatives.get(request.name, ())):
        if set(catalog.relations.unmet({other, *beside})) > unmet:  # what is beside imports it
            continue
        yield Other("runtime", text, "{runtime}", request.for_runtime(other))


def _by_request(
    profile: Profile, request: Request, catalog: Catalog, solve: Solve
) -> dict[str, Proposal]:
    """The other requests that have a plan, by the kind of their change."""
    return {
        proposal.change.kind: proposal
        for other in _other_requests(request, catalog)
        for proposal in _other_request(profile, request, other, catalog, solve)
    }


def _other_request(
    profile: Profile, request: Request, other: Other, catalog: Catalog, solve: Solve
) -> Iterator[Proposal]:
    found = placed(profile, other.request, catalog, solve)
    if found is not None:
        plan, options = found
        text = other.text.format(runtime=plan.runtime, version=plan.version)
        change = Change(other.kind, text, plan.result, str(other.request))
        if plan.is_satisfied:
            change = change._replace(text=f"{text}; it is installed already")
        else:
            change = change._replace(words=((str(request), other.asked(plan)),))
            change = change.placed(other.command(plan), options)
        yield Proposal(change, profile, other.request)


def placed(
    profile: Profile, request: Request, catalog: Catalog, solve: Solve = settled
) -> tuple[Plan, tuple[str, ...]] | None:
    """The plan for a request in the environment that is there, else in a new one, and the options
    that name that."""
    bare = replace(profile, environment=UNKNOWN)
    for there, options in ((profile, ()), (bare, ELSEWHERE)):
        if options and not profile.environment.folder.is_known:
            return None
        try:
            resolution = solve(there, request, catalog)
        except CouldNotCheckError:
            continue
        if isinstance(resolution, Plan) and not resolution.doubted:
            return resolution, options
    return None


def _both(
    profile: Profile, request: Request, catalog: Catalog, solve: Solve
) -> dict[str, Proposal]:
    """Another request on another machine, of the first other request that has a plan anywhere."""
    for other in _other_requests(request, catalog):

        def ask(after: Profile, asked: Request = other.request) -> Resolution:
            return solve(after, asked, catalog)

        def roomy_one(after: Profile, asked: Request = other.request) -> Resolution | None:
            return roomy(after, solve(after, asked, catalog), catalog)

        for machines, answer in (
            (_singles(profile, _ON_THIS_BOARD), ask),
            (_singles(profile, (boards,)), roomy_one),
            (_board_pairs(profile), roomy_one),
        ):
            found = _first_of_each(profile, machines, other.request, answer, other)
            if found:
                return found
    return {}


# --- another machine ---------------------------------------------------------------------------


def _own_python(profile: Profile) -> Iterator[Profile]:
    """The same system used through its own Python, where another one is used now."""
    image = image_of(profile)
    if image is None or profile.python.is_system.or_else(True) or python_of_image(profile):
        return
    try:
        own = with_image(profile, image)
    except UsageError:
        return
    yield replace(profile, python=own.python)


_ON_THIS_BOARD: tuple[Vary, ...] = (
    _own_python,
    with_libraries,
    other_pythons,
    small_pages,
    containers,
    more_bits,
    other_releases,
)


_TOGETHER = (*(way for way in _ON_THIS_BOARD if way is not containers), fewer_bits)


def _singles(profile: Profile, ways: Iterable[Vary]) -> Iterator[Profile]:
    for vary in ways:
        yield from vary(profile)


def _pairs(profile: Profile, ways: Iterable[Vary]) -> Iterator[Profile]:
    for vary, vary_again in permutations(ways, 2):
        for changed in vary(profile):
            yield from vary_again(changed)


def _board_pairs(profile: Profile) -> Iterator[Profile]:
    """Another board together with something else."""
    for other in boards(profile):
        yield from _singles(other, _TOGETHER)
    for other in _singles(profile, _TOGETHER):
        yield from boards(other)
