"""Fixtures of the emulated tests: roots of ARM machines, with and without pidoctor in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from tests.wheel import wheel

from . import emulator
from .installed import Installed, prepared
from .recipes import MirrorError, Recipe
from .roots import Root

__all__ = ["wheel"]


@pytest.fixture(scope="session")
def new_root() -> Callable[[Recipe], Root]:
    """What makes a root, once ARM programs run here.

    Without root they cannot, which is a reason to skip; in CI, nothing else is.
    """
    obstacle = emulator.obstacle()
    if obstacle is not None and os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(f"ARM programs must run in CI, but: {obstacle}")
    if obstacle is not None:
        pytest.skip(f"ARM programs do not run here: {obstacle}")

    def make(of: Recipe) -> Root:
        try:
            return Root(of)
        except MirrorError as error:
            pytest.skip(str(error))

    return make


@pytest.fixture
def arm_root(new_root: Callable[[Recipe], Root]) -> Iterator[Callable[..., Root]]:
    """`arm_root(suite, arch, numpy=False)`: a copy of a root for this test alone."""
    roots: list[Root] = []

    def make(suite: str, arch: str, numpy: bool = False) -> Root:
        roots.append(new_root(recipe(suite, arch, numpy)))
        return roots[-1]

    yield make
    for root in roots:
        root.close()


@pytest.fixture
def installed(with_pidoctor: Callable[[Recipe], Root]) -> Iterator[Callable[..., Installed]]:
    """`installed(suite, arch, numpy=False)`: pidoctor in a copy of a root for this test alone."""
    copies: list[Root] = []

    def make(suite: str, arch: str, numpy: bool = False) -> Installed:
        copies.append(with_pidoctor(recipe(suite, arch, numpy)).copy())
        return Installed(copies[-1])

    yield make
    for root in copies:
        root.close()


@pytest.fixture(scope="session")
def with_pidoctor(
    new_root: Callable[[Recipe], Root], wheel: Path
) -> Iterator[Callable[[Recipe], Root]]:
    """A root of a recipe with pidoctor installed, made once in a run, to copy and not to change."""
    roots: dict[Recipe, Root] = {}

    def make(of: Recipe) -> Root:
        if of not in roots:
            new_root(of).close()  # skips where ARM programs do not run, or Debian gives no release
            roots[of] = prepared(of, wheel)
            Installed(roots[of]).install(wheel)
        return roots[of]

    yield make
    for root in roots.values():
        root.close()


def recipe(suite: str, arch: str, numpy: bool) -> Recipe:
    """The recipe of a root with or without Debian's numpy."""
    return Recipe(suite, arch, ("python3-numpy",) if numpy else ())
