"""The steps of an installation: what was, or would be, done."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.envelope import Result, Step
from pidoctor.report.document import Block, Detail, Item, Mark, Section, ShellCommand

_INNER = "(-v shows the commands; their files are there only during the install)"
_MARKS = {"done": Mark.GOOD, "failed": Mark.BAD}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """Each step in words, with VERBOSE its command too; a dry run also shows those that can be
    typed, which write nothing of the install's own."""
    if not result.steps or detail is Detail.QUIET:
        return
    blocks: list[Block] = []
    for number, step in enumerate(result.steps, 1):
        blocks += _step(step, number, detail)
    if detail is not Detail.VERBOSE and any(map(_inner, result.steps)):
        blocks.append(Item(Mark.BLANK, _INNER, inside=True))
    yield Section("Steps", tuple(blocks))


def _step(step: Step, number: int, detail: Detail) -> Iterator[Block]:
    yield Item(_MARKS.get(step.status, f"{number}."), step.text)
    shown = step.status == "planned" and not _inner(step)
    if step.command and (detail is Detail.VERBOSE or shown):
        yield ShellCommand(step.command)


def _inner(step: Step) -> bool:
    """Whether a planned command works on files that are there only while an install runs."""
    return bool(step.command and step.writes) and step.status == "planned"
