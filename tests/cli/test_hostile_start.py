"""Starts in places that somebody else has prepared, or that are gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

BOMB = "raise SystemExit('a stranger was imported')\n"
NAMES = ("packaging", "resolvelib", "rich", "requests", "distro", "psutil", "elftools", "json")
SCRIPT = str(Path(sys.executable).parent / "pidoctor")
COMMANDS = (["--version"], ["check", "-q", "--target", "pi4-4gb/bookworm-64"])


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with modules named like the libraries that pidoctor imports."""
    for name in NAMES[:-1]:
        (tmp_path / f"{name}.py").write_text(BOMB)
    return tmp_path


def start(program: list[str], folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program,
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_modules_on_pythonpath_do_not_run(prepared: Path, command: list[str]) -> None:
    ran = start([SCRIPT, *command], prepared.parent, PYTHONPATH=str(prepared))
    assert ran.returncode == 0, ran.stderr
    assert "stranger" not in ran.stderr


def test_modules_in_the_current_folder_do_not_run(prepared: Path) -> None:
    program = [sys.executable, "-m", "pidoctor", "check", "-q", "--target", "pi4-4gb/bookworm-64"]
    ran = start(program, prepared)
    assert ran.returncode == 0, ran.stderr
    assert "stranger" not in ran.stderr


@pytest.mark.parametrize(
    "arguments", [["check", "-q"], ["install", "--dry-run"], ["report"], ["undo"]]
)
def test_a_current_folder_that_is_gone(tmp_path: Path, arguments: list[str]) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    script = 'cd "$1" && rmdir "$1" && shift && exec "$@"'
    ran = start(["sh", "-c", script, "sh", str(gone), SCRIPT, *arguments], tmp_path)
    assert ran.returncode in (2, 3)
    assert "bug in pidoctor" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_as_few_open_files_as_possible(tmp_path: Path) -> None:
    ran = start(["sh", "-c", 'ulimit -n 6; exec "$@"', "sh", SCRIPT, "check", "-q"], tmp_path)
    assert "bug in pidoctor" not in ran.stderr


def test_a_card_that_cannot_be_read(tmp_path: Path) -> None:
    """The memory of a process is a regular file whose read fails as that of a worn-out card."""
    (tmp_path / "capture.json").symlink_to("/proc/self/mem")
    for words in (["check", "--capture", "capture.json"], ["triage", "capture.json"]):
        ran = start([SCRIPT, *words], tmp_path)
        assert ran.returncode in (2, 3), ran.stderr
        assert "bug in pidoctor" not in ran.stderr


@pytest.mark.parametrize("words", [["check", "-q"], ["explain", "-r", "pyproject.toml"]])
def test_a_project_nested_without_end(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pidoctor]\nmodels = {'[' * 5_000}\n")
    ran = start([SCRIPT, *words], tmp_path)
    assert ran.returncode == 2, ran.stderr
    assert ran.stderr == "pidoctor: pyproject.toml: is nested too deeply\n"


def test_the_name_of_what_was_written_moves_no_cursor(tmp_path: Path) -> None:
    ran = start([SCRIPT, "capture", "-o", "\x1b[2Jx"], tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert "\x1b" not in ran.stdout + ran.stderr
