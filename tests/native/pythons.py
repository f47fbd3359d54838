"""The Pythons of this machine, and running programs as on a machine without further indexes."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.emulated import network

_MORE_SOURCES = ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX")


def find(version: str) -> str:
    """An interpreter of that version ("3.11"), on PATH or of pyenv; without one, skip the test."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    candidates = [shutil.which(f"python{version}"), *pyenv.glob(f"versions/{version}.*/bin/python")]
    for candidate in filter(None, candidates):
        program = [str(candidate), "-c", "import ensurepip, ssl"]
        if subprocess.run(program, capture_output=True, check=False).returncode == 0:
            return str(candidate)
    pytest.skip(f"no Python {version} on this machine")


def run(
    folder: Path, argv: Sequence[str], *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with this machine's package index alone."""
    own = {name: value for name, value in os.environ.items() if name not in _MORE_SOURCES}
    finished = subprocess.run(
        argv,
        cwd=folder,
        env={**own, "PIP_CONFIG_FILE": os.devnull, **network.package_index()},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert not check or finished.returncode == 0, finished.stdout + finished.stderr
    return finished
