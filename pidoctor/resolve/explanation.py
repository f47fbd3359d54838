"""What lies around an answer: its history, the newest version that runs, the runner-up.

Everything here was resolved like the answer itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from packaging.specifiers import Specifier, SpecifierSet
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.wheels import Wheel
from pidoctor.profile.profile import Profile
from pidoctor.record_fields import json_form
from pidoctor.records import NamedTuple, dataclass
from pidoctor.resolve.compatibility import needed_glibc, needed_glibcxx
from pidoctor.resolve.history import History, history, wheels_for
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.resolve.reasons import unread_piwheels
from pidoctor.resolve.request import AUTO, Request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.standing import bearer
from pidoctor.resolve.world import Choice, World
from pidoctor.value_rules import Amount, Text


class Newest(NamedTuple):
    """The newest version that runs on the machine, else (``runs`` false) that its processor has.

    ``asks_for`` is what it needs: ("Python >=3.10", "glibc 2.27", "numpy>=1.26").
    """

    name: Text
    version: Text
    runs: bool
    asks_for: tuple[str, ...]


class RunnerUp(NamedTuple):
    """What would be installed if what was chosen did not exist, and why it was not chosen."""

    name: Text
    version: Text
    why_not: str
    download_size: Amount  # bytes


@json_form(names={"unread": ""})
@dataclass(frozen=True)
class Explanation:
    """The history of what was asked for (of each runtime for "auto"), and what else there is.

    ``unread`` says which source of wheels was not looked at; empty where all were.
    """

    histories: tuple[History, ...]
    newest: Newest | None
    runner_up: RunnerUp | None
    unread: str = ""


def explain(
    profile: Profile, request: Request, catalog: Catalog, answer: Resolution
) -> Explanation:
    """What is to be said around ``answer``, which ``resolve`` gave to ``request``."""
    machine = machine_of(profile)
    plan = answer if isinstance(answer, Plan) else None
    names = tuple(catalog.runtimes) if request.name == AUTO else (request.name,)
    found = tuple(
        history(name, project, machine, catalog.named[name].followed_by)
        for name in names
        for project in [catalog.index.project(name)]
        if project is not None  # of what the index does not hold, nothing is known
    )
    return Explanation(
        found,
        None if request.name == AUTO and plan is None else _newest(profile, request, catalog, plan),
        _runner_up(profile, request, catalog, plan) if plan else None,
        unread_piwheels(World(machine, catalog, request.beyond_tags), names),
    )


def _newest(
    profile: Profile, request: Request, catalog: Catalog, plan: Plan | None
) -> Newest | None:
    """The newest that runs; where none does, the newest that is published for the processor."""
    machine = machine_of(profile)
    if request.specifier:
        anew = resolve(profile, request.without_specifier(), catalog)
        plan = anew if isinstance(anew, Plan) else plan
    if plan is not None:
        own = next(pin.wheel for pin in plan.pins if pin.name == plan.runtime)
        others = [pin.wheel for pin in plan.pins if pin.wheel]
        wheel = bearer(catalog.named[plan.runtime], own, others)
        asks_for = tuple(_asks_for(wheel, machine, catalog)) if wheel else ()
        return Newest(plan.runtime, plan.version, True, asks_for)
    fitting = list(wheels_for(catalog.index.project(request.name), machine))
    if not fitting:
        return None
    wheel = max(fitting, key=lambda wheel: Version(wheel.version))
    asks_for = tuple(_asks_for(wheel, machine, catalog))
    return Newest(request.name, wheel.version, False, asks_for)


def _asks_for(wheel: Wheel, machine: Machine, catalog: Catalog) -> Iterator[str]:
    """What a wheel needs: of Python, of the C libraries, of NumPy, of memory."""
    if wheel.requires_python:
        yield f"Python {wheel.requires_python}"
    if wheel.evidence is not None:
        glibc, glibcxx = needed_glibc(wheel.evidence), needed_glibcxx(wheel.evidence)
        yield from (f"glibc {glibc}",) if glibc else ()
        yield from (f"libstdc++ with GLIBCXX_{glibcxx}",) if glibcxx else ()
    choice = Choice(wheel.name, Version(wheel.version), wheel)
    needs = World(machine, catalog, beyond_tags=False).needs(choice)
    bound = _narrowest(part for need in needs if need.name == "numpy" for part in need.specifier)
    if bound:
        yield f"numpy{bound}"


def _narrowest(parts: Iterable[Specifier]) -> SpecifierSet:
    """The bounds together, of several lower ones the highest."""
    several = list(parts)
    lower = [part for part in several if part.operator == ">="]
    highest = sorted(lower, key=lambda part: Version(part.version))[-1:]
    return SpecifierSet(",".join(str(p) for p in several if p not in lower or p in highest))


def _runner_up(profile: Profile, request: Request, catalog: Catalog, plan: Plan) -> RunnerUp | None:
    """Of the same runtime the next version, for "auto" the next runtime."""
    if request.name != AUTO:
        others = [request._replace(specifier=request.specifier & f"!={plan.version}")]
    else:
        others = [request.for_runtime(name) for name in catalog.runtimes if name != plan.runtime]
    for other in others:
        second = resolve(profile, other, catalog)
        if isinstance(second, Plan):
            why_not = _why_not(second, plan, catalog)
            return RunnerUp(second.runtime, second.version, why_not, second.download_size)
    return None


def _why_not(second: Plan, plan: Plan, catalog: Catalog) -> str:
    """Why ``plan`` comes before ``second``, which would run as well."""
    if any(pin.kept for pin in plan.pins if pin.name == plan.runtime):
        return f"{plan.runtime} {plan.version} is installed already"
    if second.runtime == plan.runtime:
        newer = Version(second.version) < Version(plan.version)
        return f"{plan.version} is newer" if newer else f"{plan.version} is more certain to run"
    if catalog.named[second.runtime].followed_by == plan.runtime:
        return f"{plan.runtime} follows it"
    return f"{plan.runtime} runs the same models and is preferred where both fit"
