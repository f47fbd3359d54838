"""``pidoctor undo``: back to the state before the last install."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_environment

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "Bring an environment back to the state before its last install."
EXAMPLES = """\
  pidoctor undo
  pidoctor undo --venv ~/project/.venv --yes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_environment(parser)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import progress
    from pidoctor.cli.resume import settle_interrupted
    from pidoctor.cli.where import chosen
    from pidoctor.envelope import Result
    from pidoctor.install.previous import undoes
    from pidoctor.install.recovery import undo
    from pidoctor.probe.environment_choice import DEFAULT
    from pidoctor.result import ExitCode

    say = progress(options)
    venv = Path(chosen(options, must_exist=False).folder or DEFAULT)
    settle_interrupted(venv, say)
    changes = undoes(venv)
    if not _agreed(options, changes):
        return Result("undo", ExitCode.PROBLEM, error="not agreed to; nothing was changed")
    say(undo(venv))
    return _result(changes, "done")


def _result(changes: tuple[str, ...], status: str) -> Result:
    from pidoctor.envelope import Result, ShownStep

    return Result("undo", steps=tuple(ShownStep(text, status=status) for text in changes))


def _agreed(options: argparse.Namespace, changes: tuple[str, ...]) -> bool:
    """Show what changes, and ask unless --yes; off a terminal only --yes is an answer."""
    from pidoctor.cli.output import agreed, show
    from pidoctor.errors import UsageError

    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("no terminal to ask on; say --yes to go back")
    show(_result(changes, "planned"), argparse.Namespace(**{**vars(options), "json": False}))
    return agreed("\nGo back? [y/N] ")
