"""triage on the command line: a file, a command, a bundle, and what each prints."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import pidoctor

FAILED = """\
ERROR: Could not find a version that satisfies the requirement tflite-runtime (from versions: none)
ERROR: No matching distribution found for tflite-runtime
$ python3 --version
Python 3.13.5
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "install.log"
    path.write_text(FAILED)
    return path


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pidoctor", "triage", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_log_with_its_cause_and_the_line_that_proves_it(log: Path) -> None:
    answer = pidoctor("triage", str(log), "--json")
    assert answer.code == 1
    (diagnosis,) = answer.json["diagnoses"]
    assert diagnosis["cause"] == "no-wheel-for-python"
    assert diagnosis["evidence"][0]["line"] == 1
    assert "ai-edge-litert" in diagnosis["fix"]["commands"][0]


def test_a_reply_for_a_ticket(log: Path) -> None:
    answer = pidoctor("triage", str(log), "--markdown")
    assert answer.out.startswith("**no-wheel-for-python**")
    assert "```sh\npidoctor install ai-edge-litert\n```" in answer.out


def test_a_command_keeps_its_output_and_its_exit_code() -> None:
    failing = "import sys; print('error: externally-managed-environment'); sys.exit(7)"
    done = run("--", sys.executable, "-c", failing)
    assert done.returncode == 7
    assert done.stdout.startswith("error: externally-managed-environment\n")
    assert "(externally-managed-environment, sure)" in " ".join(done.stdout.split())


def test_with_json_the_commands_output_goes_to_stderr() -> None:
    done = run("--json", "--", sys.executable, "-c", "print('Successfully installed six-1.17.0')")
    assert "Successfully installed six-1.17.0" in done.stderr
    assert json.loads(done.stdout)["diagnoses"][0]["cause"] == "no-problem"


def test_where_fills_in_what_the_log_does_not_say(tmp_path: Path) -> None:
    path = tmp_path / "short.log"
    path.write_text("ERROR: No matching distribution found for tensorflow\n")
    answer = pidoctor("triage", str(path), "--target", "pi4-4gb/bookworm-32", "--json")
    assert answer.json["diagnoses"][0]["cause"] == "32bit-userland-on-64bit-kernel"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name a log file"),
        (("/nonexistent.log",), "no such file"),
        (("--",), "name a log, or a command"),
        (("--", "/nonexistent/command", "x"), "/nonexistent/command: there is no such command"),
    ],
)
def test_nothing_to_read(words: tuple[str, ...], said: str) -> None:
    answer = pidoctor("triage", *words)
    assert answer.code == 2
    assert said in answer.err
    assert answer.err.count("\n") == 1
