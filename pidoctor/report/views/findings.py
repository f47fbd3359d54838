"""Findings: the gravest first, each with the one command that helps."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.envelope import Result
from pidoctor.report.document import Detail, Mark, Notice, Section
from pidoctor.result import Finding, Severity

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
# What the view of the resolution tells in full.
_TOLD_ELSEWHERE = ("no-runtime", "plan-note")
MARKS = {Severity.ERROR: Mark.BAD, Severity.WARNING: Mark.WARN, Severity.NOTE: Mark.NOTE}


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """What needs action; with VERBOSE also notes, evidence, ids and links, with QUIET only what
    stands in the way. Of an install that failed also what was seen."""
    told = _TOLD_ELSEWHERE if result.resolution is not None else ()
    notices = [
        notice(finding, detail, shows_why=result.outcome is not None)
        for severity in (_ORDER if detail is not Detail.QUIET else _ORDER[:1])
        for finding in result.findings or ()
        if finding.severity is severity and finding.id not in told
        if severity is not Severity.NOTE or detail is Detail.VERBOSE
    ]
    if notices:
        yield Section("Findings", tuple(notices))


def notice(finding: Finding, detail: Detail, shows_why: bool = False) -> Notice:
    """One finding, as fully as is wanted; ``shows_why`` where what was seen cannot be looked at
    again by asking for more, as what a tool said in an install that was put back."""
    verbose = detail is Detail.VERBOSE
    seen = finding.evidence if verbose or (shows_why and finding.severity is Severity.ERROR) else ""
    remedy = finding.remedy
    return Notice(
        mark=MARKS[finding.severity],
        message=finding.message,
        evidence=(f"seen: {seen}",) if seen else (),
        remedy=remedy.text if remedy else "",
        commands=remedy.commands if remedy else (),
        more=tuple(filter(None, (finding.id, finding.link))) if verbose else (),
    )
