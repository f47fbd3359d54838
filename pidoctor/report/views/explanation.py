"""What lies around the answer of ``explain``: history, the newest that runs, the runner-up."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.asked import Asked
from pidoctor.envelope import Result
from pidoctor.report.document import Detail, Item, Mark, Section
from pidoctor.report.explaining import sentences


def view(result: Result, _: Detail) -> Iterator[Section]:
    """A line for each thing that people ask about beside the answer."""
    if result.explanation is None:
        return
    asked = result.asked or Asked()
    lines = tuple(Item(Mark.NOTE, line) for line in sentences(result.explanation, asked))
    if lines:
        yield Section("What there is", lines)
