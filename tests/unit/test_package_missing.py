"""What is said where a package is missing: a command that works, and brings nobody else's code."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pidoctor as package
from pidoctor.errors import PackageMissingError

ROOT = Path(package.__file__).parents[1]


def test_the_command_names_the_package_and_pidoctors_own_python() -> None:
    told = str(PackageMissingError("a mirror", "pypi-simple"))
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
