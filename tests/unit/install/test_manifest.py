"""Whose a file is that lies in an environment whose install was interrupted."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from pidoctor.install.manifest import changes_by_others

PACKAGE = "lib/python3.11/site-packages/demo"


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The changed environment, the one before it, and a folder with the wheel of "demo"."""
    changed, before, wheels = (tmp_path / name for name in ("changed", "before", "wheels"))
    (changed / PACKAGE).mkdir(parents=True)
    (changed / "bin").mkdir()
    before.mkdir()
    wheels.mkdir()
    with zipfile.ZipFile(wheels / "demo-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("demo/__init__.py", "whole = True\n")
        wheel.writestr("demo-1.0.data/scripts/old-style", "#!python\n")
        wheel.writestr(
            "demo-1.0.dist-info/entry_points.txt",
            "[console_scripts]\nDemo = demo:main\n[gui_scripts]\ndemo-window = demo:main\n",
        )
    return changed, before, wheels


def test_what_an_installer_wrote_is_nobodys(places: tuple[Path, Path, Path]) -> None:
    changed = places[0]
    for name in ("Demo", "demo-window", "old-style"):
        (changed / "bin" / name).write_text("#!/usr/bin/python3\n")
    (changed / PACKAGE / "__init__.py").write_text("whole = True\n")
    assert not changes_by_others(*places)


def test_what_is_not_of_the_wheels_is_somebodys(places: tuple[Path, Path, Path]) -> None:
    changed = places[0]
    (changed / "bin" / "demo").write_text("#!/bin/sh\n")  # the script's name is Demo
    (changed / PACKAGE / "__init__.py").write_text("edited = True\n")
    (changed / PACKAGE / "notes.txt").write_text("mine\n")
    found = changes_by_others(*places)
    assert found.added == ("bin/demo", f"{PACKAGE}/__init__.py", f"{PACKAGE}/notes.txt")


def test_the_beginning_of_a_file_was_being_written(places: tuple[Path, Path, Path]) -> None:
    (places[0] / PACKAGE / "__init__.py").write_text("whole =")
    assert not changes_by_others(*places)


def test_a_wheel_that_cannot_be_read_claims_nothing(places: tuple[Path, Path, Path]) -> None:
    changed, _, wheels = places
    (wheels / "demo-1.0-py3-none-any.whl").write_bytes(b"no zip")
    (changed / "bin" / "Demo").write_text("")
    assert changes_by_others(*places).added == ("bin/Demo",)
