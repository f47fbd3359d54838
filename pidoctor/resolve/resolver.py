"""From a Profile and a request to a Plan, or to Impossible with reasons and changes.

Pure: reads the catalog and the profile, never the running machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from packaging.specifiers import SpecifierSet
from resolvelib import BaseReporter, ResolutionImpossible, Resolver
from resolvelib.structs import RequirementInformation

from pidoctor.catalog.catalog import Catalog
from pidoctor.catalog.relations import MemoryNeed
from pidoctor.errors import CouldNotCheckError
from pidoctor.profile.profile import Profile
from pidoctor.resolve.compatibility import architecture_name
from pidoctor.resolve.machine import Machine, machine_of, undecidable
from pidoctor.resolve.plan import Candidate, Impossible, Pin, Plan, Resolution
from pidoctor.resolve.provider import Choice, Need, Provider, World
from pidoctor.resolve.request import AUTO, Request
from pidoctor.resolve.verdict import Reason, Rejected, nearest


def resolve(profile: Profile, request: Request, catalog: Catalog) -> Resolution:
    """The plan for ``request`` on the machine of ``profile``, or why there is none.

    The changes of an Impossible are left empty here: ``changes.changes`` finds them. Raises
    :class:`CouldNotCheckError` when the facts without which nothing can be said are unknown.
    """
    missing = undecidable(profile)
    if missing is not None:
        what, fact = missing
        raise CouldNotCheckError(f"the {what} is not known ({fact.source}: {fact.detail})")
    return Question(machine_of(profile), request, catalog).answer(_interpreter(profile))


def _interpreter(profile: Profile) -> str:
    return profile.python.executable.or_else(f"python{profile.python.version.or_else('3')}")


class Question:
    """One request on one machine, with what was found out on the way."""

    def __init__(self, machine: Machine, request: Request, catalog: Catalog) -> None:
        self._machine = machine
        self._request = request
        self._catalog = catalog
        self._world = World(
            machine, catalog.index, catalog.relations, request.beyond_tags, catalog.ledger
        )
        self._rejected: list[Candidate] = []

    def answer(self, python: str) -> Resolution:
        """The plan or its impossibility; ``python`` names the interpreter in it."""
        names = (
            tuple(self._catalog.runtimes) if self._request.name == AUTO else (self._request.name,)
        )
        for name in names:
            solution = self._solve(name)
            if solution is not None:
                return self._plan(name, python, solution)
        closest = max(self._rejected, key=lambda candidate: candidate.reason.nearness, default=None)
        return Impossible(
            request=str(self._request),
            python=self._machine.python_short,
            message=self._why_not(closest),
            rejected=tuple(self._rejected),
            nearest=closest,
            changes=(),
        )

    def _solve(self, name: str) -> Mapping[str, Solved] | None:
        """The newest version of ``name`` whose whole tree fits; what fails is written down."""
        versions = self._world.versions(name)
        asked = [v for v in versions if self._request.specifier.contains(v, prereleases=True)]
        for version in self._certain_first(name, asked):
            choice = self._world.choice(name, version)
            if choice is None:
                self._rejected.append(self._rejection(name, version))
                continue
            memory = self._memory_miss(name, version)
            if memory is not None:
                self._rejected.append(memory)
                continue
            solved = self._solve_version(choice)
            if not isinstance(solved, Candidate):
                return solved
            self._rejected.append(solved)
        self._rejected.extend(self._never_published(name, asked))
        return None

    def _certain_first(self, name: str, versions: Iterable[str]) -> list[str]:
        """``versions`` in their order, those whose wheel may or may not run at the end."""
        choices = {version: self._world.choice(name, version) for version in versions}
        return sorted(choices, key=lambda version: bool((c := choices[version]) and c.doubtful))

    def _solve_version(self, choice: Choice) -> Mapping[str, Solved] | Candidate:
        root = Need(choice.name, SpecifierSet(f"==={choice.version}"), "asked for")
        resolver = Resolver(Provider(self._world), BaseReporter[Need, Choice, str]())
        try:
            result = resolver.resolve([root], max_rounds=2000)
        except ResolutionImpossible as error:
            return self._conflict(choice, error.causes)
        return {
            name: Solved(pin, tuple(str(need) for need in result.criteria[name].iter_requirement()))
            for name, pin in result.mapping.items()
        }

    def _rejection(self, name: str, version: str) -> Candidate:
        """The nearest miss among the wheels of a version."""
        misses = [
            verdict
            for wheel in self._world.versions(name)[version]
            for verdict in [self._world.judge(wheel)]
            if isinstance(verdict, Rejected)
        ]
        if not misses:
            return Candidate(
                name, version, Reason.NOT_PUBLISHED, "no wheel for Linux on ARM or x86"
            )
        best = nearest(misses)
        return Candidate(name, version, best.reason, best.detail)

    def _never_published(self, name: str, asked: Iterable[str]) -> Iterator[Candidate]:
        """Versions that the specifier names and that exist for other platforms only."""
        project = self._catalog.index.project(name)
        if project is None:
            yield Candidate(name, "", Reason.NOT_PUBLISHED, "not in the wheels index")
            return
        known = set(asked)
        for version, published in project.other_versions.items():
            if version not in known and self._request.specifier.contains(version):
                yield Candidate(
                    name, version, Reason.NOT_PUBLISHED, f"published only for {published}"
                )

    def _memory_need(self, name: str, version: str) -> MemoryNeed | None:
        needs = self._catalog.relations.memory
        fitting = (n for n in needs if n.name == name and n.specifier.contains(version))
        return next(fitting, None)

    def _memory_miss(self, name: str, version: str) -> Candidate | None:
        need, total = self._memory_need(name, version), self._machine.memory
        if need is None or total is None or need.peak <= total:
            return None
        detail = f"{need.told}; this machine has {total // 2**20} MB"
        return Candidate(name, version, Reason.MEMORY, detail)

    def _memory_notes(self, name: str, version: str) -> Iterator[str]:
        """What to say where the memory suffices, but only just."""
        need, total = self._memory_need(name, version), self._machine.memory
        if need is not None and total is not None and 2 * need.peak > total:
            yield (
                f"memory is tight: {need.told}, and this machine has {total // 2**20} MB in all; "
                "if .tflite models are what you run, the small runtimes need a tenth of that: "
                "pidoctor install"
            )

    def _conflict(
        self, choice: Choice, causes: Iterable[RequirementInformation[Need, Choice]]
    ) -> Candidate:
        """Why the tree of an accepted wheel cannot be completed."""
        needs = sorted({cause.requirement for cause in causes}, key=lambda need: need.name)
        by_evidence = any(need.from_evidence for need in needs)
        names = sorted({need.name for need in needs})
        wanted = "; ".join(dict.fromkeys(str(need) for need in needs))
        have = "; ".join(self._available(name) for name in names)
        return Candidate(
            choice.name,
            str(choice.version),
            Reason.NUMPY_PAIR if by_evidence else Reason.DEPENDENCY,
            f"needs {wanted}; {have}",
        )

    def _available(self, name: str) -> str:
        found = [f"{c.version} ({c.package or c.source})" for c in self._world.choices(name)]
        if found:
            return f"{name} for this machine: {', '.join(found[:3])}"
        here = architecture_name(self._machine.architecture)
        nothing = f"the index has no {name} for {here} and Python {self._machine.python_short}"
        packaged = self._world.distribution_choices(name)
        if packaged:
            return f"{nothing}, and {packaged[0].package} serves only the system's own Python"
        return nothing

    def _plan(self, name: str, python: str, solution: Mapping[str, Solved]) -> Plan:
        pins = tuple(
            Pin(
                name=key,
                version=str(solved.choice.version),
                source=solved.choice.source,
                wheel=solved.choice.wheel,
                package=solved.choice.package,
                installed=solved.choice.installed,
                because=solved.because,
            )
            for key, solved in sorted(solution.items(), key=lambda item: (item[0] != name, item[0]))
        )
        notes = [note for solved in solution.values() for note in solved.choice.notes]
        notes += self._memory_notes(name, str(solution[name].choice.version))
        return Plan(
            request=str(self._request),
            runtime=name,
            import_line=self._catalog.runtimes[name].import_line,
            python=python,
            pins=pins,
            rejected=tuple(self._rejected),
            notes=tuple(notes),
        )

    def _why_not(self, closest: Candidate | None) -> str:
        if closest is None:
            return f"no version of {self._request.name} matches {self._request.specifier}"
        told = f"the nearest is {closest.name} {closest.version}: {closest.detail}"
        if self._request.name == AUTO and closest.reason.nearness <= Reason.ABI.nearness:
            here = architecture_name(self._machine.architecture)
            python = self._machine.python_short
            return f"no runtime has a wheel for {here} with Python {python}; {told}"
        return told


class Solved(NamedTuple):
    """A choice of the solution, and the requirements it satisfies."""

    choice: Choice
    because: tuple[str, ...]
