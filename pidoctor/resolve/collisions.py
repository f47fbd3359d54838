"""Which of several requirements do not go together, or cannot be had, and what to ask for instead.

A smallest set of requirements that has no plan is found by halves (QuickXplain, U. Junker 2004);
each way out was resolved with everything else that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.errors import CouldNotCheckError
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.resolve.changes import placed
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.plan import ASKED, Change, Impossible, Plan
from pidoctor.resolve.present import Need
from pidoctor.resolve.reasons import (
    available,
    conflict,
    nearest_series,
    unmet,
    unread_piwheels,
    without_wheels,
)
from pidoctor.resolve.request import AUTO, Request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.world import World, needs_of
from pidoctor.units import listed

_MOST = 200  # requirements of a project that are looked through


class Collision(NamedTuple):
    """The requirements that do not go together, as they were asked, and the ways out."""

    names: tuple[str, ...]
    changes: tuple[Change, ...]
    why: str  # the needs that contradict each other; empty where they lie deeper
    alone: bool  # each cannot be had, whatever else is asked for

    def explained(self, answer: Impossible) -> Impossible:
        """The answer with the collision said first."""
        told = f"{listed(self.names)} do not go together here"
        if self.alone:
            if not self.why:  # a runtime's, of which the answer tells already
                return answer
            told = f"{listed(self.names)} cannot be had here"
        return replace(
            answer, message=f"{told}: {self.why or answer.message}", colliding=self.names
        )


def collision(profile: Profile, request: Request, catalog: Catalog) -> Collision | None:
    """What of a project collides in a new environment of a machine, or the one requirement that
    cannot be had there; None where not even a runtime can be had, or one is all that was asked for.
    The ways out are looked for in the environment that is there, else in a new one."""
    items: list[Requirement] = list(request.together)
    if request.name != AUTO:
        items.insert(0, Requirement(str(request)))
    if not int(request.name != AUTO) < len(items) <= _MOST:
        return None
    bare = replace(profile, environment=UNKNOWN)

    def fits(asked: Sequence[Requirement]) -> bool:
        return _fits(bare, _asking(request, asked, catalog), catalog)

    if not fits(()):
        return None
    abroad = tuple(item for item in items if _is_elsewhere(catalog, item))
    smallest = abroad or _smallest((), tuple(items), fits)
    alone = bool(abroad) or len(smallest) == 1
    named = tuple(_plain(item) for item in items if item in smallest)
    parts = [abroad] if abroad else list(zip(smallest))
    ways = list(_ways(profile, request, catalog, items, parts))
    ways = ways or [*_other_versions(profile, request, catalog, items)]
    ways.sort(key=lambda way: not way.words[0][1])  # those that leave nothing out first
    why = (_why_none if alone else _why)(profile, request, catalog, smallest)
    return Collision(named, tuple(ways), why, alone)


def _is_elsewhere(catalog: Catalog, item: Requirement) -> bool:
    """Whether what a requirement admits was published for other systems than Linux alone."""
    project = catalog.index.project(canonicalize_name(item.name))
    if project is None:
        return False
    places = [project.other_versions[it] for it in item.specifier.filter(project.other_versions)]
    here = item.specifier.filter(project.by_version)
    return bool(places) and not any("Linux" in place for place in places) and not any(here)


def _why(profile: Profile, request: Request, catalog: Catalog, items: Sequence[Requirement]) -> str:
    """The needs of the newest fitting versions that no version of a package satisfies together."""
    world = World(machine_of(profile), catalog, request.beyond_tags)
    needs: dict[str, list[Need]] = {}
    for need in (need for item in items for need in _needs(world, item)):
        needs.setdefault(need.name, []).append(need)
    for name, wanted in needs.items():
        there = [choice.version for choice in world.choices(name)]
        if len(wanted) > 1 and not _any_meets(there, wanted):
            told = [str(need) for need in _decisive(there, wanted)]
            return f"no version of {name} fits {listed(told)}"
    return ""


def _why_none(
    profile: Profile, request: Request, catalog: Catalog, items: Sequence[Requirement]
) -> str:
    """Why no version that a requirement admits can be had; empty for the runtime in question, of
    which the answer tells already, and where it lies deeper than what the newest one needs."""
    item = items[0]
    name = canonicalize_name(item.name)
    world = World(machine_of(profile), catalog, request.beyond_tags)
    admits = partial(item.specifier.contains, prereleases=True)
    newest = next((choice for choice in world.choices(name) if admits(choice.version)), None)
    if name == request.name or unread_piwheels(world, [name]):  # which may have it
        return ""
    if newest is not None:
        lacking = [need for need in world.needs(newest) if unmet(world, need)]
        told = conflict(world, newest, lacking).detail if lacking else ""
        return f"{name} {newest.version} {told}" if told else ""
    miss = unmet(world, Need(name, item.specifier, ASKED))
    if miss is None:
        absent = without_wheels(world.index, name, item.specifier)
        miss = next((it for it in absent if it.version), None)
    if miss is None:
        return available(world, name)
    exact = str(item.specifier) == f"=={miss.version}"
    return miss.detail if exact else f"{name} {miss.version}: {miss.detail}"


def _decisive(versions: Sequence[Version], needs: Sequence[Need]) -> Sequence[Need]:
    """Of needs that no version meets, those without which one would."""
    for need in needs:
        fewer = [other for other in needs if other is not need]
        if not _any_meets(versions, fewer):
            return _decisive(versions, fewer)
    return needs


def _any_meets(versions: Iterable[Version], needs: Iterable[Need]) -> bool:
    return any(
        all(need.specifier.contains(version, prereleases=True) for need in needs)
        for version in versions
    )


def _needs(world: World, item: Requirement) -> Iterator[Need]:
    """A requirement, and what the newest version that fits it needs, where that has a bound."""
    for asked in needs_of(item, ASKED):
        fitting = (c for c in world.choices(asked.name) if asked.specifier.contains(c.version))
        newest = next(fitting, None)
        needs = (asked, *(world.needs(newest) if newest else ()))
        yield from (need for need in needs if need.specifier)


def _smallest(
    given: tuple[Requirement, ...],
    items: tuple[Requirement, ...],
    fits: Callable[[Sequence[Requirement]], bool],
    more: bool = False,
) -> tuple[Requirement, ...]:
    """A smallest part of ``items`` that together with ``given`` has no plan."""
    if more and not fits(given):
        return ()
    if len(items) == 1:
        return items
    half = len(items) // 2
    first, second = items[:half], items[half:]
    of_second = _smallest((*given, *first), second, fits, more=True)
    of_first = _smallest((*given, *of_second), first, fits, more=bool(of_second))
    return (*of_first, *of_second)


def _asking(request: Request, items: Sequence[Requirement], catalog: Catalog) -> Request:
    """The request for these of its requirements only."""
    named = [item for item in items if canonicalize_name(item.name) == request.name]
    others = tuple(item for item in items if item not in named)
    if request.name in catalog.named and named:
        return request._replace(together=others, specifier=named[0].specifier)
    return request._replace(name=AUTO, specifier=SpecifierSet(), together=others, extras=())


def _fits(profile: Profile, request: Request, catalog: Catalog) -> bool:
    try:
        return isinstance(resolve(profile, request, catalog), Plan)
    except CouldNotCheckError:
        return True  # not known to collide


def _ways(
    profile: Profile,
    request: Request,
    catalog: Catalog,
    items: Sequence[Requirement],
    parts: Sequence[Sequence[Requirement]],
) -> Iterator[Change]:
    """Each of the colliding requirements with another version, else without it; those of other
    systems, which are one part together, without them all."""
    colliding = [item for part in parts for item in part]
    for part in parts:
        item, name = part[0], canonicalize_name(part[0].name)
        near = nearest_series(catalog.index.project(name), item.specifier)
        others = [other for other in items if other not in part]
        versions = [_with(item, near)] if near else []
        for altered in (*versions, _with(item, SpecifierSet()), None):
            left_out = altered is None
            is_all = name in catalog.named or not others
            if is_all if left_out else part[1:] or not item.specifier:
                continue
            asked = [*others, altered] if altered is not None else others
            found = placed(profile, _asking(request, asked, catalog), catalog)
            if found is None:
                continue
            plan, options = found
            version = next((pin.version for pin in plan.pins if pin.name == name), "")
            if not left_out and not version:  # any other version is one that nothing is known of
                continue
            anew = "" if left_out else f"{item.name}=={version}"
            text = f"ask for {anew} instead of {_plain(item)}; the rest can stay"
            if left_out:
                text = f"leave out {listed(list(map(_plain, part)))}; the rest goes together"
            change = Change("requirement", text, _result(plan, colliding))
            change = change._replace(words=tuple((_plain(one), anew) for one in part))
            yield change.placed("", options)
            break


def _with(item: Requirement, specifier: SpecifierSet) -> Requirement:
    """A requirement of other versions of the same package."""
    other = Requirement(str(item))
    other.specifier = specifier
    return other


def _other_versions(
    profile: Profile, request: Request, catalog: Catalog, items: Sequence[Requirement]
) -> Iterator[Change]:
    """Other versions of those that can not stay, as few as a search finds that tries each version
    that was asked for first: in an old file, those of an old Python. What has no other version
    that is known to fit is left out."""
    wanted: dict[str, SpecifierSet] = {}
    for item in items:
        name = canonicalize_name(item.name)
        wanted[name] = wanted.get(name, SpecifierSet()) & item.specifier

    def freed(some: Sequence[Requirement]) -> Request:
        return _asking(request, [_with(item, SpecifierSet()) for item in some], catalog)

    def alone(item: Requirement) -> bool:
        return _fits(profile, _asking(request, [item], catalog), catalog)

    found = placed(profile, freed(items)._replace(preferred=wanted), catalog)
    kept = [*items] if found else [it for it in items if _fits(profile, freed([it]), catalog)]
    found = found or placed(profile, freed(kept)._replace(preferred=wanted), catalog)
    if found is None or not kept:
        return
    version = {pin.name: Version(pin.version) for pin in found[0].pins}
    kept = [it for it in kept if canonicalize_name(it.name) in version or alone(it)]
    altered = [_with_version(item, version.get(canonicalize_name(item.name))) for item in kept]
    changed = {old: new for old, new in zip(kept, altered) if new is not old}
    none = [item for item in items if item not in kept]
    found = placed(profile, _asking(request, altered, catalog), catalog)
    if found is None or not (changed or none) or any(_is_runtime(it, catalog) for it in none):
        return
    plan, options = found
    told = [f"leave out {listed([_plain(item) for item in none])}"] if none else []
    if changed:
        to = [f"{_plain(old)} to {new.specifier}" for old, new in changed.items()]
        told.append(f"change {listed(to)}")
    text = f"{', and '.join(told)}; the rest can stay"
    change = Change("requirement", text, _result(plan, tuple(changed)))
    words = [(_plain(old), _plain(new)) for old, new in changed.items()]
    words += [(_plain(item), "") for item in none]
    yield change._replace(words=tuple(words)).placed("", options)


def _is_runtime(item: Requirement, catalog: Catalog) -> bool:
    return canonicalize_name(item.name) in catalog.named


def _with_version(item: Requirement, version: Version | None) -> Requirement:
    """The requirement itself where it admits the version or none is known; else of that one."""
    if version is None or item.specifier.contains(version, prereleases=True):
        return item
    return _with(item, SpecifierSet(f"=={version}"))


def _result(plan: Plan, items: Sequence[Requirement]) -> str:
    """What would then be installed of those that collided, with the runtime and NumPy."""
    names = {canonicalize_name(item.name) for item in items} | {plan.runtime, "numpy"}
    pins = ", ".join(f"{pin.name} {pin.version}" for pin in plan.pins if pin.name in names)
    return "; not checked: ".join(filter(None, (pins, ", ".join(plan.unchecked))))


def _plain(item: Requirement) -> str:
    """A requirement without its marker, which holds here."""
    extras = f"[{','.join(sorted(item.extras))}]" if item.extras else ""
    return f"{item.name}{extras}{item.specifier}"
