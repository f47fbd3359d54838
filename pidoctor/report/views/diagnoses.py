"""The causes that triage found, each with the lines that prove it and the remedy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pidoctor.envelope import Result
from pidoctor.report.document import Detail, Mark, Notice, Section
from pidoctor.units import listed

if TYPE_CHECKING:
    from pidoctor.triage.diagnosis import Diagnosis


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The diagnoses in the order in which they are to be fixed."""
    for diagnosis in result.diagnoses or ():
        yield Section("", (_diagnosis(diagnosis, detail),))


def _diagnosis(diagnosis: Diagnosis, detail: Detail) -> Notice:
    lines = () if detail is Detail.QUIET else diagnosis.evidence
    more = [f"or else: {listed(diagnosis.alternatives, 'or')}"] if diagnosis.alternatives else []
    if detail is Detail.VERBOSE and diagnosis.source:
        more.append(f"see {diagnosis.source}")
    return Notice(
        mark=_mark(diagnosis),
        title=diagnosis.title,
        aside=f"({diagnosis.cause}, {diagnosis.certainty})" if diagnosis.certainty else "",
        message=diagnosis.explanation,
        evidence=tuple(f"line {line.line}  {line.text}" for line in lines),
        remedy=diagnosis.fix.text,
        commands=diagnosis.fix.commands,
        more=tuple(more),
    )


def _mark(diagnosis: Diagnosis) -> Mark:
    """A question mark only where nothing is known, not where the contract just has no name."""
    if diagnosis.cause == "no-problem":
        return Mark.GOOD
    return Mark.BAD if diagnosis.has_a_cause else Mark.UNKNOWN
