"""The composite action and the pre-commit hook: their scripts are run as their runners run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / ".github/actions/check/action.yml"


def action() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))
    return loaded


def check(tmp_path: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the step that checks, with the program of this environment in place of a new one."""
    step = action()["runs"]["steps"][1]
    program = tmp_path / "pidoctor/bin"
    program.mkdir(parents=True)
    launcher = program / "pidoctor"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pidoctor "$@"\n')
    launcher.chmod(0o755)
    values = {name: item["default"] for name, item in action()["inputs"].items()}
    values.update({name.replace("_", "-"): value for name, value in given.items()})
    filled = {
        name: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
        for name, text in step["env"].items()
    }
    environment = {**os.environ, **filled, "RUNNER_TEMP": str(tmp_path), "PYTHONPATH": str(ROOT)}
    script = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
    return subprocess.run(
        script, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_every_target_is_checked_and_what_does_not_run_fails(tmp_path: Path) -> None:
    done = check(tmp_path, targets="pi4-4gb/bookworm-64\n\npi4-4gb/trixie-32\n")
    assert done.returncode == 1, done.stderr
    assert re.search(r"^::error title=no-runtime", done.stdout, re.MULTILINE)
    assert "pi4-4gb/trixie-32" in done.stdout


def test_what_runs_passes(tmp_path: Path) -> None:
    done = check(tmp_path, targets="pi4-4gb/bookworm-64", requirement="tflite-runtime")
    assert done.returncode == 0, done.stderr
    assert "tflite-runtime 2.14.0 fits pi4-4gb/bookworm-64" in done.stdout
    assert "::error" not in done.stdout


def test_an_input_is_a_value_and_never_a_command(tmp_path: Path) -> None:
    evil = "$(touch stolen); `touch stolen` #"
    done = check(tmp_path, targets=evil, requirement="--help")
    assert done.returncode == 2
    assert not (tmp_path / "stolen").exists()
    text = ACTION.read_text(encoding="utf-8")
    scripts = [step["run"] for step in action()["runs"]["steps"]]
    assert "${{" in text
    assert not any("${{" in script for script in scripts)


def test_the_hook_looks_at_the_files_that_decide() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for name in ("requirements.txt", "app/requirements-dev.txt", "pyproject.toml", "a/m.tflite"):
        assert re.search(hook["files"], name)
    assert not re.search(hook["files"], "README.md")
    assert (hook["entry"], hook["language"]) == ("pidoctor check", "python")
