"""From a Profile and a request to a Plan, or to Impossible with reasons and changes.

Pure: reads the catalog and the profile, never the running machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.catalog.architectures import kind_of
from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.wheels import Wheel
from pidoctor.profile.profile import NO_RIGHTS, Profile
from pidoctor.resolve.addressed import refusal
from pidoctor.resolve.machine import Machine, machine_of, must_be_decidable
from pidoctor.resolve.plan import ASKED, Candidate, Impossible, Pin, Plan, Resolution, by_reason
from pidoctor.resolve.present import Need, Present, present_in
from pidoctor.resolve.reasons import (
    admitted,
    age,
    passed_over,
    rejection,
    unknown_extras,
    unread_piwheels,
    without_wheels,
)
from pidoctor.resolve.request import AUTO, Request
from pidoctor.resolve.search import Search, Solved, looked_after
from pidoctor.resolve.standing import bearer, compiled_model, only_claimed, standing
from pidoctor.resolve.verdict import Reason
from pidoctor.resolve.world import Choice, World, needs_of
from pidoctor.units import listed, size


def resolve(profile: Profile, request: Request, catalog: Catalog) -> Resolution:
    """The plan for ``request`` on the machine of ``profile``, or why there is none.

    The changes of an Impossible are left empty here: ``changes.changes`` finds them. Raises
    :class:`CouldNotCheckError` when the facts without which nothing can be said are unknown.
    """
    must_be_decidable(profile)
    machine, python = machine_of(profile), _interpreter(profile)
    present = present_in(profile, catalog.index)
    if profile.system.has_no_packages or profile.rights.value == NO_RIGHTS:  # first without them
        alone = replace(machine, adds_packages=False)
        own = Question(alone, request, catalog, present).answer(python)
        if isinstance(own, Plan):
            return own
    return Question(machine, request, catalog, present).answer(python)


def _interpreter(profile: Profile) -> str:
    return profile.python.executable.or_else(f"python{profile.python.version.or_else('3')}")


class Question:
    """One request on one machine, with what was found out on the way."""

    def __init__(
        self,
        machine: Machine,
        request: Request,
        catalog: Catalog,
        present: Mapping[str, Present] | None = None,
    ) -> None:
        self._present = present or {}
        self._machine = machine
        self._request = request
        self._catalog = catalog
        self._world = World(machine, catalog, request.beyond_tags, present)
        self._world.theirs_stay = not request.replace
        self._rejected: list[Candidate] = []
        self._hopeless = False  # no other version of a runtime, and no other runtime, would help
        for item in request.bounds:
            name = canonicalize_name(item.name)
            self._world.bounds[name] = self._world.bounds.get(name, SpecifierSet()) & item.specifier
        self._world.hashes = request.hashes
        self._world.preferred = request.preferred
        asked = [need for item in request.together for need in needs_of(item, ASKED)]
        self._world.read_ahead(asked)
        self._unchecked = {**request.unchecked, **request.unread}
        self._together = [*self._known(asked)]
        of_runtime = [Need(request.name, SpecifierSet(), ASKED, extra) for extra in request.extras]
        self._extras = [need for need in self._known(of_runtime) if need.extra]
        extras = [need.extra for need in self._extras]
        self._search = Search(self._world, self._together, extras, self._present, request.replace)

    def _known(self, asked: Iterable[Need]) -> Iterator[Need]:
        """What of the needs can be decided; the rest is written down with the reason."""
        for need in asked:
            why = self._why_unknown(need)
            if why:
                self._unchecked[need.key] = why
            if not why:
                yield need
            elif need.extra and not self._why_unknown(need.plain):
                yield need.plain

    def _why_unknown(self, need: Need) -> str:
        """Why nothing can be said of what was asked for; empty where something can."""
        unknown = self._world.why_unknown(need)
        if unknown:
            return unknown
        project = self._catalog.index.project(need.name)
        at_hand = [*map(Version, project.by_version)] if project else []
        at_hand += self._versions_at_hand(need.name)
        if project is None or any(need.specifier.contains(v, prereleases=True) for v in at_hand):
            return ""
        left_out = sorted(filter(need.specifier.contains, project.left_out), key=Version)
        return f"the wheels index does not hold {left_out[-1]}" if left_out else ""

    def _versions_at_hand(self, name: str) -> Iterator[Version]:
        """The versions that are installed, or that the distribution has."""
        if name in self._present:
            yield self._present[name].version
        if self._machine.system_python:
            yield from (choice.version for choice in self._world.distribution_choices(name))

    @property
    def _names(self) -> tuple[str, ...]:
        """The runtimes that are tried, an installed one first: programs import it already."""
        if self._request.name != AUTO:
            return (self._request.name,)
        return tuple(sorted(self._catalog.runtimes, key=lambda name: name not in self._present))

    def answer(self, python: str) -> Resolution:
        """The plan or its impossibility; ``python`` names the interpreter in it."""
        refused = refusal(self._request, self._machine)
        if refused is not None:
            message, file = refused
            self._rejected.append(file)
            return self._impossible(message, file)
        for name in self._names:
            solution = self._solve(name)
            if solution is not None:
                return self._plan(name, python, solution)
            if self._hopeless:
                break
        closest = max(self._rejected, key=lambda candidate: candidate.reason.nearness, default=None)
        return self._impossible("; ".join(filter(None, self._told(closest))), closest)

    def _impossible(self, message: str, closest: Candidate | None) -> Impossible:
        return Impossible(
            request=str(self._request),
            python=self._machine.python_short,
            message=message,
            rejected=tuple(self._rejected),
            nearest=closest,
            changes=(),
            notes=(*self._request.left, *self._could_not_check(), *filter(None, [self._age()])),
        )

    def _solve(self, name: str) -> Mapping[str, Solved] | None:
        """The newest version of ``name`` whose whole tree fits; what fails is written down."""
        versions = self._world.in_order(name)
        bound = self._world.bounds.get(name, SpecifierSet())
        specifier = self._request.specifier & bound
        nightly = self._catalog.is_nightly(name)
        asked = [version for version in versions if admitted(specifier, version, nightly)]
        kept = self._world.kept(name)
        if kept is not None and admitted(specifier, str(kept.version), nightly):
            solved = self._search.solve(kept)
            if not isinstance(solved, Candidate):
                return solved
            self._rejected.append(solved)
            asked = [version for version in asked if version != str(kept.version)]
        for version in self._certain_first(name, asked):
            choice = self._world.choice(name, version)
            if choice is None or choice.is_source:
                self._rejected.append(rejection(self._world, name, version))
                continue
            solved = self._search.solve(choice)
            if not isinstance(solved, Candidate):
                return solved
            self._rejected.append(solved)
            if not self._search.rest_fits:
                self._hopeless = True
                return None
        self._rejected.extend(without_wheels(self._catalog.index, name, specifier))
        return None

    def _certain_first(self, name: str, versions: Iterable[str]) -> Iterator[str]:
        """``versions`` in their order, those whose wheel may or may not run at the end."""
        doubtful = []
        for version in versions:
            choice = self._world.choice(name, version)
            if choice is not None and choice.doubtful:
                doubtful.append(version)
            else:
                yield version
        yield from doubtful

    def _not_checked(self, solution: Mapping[str, Solved]) -> Mapping[str, str]:
        """The packages that nothing is known of, though they are asked for or needed, and why."""
        needed = {}
        for item in solution.values():
            asked = any(ASKED in text for text in item.because)
            who = item.because[0].rpartition("(required by ")[2].rstrip(")")
            by = f"; needed by {who}" if item.choice.is_source and not asked else ""
            for name, why in self._world.not_checked(item.choice):
                needed[name] = why + by
        return {**needed, **self._unchecked}

    def _could_not_check(self) -> Iterator[str]:
        for names, why in by_reason(self._unchecked):
            yield f"could not check {listed(names)}: {why}"

    def _is_doubted(self, name: str, solution: Mapping[str, Solved]) -> bool:
        """Whether nothing is known of something that ``name`` needs, or of its own requirements."""
        reached, left = {name}, [name]
        while left:
            choice = solution[left.pop()].choice
            if any(self._world.not_checked(choice)):
                return True
            new = {need.name for need in self._world.needs(choice)} - reached
            reached |= new
            left += new
        return False

    def _age(self) -> str:
        name = self._names[0]
        project = self._catalog.index.project(name)
        return age(project.retrieved, self._catalog.today) if project else ""

    def _memory_notes(self, name: str, version: str) -> Iterator[str]:
        """What to say where the memory suffices, but only just."""
        need, total = self._catalog.relations.memory_need(name, version), self._machine.memory
        if need is not None and total is not None and 2 * need.peak > total:
            yield (
                f"memory is {'short' if need.peak > total else 'tight'}: {need.told}, and "
                f"there are {size(total)} in all; if .tflite models are what you run, the "
                "small runtimes need a tenth of that: pidoctor install"
            )

    def _plan(self, name: str, python: str, solution: Mapping[str, Solved]) -> Plan:
        pins = tuple(
            Pin(
                name=key,
                version=str(solved.choice.version),
                source=solved.choice.source,
                wheel=self._described(solved.choice),
                package=solved.choice.package,
                installed=solved.choice.installed,
                because=solved.because,
                was=self._present[key].item.version if key in self._present else "",
            )
            for key, solved in sorted(solution.items(), key=lambda item: (item[0] != name, item[0]))
            if not solved.choice.is_source
        )
        notes = [note for solved in solution.values() for note in solved.choice.notes]
        notes += self._memory_notes(name, str(solution[name].choice.version))
        notes += filter(None, [self._age()])
        for item in self._search.replaced(solution):
            notes.append(looked_after(item, str(solution[item.name].choice.version)))
        asked = [(need, solution[need.name].choice) for need in self._together]
        notes += passed_over(self._world, asked)
        asked += [(need, solution[name].choice) for need in self._extras]
        notes += unknown_extras(self._world, asked)
        notes += self._request.left
        chosen = solution[name].choice
        known = self._catalog.ledger, self._machine
        other = compiled_model(self._world, name, str(chosen.version), solution.keys())
        notes += [other.text] if other else []
        runtime, wheels = self._catalog.named[name], [pin.wheel for pin in pins if pin.wheel]
        numpy = str(solution["numpy"].choice.version) if "numpy" in solution else ""
        rests_on = standing(*known, bearer(runtime, chosen.wheel, wheels), numpy)
        notes += only_claimed(chosen, rests_on)
        return Plan(
            request=str(self._request),
            runtime=name,
            import_line=runtime.import_line,
            python=python,
            pins=pins,
            rejected=tuple(self._rejected),
            notes=tuple(notes),
            rests_on=rests_on,
            unchecked=self._not_checked(solution),
            unread=self._request.lines,
            doubted=bool(self._request.unread) or self._is_doubted(name, solution),
            breaks=tuple(str(need) for _, need in self._search.broken_by(solution)),
            sources=self._request.sources,
        )

    def _described(self, choice: Choice) -> Wheel | None:
        wheel = choice.wheel
        return self._catalog.index.described(wheel) if wheel and not choice.present else wheel

    def _told(self, closest: Candidate | None) -> Iterator[str]:
        """Why nothing fits, and what was not looked at."""
        yield self._why_not(closest)
        if closest is None or closest.reason.nearness <= Reason.ABI.nearness:
            yield unread_piwheels(self._world, self._names)

    def _why_not(self, closest: Candidate | None) -> str:
        if closest is None:
            return f"no version of {self._request.name} matches {self._request.specifier}"
        told = f"the nearest is {closest.name} {closest.version}: {closest.detail}"
        if self._request.name == AUTO and closest.reason.nearness <= Reason.ABI.nearness:
            here = kind_of(self._machine.architecture).name
            python = self._machine.python_short
            return f"no runtime has a wheel for {here} with Python {python}; {told}"
        return told


def settled(profile: Profile, request: Request, catalog: Catalog) -> Resolution:
    """What :func:`resolve` says once the index has nothing more to say: of the files of the wheels
    in a plan, or of versions that it leaves out."""
    resolution = resolve(profile, request, catalog)
    while _learnt(resolution, catalog):
        resolution = resolve(profile, request, catalog)
    return resolution


def _learnt(resolution: Resolution, catalog: Catalog) -> bool:
    if isinstance(resolution, Plan):
        return catalog.index.look_closer(resolution.wheels)
    return catalog.index.widen()
