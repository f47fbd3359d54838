"""``pidoctor undo``: back to the state before the last install."""

from __future__ import annotations

import argparse
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
    from pidoctor.cli.output import allowed, progress
    from pidoctor.cli.resume import confirm_owner, settle_interrupted
    from pidoctor.cli.where import chosen
    from pidoctor.envelope import Result
    from pidoctor.install.previous import keeps, undoes
    from pidoctor.install.recovery import undo
    from pidoctor.probe.environment_choice import DEFAULT
    from pidoctor.result import ExitCode

    say = progress(options)
    venv = Path(chosen(options, must_exist=False).folder or DEFAULT)
    confirm_owner(venv, options)
    more = "more " if settle_interrupted(venv, say, options.yes) else ""
    changes = undoes(venv)
    kept = keeps(venv)
    planned = _result((*changes, *(f"{what}: kept aside" for what in kept)), "planned")
    if not allowed(planned, options, "Go back?", "go back"):
        return Result("undo", ExitCode.PROBLEM, error=f"not agreed to; nothing {more}was changed")
    return _result(changes, "done", undo(venv))


def _result(changes: tuple[str, ...], status: str, verdict: str | None = None) -> Result:
    from pidoctor.envelope import Result, Step

    steps = tuple(Step(text, status=status) for text in changes)
    return Result("undo", verdict=verdict, steps=steps)
