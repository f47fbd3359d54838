"""The answer in one sentence: where the eye is when a command has ended."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pidoctor.envelope import Result
from pidoctor.report.conclusion import conclude, errors
from pidoctor.report.document import Detail, Headline, Mark, Section, ShellCommand, Text
from pidoctor.resolve.plan import Impossible
from pidoctor.result import ExitCode


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The verdict and the command to type now, or the error."""
    if result.error:
        yield Section("", (Headline(Mark.BAD, result.error),))
        return
    said, then = conclude(result)
    if said is None:
        return
    plan = result.plan
    if detail is Detail.QUIET and result.command not in ("check", "smoke") and not result.outcome:
        short = f"{plan.runtime} {plan.version}" if plan else said
        yield Section("", (Text(short),))
        return
    yield Section("", (Headline(_mark(result), said, then or ""), *_way_back(result)))


def _way_back(result: Result) -> Iterator[ShellCommand]:
    """How to undo what was just done."""
    outcome = result.outcome
    if outcome is not None and outcome.status == "installed":
        usual = str(outcome.environment) == ".venv"
        where = "" if usual else f" --venv {shlex.quote(str(outcome.environment))}"
        yield ShellCommand(f"pidoctor undo{where}", "Undo:")


def _mark(result: Result) -> Mark:
    unknown = isinstance(result.resolution, Impossible) and not result.resolution.is_known
    figures = (result.model or result.bench or result.fleet) is not None
    if unknown or (figures and result.exit_code == ExitCode.COULD_NOT_CHECK):
        return Mark.UNKNOWN
    if result.exit_code == ExitCode.FINE:
        index = result.index
        lies = any(audit.disagreements for audit in (index and index.audits) or ())
        short = result.plan is not None and (result.plan.unchecked or errors(result))
        if lies or short or (index and conclude(result).next) or result.targets == ():
            return Mark.WARN
        return Mark.GOOD if result.resolution is None or result.plan else Mark.BAD
    stopped = result.outcome or (result.command == "install" and not result.steps)
    return Mark.WARN if result.plan and not stopped else Mark.BAD
