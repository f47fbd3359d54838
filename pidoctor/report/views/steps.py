"""The steps of an installation: what was, or would be, done."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.envelope import Result, Step
from pidoctor.report.document import Block, Detail, Item, Mark, Section, ShellCommand

_MARKS = {"done": Mark.GOOD, "failed": Mark.BAD}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """Each step in words, and the commands that a dry run shows (else with VERBOSE)."""
    if not result.steps or detail is Detail.QUIET:
        return
    blocks: list[Block] = []
    for number, step in enumerate(result.steps, 1):
        blocks += _step(step, number, detail)
    yield Section("Steps", tuple(blocks))


def _step(step: Step, number: int, detail: Detail) -> Iterator[Block]:
    yield Item(_MARKS.get(step.status, f"{number}."), step.text)
    if step.command and (detail is Detail.VERBOSE or step.status == "planned"):
        yield ShellCommand(step.command)
