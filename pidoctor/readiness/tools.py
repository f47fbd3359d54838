"""Whether an environment can be made and filled with the tools at hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable

INSTALLS_ELSEWHERE = "22.3"
"""The first pip with the option --python, which installs into an environment that has no pip of
its own: 2022-10, https://pip.pypa.io/en/stable/news/"""

NO_VENV, NO_PIP = "no-venv", "no-pip"


def installs_elsewhere(pip: str) -> bool:
    """Whether this version of pip can fill an environment that has none."""
    from packaging.version import InvalidVersion, Version

    try:
        return Version(pip) >= Version(INSTALLS_ELSEWHERE)
    except InvalidVersion:
        return False


def runs_on(requires_python: str, version: str) -> bool:
    """Whether a pip that states ``requires_python`` runs on a Python of this version."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return SpecifierSet(requires_python).contains(version, prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def lacking(venv: bool, ensurepip: bool, pips: Iterable[str], uv: Callable[[], bool]) -> str | None:
    """What a Python lacks to get an environment with packages in it; None where nothing.

    ``pips`` are the versions of the pips that it can run, from outside the environment to be made:
    one of them has to download. ``uv`` says whether uv is at hand; it is asked only where that
    decides, because asking starts a program.
    """
    if not venv:
        return NO_VENV
    if ensurepip:
        return None
    outside = [pip for pip in pips if pip]
    if any(map(installs_elsewhere, outside)) or (outside and uv()):
        return None
    return NO_PIP
