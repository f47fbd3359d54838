"""Random questions, the same from one seed: boards x systems x Pythons x requirements."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog
from pidoctor.errors import UsageError
from pidoctor.profile.named_targets import all_targets, target
from pidoctor.profile.profile import Profile
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.request import Project, Request

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
    """``count`` different questions."""
    dice = random.Random(seed)  # noqa: S311 - the same questions each time
    targets = all_targets()
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while len(seen) < count:
        if dice.random() < 0.8:
            name = dice.choice(targets)
        else:
            name = f"{dice.choice(_MACHINES)}/{dice.choice(_LIBCS)}"
        python = dice.choice(_PYTHONS)
        name = f"{name}/py{python}" if python else name
        wanted = tuple(_requirements(dice, catalog))
        if (name, wanted) in seen:
            continue
        try:
            profile = target(name)
        except UsageError:
            continue  # a system of its own Python alone
        if not profile.python.version.is_known:
            continue  # no Python at all: there is nothing to ask pip about
        seen.add((name, wanted))
        yield Question(name, wanted, profile)


def _requirements(dice: random.Random, catalog: Catalog) -> Iterator[str]:
    yield _requirement(dice, dice.choice(list(catalog.runtimes)), catalog)
    for name in dice.sample(_BESIDE, dice.choice((0, 0, 1, 2))):
        yield _requirement(dice, name, catalog)


def _requirement(dice: random.Random, name: str, catalog: Catalog) -> str:
    """The package alone, or with a bound at one of its versions, newer ones more often."""
    project = catalog.index.project(name)
    assert project is not None
    versions = [v for v in project.by_version if not Version(v).is_prerelease]
    if dice.random() < 0.4:
        return name
    operator = dice.choice(_OPERATORS)
    version = versions[min(int(dice.expovariate(1 / 3)), len(versions) - 1)]
    return f"{name}{operator}{version}"
