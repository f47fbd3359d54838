"""Worlds for what is cut off; see ``interrupted.py``."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pidoctor.install import transaction

from .interrupted import Make, World
from .world import PYTHON


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "venv"
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No uv, and no waiting for the disk: a killed process leaves what it wrote to the kernel."""
    empty = tmp_path / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", f"{empty}:/usr/bin:/bin")
    monkeypatch.setattr(os, "sync", lambda: None)
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def make_world(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Makes a fresh world, always under the same path: paths are in the files' content."""
    folder = tmp_path / "world"

    def make(exists: bool) -> World:
        if folder.exists():
            shutil.rmtree(folder)
        world = World(folder, template)
        monkeypatch.setattr(transaction, "run_all", world.run_tools)
        if exists:
            world.install("1")
        return world

    return make
