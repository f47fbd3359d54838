"""The gates: strict types and a clean linter, here as in an editor."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARK = ".".join(("pytest", "mark", "benchmark"))  # not written out: this file would carry it


@pytest.mark.parametrize(
    "gate",
    [("mypy",), ("ruff", "check", "."), ("ruff", "format", "--check", ".")],
    ids=" ".join,
)
def test_gate(gate: tuple[str, ...]) -> None:
    pytest.importorskip(gate[0])
    done = subprocess.run(
        [sys.executable, "-m", *gate], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_lengthy_tests_are_there() -> None:
    """The list that `--note-lengthy` writes names tests, so that a renamed one is noticed."""
    listed = (ROOT / "tests" / "lengthy.txt").read_text(encoding="utf-8").split()
    for name in listed:
        file, _, function = name.partition("::")
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), name
    assert listed == sorted(set(listed))


def test_ratios_are_measured_in_the_folder_that_their_stage_reads() -> None:
    """A ratio measured elsewhere would run in no stage."""
    marked = [path for path in ROOT.glob("tests/**/test_*.py") if MARK in path.read_text("utf-8")]
    assert marked
    assert [path for path in marked if path.parent.name != "benchmarks"] == []
