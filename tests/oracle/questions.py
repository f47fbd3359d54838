"""Random questions, the same from one seed: boards x systems x Pythons x requirements."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.errors import UsageError
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.target_names import all_names
from pidoctor.resolve.compatibility import judge_tag, tag_of
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.request import Project, Request
from pidoctor.resolve.verdict import Accepted

_PYTHONS = ("", "", "", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
_LIBCS = ("glibc-2.17", "glibc-2.28", "glibc-2.31", "glibc-2.35", "glibc-2.39", "musl-1.2")
_MACHINES = ("aarch64", "x86_64", "armv7l")
_OPERATORS = ("==", "==", "<", "<=", ">=", "~=", "!=")
# What people have beside a runtime, of what the index holds.
_BESIDE = ("numpy", "pillow", "scipy", "grpcio", "protobuf", "keras", "h5py", "jax", "ml-dtypes")


@dataclass(frozen=True)
class Question:
    """A machine by name, and what is wanted on it."""

    target: str
    requirements: tuple[str, ...]
    profile: Profile

    def __str__(self) -> str:
        return f"{' '.join(self.requirements)} on {self.target}"

    def request(self, catalog: Catalog) -> Request:
        asked = tuple(Requirement(text) for text in self.requirements)
        return Project(asked).request(catalog, machine_of(self.profile).markers())


def questions(count: int, seed: int, catalog: Catalog) -> Iterator[Question]:
    """``count`` different questions, most of them about what tags allow."""
    dice = random.Random(seed)  # noqa: S311 - the same questions each time
    targets = all_names()
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while len(seen) < count:
        name = _machine(dice, targets)
        try:
            profile = target(name)
        except UsageError:
            continue  # a system of its own Python alone
        if not profile.python.version.is_known:
            continue  # no Python at all: there is nothing to ask pip about
        wanted = tuple(_requirements(dice, machine_of(profile), catalog))
        if (name, wanted) not in seen:
            seen.add((name, wanted))
            yield Question(name, wanted, profile)


def _machine(dice: random.Random, targets: list[str]) -> str:
    name = dice.choice(targets)
    if dice.random() < 0.2:
        name = f"{dice.choice(_MACHINES)}/{dice.choice(_LIBCS)}"
    python = dice.choice(_PYTHONS)
    return f"{name}/py{python}" if python else name


def _requirements(dice: random.Random, machine: Machine, catalog: Catalog) -> Iterator[str]:
    runtimes = [name for name in catalog.runtimes if _versions(name, machine, catalog)]
    if not runtimes or dice.random() < 0.1:
        runtimes = list(catalog.runtimes)
    yield _requirement(dice, dice.choice(runtimes), machine, catalog)
    for name in dice.sample(_BESIDE, dice.choice((0, 0, 1, 2))):
        yield _requirement(dice, name, machine, catalog)


def _requirement(dice: random.Random, name: str, machine: Machine, catalog: Catalog) -> str:
    """The package alone, or with a bound at one of its versions, newer ones more often."""
    versions = _versions(name, machine, catalog)
    if dice.random() < 0.05 or not versions:
        project = catalog.index.project(name)
        versions = list(project.by_version) if project else []
    if dice.random() < 0.4:
        return name
    version = versions[min(int(dice.expovariate(1 / 3)), len(versions) - 1)]
    return f"{name}{dice.choice(_OPERATORS)}{version}"


def _versions(name: str, machine: Machine, catalog: Catalog) -> list[str]:
    """The versions with a wheel whose tag fits the machine, newest first."""
    project = catalog.index.project(name)
    return [
        version
        for version, wheels in (project.by_version if project else {}).items()
        if not Version(version).is_prerelease
        and any(
            isinstance(judge_tag(tag_of(wheel.filename), machine.interpreter), Accepted)
            for wheel in wheels
        )
    ]
