"""The Python to install for, as it describes itself."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from pidoctor.errors import UsageError
from pidoctor.host.base import MissingError, UnreadableError
from pidoctor.host.command import run
from pidoctor.report.text import one_line

_TIMEOUT_S = 120.0  # a Pi Zero with a slow card takes seconds, never minutes


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs: its version, whether it can make environments, what it has installed.

    ``pip`` is the version of its pip, empty when it has none that works; ``pip_wheels`` the wheels
    of pip for its ensurepip; ``installed`` maps normalised names to versions, as it would import
    them (an environment made with --system-site-packages sees the system's too).
    """

    executable: str
    version: str  # "3.11.2"
    prefix: str
    base_prefix: str
    pip: str
    venv: bool
    ensurepip: bool
    pip_wheels: tuple[Path, ...]
    installed: Mapping[str, str]

    @property
    def minor(self) -> str:
        """``"3.11"``."""
        return ".".join(self.version.split(".")[:2])


def ask(python: str) -> Interpreter:
    """The interpreter ``python`` (a path, or a name on PATH); UsageError when it does not run."""
    executable = shutil.which(python)
    if executable is None:
        raise UsageError(f"{one_line(python)}: there is no such Python interpreter")
    executable = os.path.abspath(executable)
    source = resources.files("pidoctor.install").joinpath("questions.py").read_text("utf-8")
    try:
        ended = run([executable, "-I", "-B", "-X", "utf8", "-c", source], _TIMEOUT_S)
    except (MissingError, UnreadableError) as error:
        raise UsageError(f"{executable}: cannot be run ({error})") from error
    try:
        answers = json.loads(ended.stdout)
        return _interpreter(executable, answers)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        lines = ended.stderr.decode("utf-8", "replace").strip().splitlines() or ["it said nothing"]
        raise UsageError(
            f"{executable}: does not work as Python 3.9 or newer: {one_line(lines[-1])}"
        ) from error


def _interpreter(executable: str, answers: Mapping[str, Any]) -> Interpreter:
    return Interpreter(
        executable=executable,
        version=str(answers["version"]),
        prefix=str(answers["prefix"]),
        base_prefix=str(answers["base_prefix"]),
        pip=str(answers["pip"] or ""),
        venv=bool(answers["venv"]),
        ensurepip=bool(answers["ensurepip"]),
        pip_wheels=tuple(Path(path) for path in answers["pip_wheels"]),
        installed={canonicalize_name(k): str(v) for k, v in answers["installed"].items()},
    )
