"""What would help where nothing fits: each way out is resolved before it is named.

Where the requirements go together in a new environment, what is installed stands in the way: it is
changed too, left alone beside a new environment, or given up knowingly. Where they do not, other
requirements are asked for, here or else in a new environment.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.systems import load_systems
from pidoctor.errors import CouldNotCheckError
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.resolve.addressed import refused_files, unread_files
from pidoctor.resolve.changes import ELSEWHERE, changes, changes_of_request, placed
from pidoctor.resolve.collisions import collision
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.plan import Change, Impossible, Plan, Resolution
from pidoctor.resolve.present import Present, present_in
from pidoctor.resolve.request import AUTO, Request, file_name
from pidoctor.resolve.resolver import resolve, settled
from pidoctor.resolve.verdict import Reason
from pidoctor.units import listed

_ROUNDS = 3  # of changes that ask for further ones


def helped(profile: Profile, request: Request, catalog: Catalog, answer: Impossible) -> Impossible:
    """The answer with what would make the request possible, cheapest first."""
    present = present_in(profile, catalog.index)
    bare = replace(profile, environment=UNKNOWN)
    found_elsewhere = _beside(bare, request, (), catalog) if present else None
    elsewhere = found_elsewhere if isinstance(found_elsewhere, Plan) else None
    found: list[Change] = [*_from_an_index(profile, request, catalog)]
    machine_too = False  # whether another one may be what is wanted
    if elsewhere is None:
        several = collision(profile, request, catalog)
        if several is not None:
            machine_too = len(several.names) == 1
            answer = several.explained(answer)
            found += several.changes
    if any(candidate.reason is Reason.BREAKS_INSTALLED for candidate in answer.rejected):
        found += _too(profile, request, catalog, answer, present)
    if elsewhere is not None:
        text = "use a new environment, and this one stays as it is"
        found.append(Change("environment", text, elsewhere.result, options=ELSEWHERE))
        found += _anyway(profile, request, catalog)
    if found and not machine_too:  # another machine is not what it takes
        others = changes_of_request(profile, request, catalog)
    else:
        others = (*changes(profile, request, catalog), *_other_ways(profile, request))
    if elsewhere is not None:  # what was asked for is better there than something else
        others = tuple(other for other in others if not other.options)
    return replace(answer, changes=tuple(sorted((*others, *found), key=lambda it: it.cost)))


def _from_an_index(profile: Profile, request: Request, catalog: Catalog) -> Iterator[Change]:
    """The packages of files that are refused, or runtimes of which nothing is known, as an index
    has them, where all goes together then."""
    refused = {**dict(unread_files(request)), **dict(refused_files(request, machine_of(profile)))}
    if not refused:
        return
    names = [candidate.name for candidate in refused.values()]
    kept = tuple(item for item in request.addressed if file_name(item) not in refused)
    anew = _of_index(request, names, kept, catalog)
    plan_of = placed(profile, anew, catalog)
    if plan_of is None:  # something else is in the way too
        runtimes = all(name in catalog.named for name in names)
        several = collision(profile, anew, catalog) if runtimes else None
        words = [(file, candidate.name) for file, candidate in refused.items()]
        for change in several.changes[:1] if several else ():
            told = f"ask for {_instead(words)}, and {change.text}"
            yield change._replace(text=told, words=(*words, *change.words))
        return
    plan, options = plan_of
    version = {pin.name: pin.version for pin in plan.pins}
    if not version.keys() >= {*names}:  # of one nothing is known there either
        return
    words = [(file, f"{it.name}=={version[it.name]}") for file, it in refused.items()]
    text = f"ask for {_instead(words)}; the rest can stay"
    yield Change("requirement", text, plan.result, words=tuple(words)).placed("", options)


def _instead(words: Sequence[tuple[str, str]]) -> str:
    return " and ".join(f"{word} instead of {file}" for file, word in words)


def _of_index(
    request: Request, names: Sequence[str], kept: tuple[Requirement, ...], catalog: Catalog
) -> Request:
    """The request with these packages asked for by their names."""
    runtime = request.name
    if runtime == AUTO:
        runtime = next((name for name in names if name in catalog.named), AUTO)
    others = tuple(Requirement(name) for name in names if name != runtime)
    return request._replace(
        name=runtime,
        specifier=request.specifier if runtime == request.name else SpecifierSet(),
        together=(*request.together, *others),
        addressed=kept,
        unread={name: why for name, why in request.unread.items() if name not in names},
    )


def _other_ways(profile: Profile, request: Request) -> Iterator[Change]:
    """What else was seen to run .tflite files on such a system, through its own Python."""
    if request.together or request.specifier:  # this has another programming interface
        return
    system, python = profile.system, profile.python
    for way in load_systems().other_ways:
        fits = python.architecture.value in way.architectures and python.is_system.or_else(False)
        if fits and system.codename.value == way.codename:
            command = f"sudo apt-get install -y {shlex.join(way.packages)}"
            text = f"run .tflite models with {way.name}, which has another programming interface"
            yield Change("other-way", f"{text}: {command}", way.proven)


def _too(
    profile: Profile,
    request: Request,
    catalog: Catalog,
    answer: Impossible,
    present: Mapping[str, Present],
) -> Iterator[Change]:
    """Other versions of the installed packages that would lose what they need."""
    losers, known = _losers(answer), _that_knows(_losers(answer), catalog)
    for _ in range(_ROUNDS):
        others = (f"{name}!={present[name].version}" for name in losers)
        solved = _beside(profile, request, others, known)
        if isinstance(solved, Plan):
            version = {pin.name: pin.version for pin in solved.pins}
            words = [f"{name}=={version[name]}" for name in losers]
            exact = _beside(profile, request, words, known)
            if isinstance(exact, Plan):
                yield _changed_too(exact, words, present)
            return
        more = [name for name in (_losers(solved) if solved else ()) if name not in losers]
        if not more:
            return
        losers = (*losers, *more)


def _losers(answer: Impossible) -> tuple[str, ...]:
    """The installed packages that the nearest candidate would leave without what they need."""
    return next((it.losers for it in answer.rejected if it.losers), ())


def _that_knows(names: Iterable[str], catalog: Catalog) -> Catalog:
    """The catalog with an index that can look the packages up, where one may be asked."""
    if catalog.further is None or all(catalog.index.project(name) for name in names):
        return catalog
    return replace(catalog, index=catalog.further())


def _beside(
    profile: Profile, request: Request, words: Iterable[str], catalog: Catalog
) -> Resolution | None:
    """The resolution with further requirements; None where nothing can be said of them."""
    more = tuple(map(Requirement, words))
    try:
        asked = request._replace(together=(*request.together, *more))
        solved = settled(profile, asked, catalog)
    except CouldNotCheckError:
        return None
    return None if isinstance(solved, Plan) and solved.doubted else solved


def _changed_too(plan: Plan, words: Sequence[str], present: Mapping[str, Present]) -> Change:
    pins = {pin.name: pin for pin in plan.pins}
    told = [
        f"{name} {present[name].version} -> {pins[name].version}"
        for name in (word.partition("==")[0] for word in words)
    ]
    more = tuple(("", word) for word in words)
    return Change("upgrade", f"change {listed(told)} too", plan.result, words=more)


def _anyway(profile: Profile, request: Request, catalog: Catalog) -> Iterator[Change]:
    """The plan that takes from what is installed what it needs."""
    anyway = resolve(profile, request._replace(replace=True), catalog)
    if isinstance(anyway, Plan):
        needs = f"what needs {'; '.join(anyway.breaks)}"
        losers = needs if anyway.breaks else "what was installed together with what is replaced"
        text = f"accept that {losers} may stop working"
        yield Change("replace", text, anyway.result, options=("--replace",))
