"""The answers for several machines: a section for each, with what stands in the way there."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.envelope import Answer, Result
from pidoctor.report.conclusion import conclude
from pidoctor.report.document import Block, Detail, Item, Mark, Section, ShellCommand
from pidoctor.report.views.findings import notice
from pidoctor.resolve.plan import Impossible
from pidoctor.result import ExitCode, Severity


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """A line for each machine with QUIET; else also its findings and what helps."""
    answers = result.answers or ()
    if detail is Detail.QUIET:
        yield Section("", tuple(_line(answer, f"{answer.place}: ") for answer in answers))
        return
    for answer in answers:
        yield Section(answer.place, tuple(_blocks(answer, detail)))


def _blocks(answer: Answer, detail: Detail) -> Iterator[Block]:
    result = answer.result
    yield _line(answer, "")
    if result.plan is not None:
        yield Item(Mark.BLANK, result.plan.summary)
    elif isinstance(result.resolution, Impossible) and result.explanation is None:
        yield Item(Mark.BLANK, result.resolution.message)
    for finding in result.findings or ():
        told = finding.id == "no-runtime" and result.resolution is not None
        if not told and (finding.severity is not Severity.NOTE or detail is Detail.VERBOSE):
            yield notice(finding, detail)
    then = conclude(result).next
    if result.exit_code and then:
        yield ShellCommand(then, "Next:")


def _line(answer: Answer, lead: str) -> Item:
    marks = {ExitCode.FINE: Mark.GOOD, ExitCode.COULD_NOT_CHECK: Mark.UNKNOWN}
    said = conclude(answer.result).verdict or ""
    return Item(marks.get(answer.result.exit_code, Mark.BAD), f"{lead}{said}")
