"""The wheels of the index and the distribution's packages, as resolvelib's provider sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from resolvelib import AbstractProvider

from pidoctor.catalog.ledger import Ledger
from pidoctor.catalog.relations import Relations
from pidoctor.catalog.wheels import Wheel, WheelsIndex
from pidoctor.resolve.compatibility import judge
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import Accepted, Verdict


class Need(NamedTuple):
    """A requirement on a package, and where it comes from: metadata, or a wheel's ELF files."""

    name: str
    specifier: SpecifierSet
    origin: str

    def __str__(self) -> str:
        return f"{self.name}{self.specifier} ({self.origin})"

    @property
    def from_evidence(self) -> bool:
        return self.origin.startswith("compiled into")


@dataclass(frozen=True, eq=False)
class Choice:
    """One way to have a package: a wheel, or the distribution's own build of it.

    Compared by identity: a World makes each choice once, and hashing a wheel's evidence is slow.
    """

    name: str
    version: Version
    wheel: Wheel | None
    package: str = ""
    installed: bool = False
    notes: tuple[str, ...] = ()
    doubtful: bool = False  # may or may not run: what is certain comes first

    @property
    def source(self) -> str:
        return self.wheel.source if self.wheel else "debian"


class World:
    """Everything that can be chosen for one machine; judged lazily, each version once."""

    def __init__(
        self,
        machine: Machine,
        index: WheelsIndex,
        relations: Relations,
        beyond_tags: bool,
        ledger: Ledger | None = None,
    ) -> None:
        self.machine = machine
        self.index = index
        self.relations = relations
        self.beyond_tags = beyond_tags
        self.ledger = ledger
        self._choices: dict[tuple[str, str], Choice | None] = {}
        self._distribution: dict[str, tuple[Choice, ...]] = {}
        self._needs: dict[Choice, tuple[Need, ...]] = {}

    def versions(self, name: str) -> Mapping[str, tuple[Wheel, ...]]:
        """The wheels of a package by version, newest version first."""
        project = self.index.project(name)
        return {} if project is None else project.by_version

    def choices(self, name: str) -> Iterator[Choice]:
        """The usable choices for a package: wheels newest first, then the distribution's.

        Wheels that may or may not run come last.
        """
        doubtful = []
        for version in self.versions(name):
            choice = self.choice(name, version)
            if choice is not None and choice.doubtful:
                doubtful.append(choice)
            elif choice is not None:
                yield choice
        if self.machine.system_python:
            yield from self.distribution_choices(name)
        yield from doubtful

    def choice(self, name: str, version: str) -> Choice | None:
        """The best accepted wheel of a version, or None."""
        key = (name, version)
        if key not in self._choices:
            self._choices[key] = self._best(name, version)
        return self._choices[key]

    def judge(self, wheel: Wheel) -> Verdict:
        """Whether a wheel runs on the machine, its dependencies aside."""
        return judge(wheel, self.machine, self.beyond_tags, self.ledger)

    def _best(self, name: str, version: str) -> Choice | None:
        best: tuple[Accepted, Wheel] | None = None
        for wheel in self.versions(name)[version]:
            if wheel.source == "piwheels" and not self.machine.piwheels:
                continue
            verdict = self.judge(wheel)
            if isinstance(verdict, Accepted) and (best is None or verdict.rank < best[0].rank):
                best = (verdict, wheel)
        if best is None:
            return None
        verdict, wheel = best
        return Choice(name, Version(version), wheel, notes=verdict.notes, doubtful=verdict.doubtful)

    def distribution_choices(self, name: str) -> tuple[Choice, ...]:
        """What the distribution packages, for its own Python only."""
        if name not in self._distribution:
            installed = dict(self.machine.packages).get(name)
            self._distribution[name] = tuple(
                Choice(
                    name,
                    Version(installed or row.version),
                    None,
                    row.package,
                    installed is not None,
                )
                for row in self.relations.distribution_packages
                if row.name == name and row.release == self.machine.codename
            )
        return self._distribution[name]

    def needs(self, choice: Choice) -> tuple[Need, ...]:
        """What a choice requires: its metadata, and the NumPy it was compiled for."""
        if choice not in self._needs:
            self._needs[choice] = tuple(self._read_needs(choice))
        return self._needs[choice]

    def _read_needs(self, choice: Choice) -> Iterator[Need]:
        wheel = choice.wheel
        if wheel is None:
            return
        for text in wheel.requires_dist:
            requirement = _requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(self.environment):
                name = canonicalize_name(requirement.name)
                origin = f"required by {choice.name} {choice.version}"
                yield Need(name, requirement.specifier, origin)
        if wheel.evidence is not None and wheel.evidence.numpy_api is not None:
            api = wheel.evidence.numpy_api
            bound = self.relations.numpy_bound(api.abi, api.feature)
            yield Need("numpy", bound, f"compiled into {choice.name} {choice.version}")

    @cached_property
    def environment(self) -> dict[str, str]:
        """The environment that markers (PEP 508) see on the machine."""
        return {
            "implementation_name": self.machine.implementation,
            "implementation_version": self.machine.python,
            "os_name": "posix",
            "platform_machine": self.machine.kernel_machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": "Linux",
            "platform_version": "",
            "python_full_version": self.machine.python,
            "python_version": self.machine.python_short,
            "sys_platform": "linux",
            "extra": "",
        }


class Provider(AbstractProvider[Need, Choice, str]):
    """resolvelib's view of a World: newest versions first, as pip does."""

    def __init__(self, world: World) -> None:
        self._world = world

    def identify(self, requirement_or_candidate: Need | Choice) -> str:
        return requirement_or_candidate.name

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Choice],  # noqa: ARG002 - resolvelib passes it by keyword
        candidates: Mapping[str, Iterator[Choice]],  # noqa: ARG002
        information: Mapping[str, Iterator[Any]],
        backtrack_causes: Sequence[Any],
    ) -> tuple[bool, bool, str]:
        """What caused a conflict first, then what is bounded, then by name: deterministic."""
        causes = any(cause.requirement.name == identifier for cause in backtrack_causes)
        bounded = any(info.requirement.specifier for info in information[identifier])
        return not causes, not bounded, identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Need]],
        incompatibilities: Mapping[str, Iterator[Choice]],
    ) -> Callable[[], Iterator[Choice]]:
        needs = list(requirements[identifier])
        refused = set(incompatibilities[identifier])

        def matches() -> Iterator[Choice]:
            for choice in self._world.choices(identifier):
                if choice not in refused and all(_satisfies(choice, need) for need in needs):
                    yield choice

        return matches

    def is_satisfied_by(self, requirement: Need, candidate: Choice) -> bool:
        return _satisfies(candidate, requirement)

    def get_dependencies(self, candidate: Choice) -> Iterable[Need]:
        return self._world.needs(candidate)


@lru_cache(maxsize=4096)
def _requirement(text: str) -> Requirement:
    return Requirement(text)


def _satisfies(choice: Choice, need: Need) -> bool:
    return need.specifier.contains(choice.version, prereleases=True)
