"""What is said where a package is missing: a command that works, and brings nobody else's code."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

import pidoctor as package
from pidoctor.errors import PackageMissingError
from tests.cli.program import pidoctor

ROOT = Path(package.__file__).parents[1]


def test_the_command_names_the_package_and_pidoctors_own_python() -> None:
    told = str(PackageMissingError("reading index pages", "pypi-simple"))
    command = shlex.split(told.split(": ", 1)[1])
    assert command == [sys.executable, "-m", "pip", "install", "pypi-simple"]


def test_nobody_is_told_to_install_pidoctor_from_an_index() -> None:
    """There is no such project there yet, and whoever takes the name would be installed."""
    told = re.compile(r"pip3? install (?:-\S+ )*['\"]?pidoctor(?![\w/.-])")
    texts = [ROOT / "README.md", *Path(package.__file__).parent.rglob("*.*")]
    kinds = (".py", ".md", ".json", ".yml", ".html")
    found = [
        f"{path}: {line.strip()}"
        for path in texts
        if path.suffix in kinds
        for line in path.read_text(encoding="utf-8").splitlines()
        if told.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("command", ["check", "explain"])
def test_what_could_not_be_read_without_it_ends_with_its_command(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pypi_simple", None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    where = ("--target", "pi4-4gb/bookworm-64")
    run = pidoctor(command, "tflite-runtime", "opencv-python", *where)
    first, then = run.out.splitlines()[0], run.out.splitlines()[-1]
    assert first.startswith("! tflite-runtime 2.14.0 fits pi4-4gb/bookworm-64. Whether")
    assert then == f"  Next: {shlex.quote(sys.executable)} -m pip install pypi-simple"
    assert "Could not check opencv-python: reading your package index takes one more" in run.out
