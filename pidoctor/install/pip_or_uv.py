"""The installers at hand: which pip downloads, which pip or uv fills the environment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from packaging.version import Version

from pidoctor.host.base import MissingError
from pidoctor.host.live import LiveHost
from pidoctor.install.base_python import WorkingPython
from pidoctor.platforms.pep440 import version_of
from pidoctor.probe import installers
from pidoctor.readiness.tools import installs_elsewhere, runs_on


@dataclass(frozen=True)
class Pip:
    """A pip that can be run: ``command`` is how, ``version`` which."""

    command: tuple[str, ...]
    version: Version

    @property
    def installs_elsewhere(self) -> bool:
        """Whether it can install into an environment that has no pip of its own."""
        return installs_elsewhere(str(self.version))


def pips(python: WorkingPython) -> tuple[Pip, ...]:
    """The pips that ``python`` can run: its own, and the one beside pidoctor."""
    candidates = (own_pip(python), _pip_beside_pidoctor(python))
    return tuple(pip for pip in candidates if pip is not None)


def own_pip(python: WorkingPython) -> Pip | None:
    """The pip of ``python``."""
    version = version_of(python.pip)
    return Pip((python.executable, "-IB", "-m", "pip"), version) if version else None


def _pip_beside_pidoctor(python: WorkingPython) -> Pip | None:
    """The pip that pidoctor could import itself, run by ``python``.

    By its own runner, which finds pip and nothing beside it: run as a folder, pip would take what
    is installed beside pidoctor for installed in the environment, and leave it out.
    """
    try:
        own = LiveHost().own_pip()
    except MissingError:
        return None
    version = version_of(own.version)
    if version is None or not runs_on(own.requires_python, python.version):
        return None
    # The runner is as old as the option --python; an older pip is of no use here.
    pip = Pip((python.executable, "-IB", f"{own.folder}/__pip-runner__.py"), version)
    return pip if pip.installs_elsewhere else None


def seed(python: WorkingPython) -> Path | None:
    """A wheel of pip that came with ``python``, whole enough to be installed by another pip.

    Debian's pip before 22.3 was stripped of the libraries that it bundles.
    """
    for path in python.pip_wheels:
        if installs_elsewhere(path.name.split("-")[1]):
            return path
    return None


def uv_for(python: WorkingPython) -> str | None:
    """uv, when it is on PATH and knows ``python`` (it has no 32-bit ARM platform)."""
    return _uv_for(python.executable, LiveHost().environ("PATH"))


@cache
def _uv_for(executable: str, _path: str | None) -> str | None:
    """Asked once: a recipe is made to be shown and once more to be carried out."""
    return installers.uv_for(LiveHost(), executable)
