"""Worlds for what is cut off; see ``interrupted.py``."""

from __future__ import annotations

import json
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
    """Makes a world always under the same path: paths are in the files' content.

    What was installed before is the same each time, and so it is installed once and copied then.
    """
    folder = tmp_path / "world"
    made: dict[tuple[str, ...], World] = {}

    def make(*installed: str) -> World:
        kept = tmp_path / "-".join(("kept", *installed))
        if folder.exists():
            shutil.rmtree(folder)
        if installed not in made:
            world = made[installed] = World(folder, template)
            monkeypatch.setattr(transaction, "run_all", world.run_tools)
            for version in installed:
                world.install(version)
            subprocess.run(["cp", "-a", folder, kept], check=True)
        else:
            subprocess.run(["cp", "-a", kept, folder], check=True)
            monkeypatch.setattr(transaction, "run_all", made[installed].run_tools)
            for mark in folder.glob("home/.venv.pidoctor/mark.json"):  # tied to its folder's number
                inode = mark.parent.stat().st_ino
                mark.write_text(json.dumps({**json.loads(mark.read_bytes()), "inode": inode}))
        return made[installed]

    return make
