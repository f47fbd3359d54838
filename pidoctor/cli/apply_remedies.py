"""``check --fix``: runs the remedies that are marked safe, after showing them and asking.

Nothing runs that was not shown in exactly the words in which it runs; no shell, no restart of the
machine; root only where the shown command begins with sudo.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Iterable

from pidoctor.host.command import run_attached
from pidoctor.result import Finding

_SHELL_ONLY = set("|&;<>()$`\\\"'*?[]#~%{}\n")
_NEVER = {"reboot", "shutdown", "poweroff", "halt", "init", "telinit", "kexec", "rm", "dd", "mkfs"}

Argv = tuple[str, ...]
Ask = Callable[[Finding, tuple[Argv, ...]], bool]
Run = Callable[[Argv], int]


def fixable(finding: Finding) -> bool:
    """Whether the finding has a remedy that may be run for the user.

    Marked safe is not enough: a command that needs a shell, restarts the machine or deletes is
    never run, whatever its mark.
    """
    remedy = finding.remedy
    return bool(remedy and remedy.safe and remedy.commands) and all(
        _is_plain(command) for command in (remedy.commands if remedy else ())
    )


def _is_plain(command: str) -> bool:
    words = command.split()
    programs = {os.path.basename(word) for word in words}
    return (
        bool(words)
        and not _SHELL_ONLY & set(command)
        and "=" not in words[0]
        and not (programs & _NEVER)
    )


def argv_of(command: str) -> Argv:
    """A command as it runs: root and machines without sudo need none."""
    argv = tuple(shlex.split(command))
    if argv[0] == "sudo" and os.geteuid() == 0:
        return argv[1:]
    return argv


def run_command(argv: Argv) -> int:
    """Run a command in the user's own terminal, so that sudo can ask for the password."""
    try:
        return run_attached(argv)
    except OSError:
        return 127  # what a shell reports for a program that is not there


def fix(findings: Iterable[Finding], ask: Ask, run: Run = run_command) -> tuple[int | None, ...]:
    """Go through the findings that can be fixed, in order: how the last command of each ended, and
    None where the user said no.

    ``ask`` is given the finding and the commands exactly as they would run; it shows them and
    answers whether they may. ``run`` runs one command and returns its exit code. After a command
    that fails, the rest of its remedy is left out. The caller checks again afterwards.
    """
    return tuple(_attempt(finding, ask, run) for finding in findings if fixable(finding))


def _attempt(finding: Finding, ask: Ask, run: Run) -> int | None:
    commands = tuple(map(argv_of, finding.remedy.commands if finding.remedy else ()))
    if not ask(finding, commands):
        return None
    return next(filter(None, map(run, commands)), 0)
