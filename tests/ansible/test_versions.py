"""Every ansible-core in the collection's table, on the Pythons that the table gives its boards."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pidoctor
from tests.ansible.programs import collection
from tests.native.pythons import find

pytestmark = [pytest.mark.slow, pytest.mark.network]
__all__ = ["collection"]

README = Path(pidoctor.__file__).parent / "ansible/collection/README.md"
OLDEST = (3, 9)  # that pidoctor runs on
HERE = sys.version_info[:2]

Range = tuple[tuple[int, int], tuple[int, int]]


def rows() -> Iterator[tuple[str, Range, Range]]:
    """(ansible-core, the Pythons of its boards, those of the controller), as the table has them."""
    for line in README.read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(r"\| (2\.[\d., ]+) \| (?:2\.7, )?(.+) \| (.+) \|", line)
        if found:
            boards, controller = bounds(found.group(2)), bounds(found.group(3))
            yield from ((core, boards, controller) for core in found.group(1).split(", "))


def bounds(text: str) -> Range:
    first, last = map(version_of, text.split(" to "))
    return first, last


def version_of(text: str) -> tuple[int, int]:
    major, minor = map(int, text.split("."))
    return major, minor


ROWS = list(rows())


def test_the_table_is_read_whole() -> None:
    assert [core for core, _, _ in ROWS] == ["2.16", "2.17", "2.18", "2.19", "2.20", "2.21"]


@pytest.mark.parametrize(("core", "boards", "controller"), ROWS, ids=[row[0] for row in ROWS])
def test_facts_of_the_oldest_and_the_newest_python(
    core: str, boards: Range, controller: Range, collection: Path, tmp_path: Path
) -> None:
    if not controller[0] <= HERE <= controller[1]:
        pytest.skip(f"ansible-core {core} is not for Python {HERE[0]}.{HERE[1]}")
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "-q", "-p", sys.executable, "core"], cwd=tmp_path, check=True)
    install = [*uv, "pip", "install", "-q", "-p", "core", f"ansible-core~={core}.0"]
    subprocess.run(install, cwd=tmp_path, check=True)
    for version in {max(boards[0], OLDEST), boards[1]}:
        said = facts(tmp_path, collection, find("{}.{}".format(*version)))
        assert "SUCCESS" in said, said
        assert '"architecture": "' in said, said
    if (3, 7) <= boards[0] < OLDEST:
        said = facts(tmp_path, collection, find("{}.{}".format(*boards[0])))
        assert "pidoctor needs Python 3.9 or newer on the board" in said, said


def facts(folder: Path, collection: Path, python: str) -> str:
    """What the module tflite_facts says of this machine with another Python."""
    single_file = collection / "roles/board/files/pidoctor.pyz"
    argv = [str(folder / "core/bin/ansible"), "localhost", "-i", "localhost,", "-c", "local"]
    argv += ["-m", "pidoctor.tflite.tflite_facts", "-a", f"pidoctor={single_file}"]
    argv += ["-e", f"ansible_python_interpreter={python}"]
    where = {
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(collection.parents[2]),
    }
    done: subprocess.CompletedProcess[str] = subprocess.run(
        argv, env={**os.environ, **where}, capture_output=True, text=True, check=False, timeout=300
    )
    return done.stdout + done.stderr
