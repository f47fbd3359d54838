"""``check --fix``: shown, agreed to, run without a shell, never a restart."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pidoctor.cli.apply_remedies import Argv, argv_of, fix, fixable, run_command
from pidoctor.result import Finding, Remedy, Severity


def finding(*commands: str, safe: bool = True, id: str = "venv-module-missing") -> Finding:
    return Finding(id, Severity.ERROR, "message", remedy=Remedy("Install it.", commands, safe))


class Terminal:
    """Answers yes or no, and keeps what it was shown and what was run."""

    def __init__(self, agree: bool = True, codes: tuple[int, ...] = ()) -> None:
        self.agree = agree
        self.codes = list(codes)
        self.shown: list[Argv] = []
        self.ran: list[Argv] = []

    def ask(self, _: Finding, commands: tuple[Argv, ...]) -> bool:
        self.shown += commands
        return self.agree

    def run(self, argv: Argv) -> int:
        self.ran.append(argv)
        return self.codes.pop(0) if self.codes else 0


def test_what_runs_is_what_was_shown() -> None:
    terminal = Terminal()
    attempts = fix([finding("/usr/bin/env true", "echo done")], terminal.ask, terminal.run)
    assert terminal.ran == terminal.shown == [("/usr/bin/env", "true"), ("echo", "done")]
    assert attempts == (0,)


def test_without_consent_nothing_runs() -> None:
    terminal = Terminal(agree=False)
    attempts = fix([finding("echo a")], terminal.ask, terminal.run)
    assert terminal.ran == []
    assert attempts == (None,)


def test_after_a_failure_the_rest_of_the_remedy_is_left_out_and_the_next_finding_goes_on() -> None:
    terminal = Terminal(codes=(3,))
    both = [finding("echo a", "echo b"), finding("echo c", id="ssl-clock-skew")]
    attempts = fix(both, terminal.ask, terminal.run)
    assert terminal.ran == [("echo", "a"), ("echo", "c")]
    assert attempts == (3, 0)


@pytest.mark.parametrize(
    "command",
    [
        "sudo reboot",
        "sudo /sbin/shutdown -r now",
        "rm -rf /tmp/x",
        "echo a | tee b",
        "echo a; echo b",
        "echo $HOME",
        "echo `id`",
        "TMPDIR=/var/tmp pip install x",
        "echo 'a b'",
        "echo a > b",
        "",
    ],
)
def test_some_commands_are_never_run_whatever_their_mark(command: str) -> None:
    terminal = Terminal()
    assert not fixable(finding(command))
    assert fix([finding(command)], terminal.ask, terminal.run) == ()
    assert terminal.shown == terminal.ran == []


def test_only_safe_remedies_with_commands_are_offered() -> None:
    assert not fixable(finding("echo a", safe=False))
    assert not fixable(finding())
    assert not fixable(Finding("x", Severity.NOTE, "message"))


def test_root_needs_no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert argv_of("sudo apt-get install -y x") == ("apt-get", "install", "-y", "x")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert argv_of("sudo apt-get install -y x") == ("sudo", "apt-get", "install", "-y", "x")


def test_a_real_command(tmp_path: Path) -> None:
    script = tmp_path / "mark"
    script.write_text(
        f"#!{sys.executable}\nopen({str(tmp_path / 'made')!r}, 'w')\nraise SystemExit(4)\n"
    )
    script.chmod(0o755)
    assert run_command((str(script),)) == 4
    assert (tmp_path / "made").exists()
    assert run_command((str(tmp_path / "not-there"),)) == 127
