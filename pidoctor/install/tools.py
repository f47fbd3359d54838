"""The installers at hand: which pip downloads, which pip or uv fills the environment."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from pidoctor.host.base import MissingError, UnreadableError
from pidoctor.host.command import run
from pidoctor.install.interpreter import Interpreter

# pip's option --python, which installs into another environment: pip 22.3, 2022-10,
# https://pip.pypa.io/en/stable/news/
_OTHER_PYTHON = Version("22.3")
_TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Pip:
    """A pip that can be run: ``command`` is how, ``version`` which."""

    command: tuple[str, ...]
    version: Version

    @property
    def installs_elsewhere(self) -> bool:
        """Whether it can install into an environment that has no pip of its own."""
        return self.version >= _OTHER_PYTHON


def pips(python: Interpreter) -> tuple[Pip, ...]:
    """The pips that ``python`` can run: its own, and the one beside pidoctor."""
    candidates = (own_pip(python), _pip_beside_pidoctor(python))
    return tuple(pip for pip in candidates if pip is not None)


def own_pip(python: Interpreter) -> Pip | None:
    """The pip of ``python``."""
    version = _version(python.pip)
    return Pip((python.executable, "-IB", "-m", "pip"), version) if version else None


def _pip_beside_pidoctor(python: Interpreter) -> Pip | None:
    """The pip that pidoctor could import itself, run by ``python``."""
    try:
        spec = importlib.util.find_spec("pip")
        about = metadata.metadata("pip")
    except (ImportError, ValueError, metadata.PackageNotFoundError):
        return None
    version = _version(about["Version"])
    if spec is None or spec.origin is None or version is None:
        return None
    if python.version not in SpecifierSet(about["Requires-Python"] or ""):
        return None
    return Pip((python.executable, "-IB", str(Path(spec.origin).parent)), version)


def seed(python: Interpreter) -> Path | None:
    """A wheel of pip that came with ``python``, whole enough to be installed by another pip.

    Debian's pip before 22.3 was stripped of the libraries that it bundles.
    """
    for path in python.pip_wheels:
        version = _version(path.name.split("-")[1])
        if version is not None and version >= _OTHER_PYTHON:
            return path
    return None


def _version(text: str | None) -> Version | None:
    try:
        return Version(text or "")
    except InvalidVersion:
        return None


def uv_for(python: Interpreter) -> str | None:
    """uv, when it is on PATH and knows ``python`` (it has no 32-bit ARM platform)."""
    uv = shutil.which("uv")
    if uv is None:
        return None
    command = [uv, "--no-config", "--offline", "pip", "freeze", "--python", python.executable]
    try:
        ended = run([*command, "--no-cache"], _TIMEOUT_S)
    except (MissingError, UnreadableError):
        return None
    return uv if ended.returncode == 0 else None
