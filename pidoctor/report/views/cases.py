"""Many logs by cause: how many, what it is called, and where it was seen."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.envelope import Result
from pidoctor.report.document import FAINT, STRONG, Detail, Item, Mark, Section, Table, Words
from pidoctor.triage.cases import Case, Group, by_cause, unexplained

_EXAMPLES = 3
_WORDINGS = 10


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The causes, the commonest first, and the wordings that none of them explains."""
    cases = result.cases or ()
    yield Section("By cause", (Table(tuple(map(_row, by_cause(cases))), right=0),))
    if detail is Detail.VERBOSE:
        yield Section("By log", (Table(tuple(map(_case, cases))),))
    unread = [case for case in cases if case.error]
    if unread:
        lines = tuple(Item(Mark.WARN, case.error or "") for case in unread[:_WORDINGS])
        yield Section("Not read", lines)
    wordings = unexplained(cases)[:_WORDINGS]
    if wordings and detail is not Detail.QUIET:
        rows = tuple((str(len(group.cases)), group.name) for group in wordings)
        yield Section("Explained by no cause yet", (Table(rows, right=0),))


def _row(group: Group) -> tuple[Words, ...]:
    first = group.cases[0].diagnosis
    names = ", ".join(case.log.rsplit("/", 1)[-1] for case in group.cases[:_EXAMPLES])
    more = f" and {len(group.cases) - _EXAMPLES} more" if len(group.cases) > _EXAMPLES else ""
    title = first.title if first and group.name != "unknown" else ""
    about = f"{title}: {names}{more}" if title else f"{names}{more}"
    return str(len(group.cases)), [(group.name, STRONG)], [(about, FAINT)]


def _case(case: Case) -> tuple[Words, ...]:
    seen = case.diagnosis.evidence if case.diagnosis else ()
    said = f"line {seen[0].line}  {seen[0].text}" if seen else case.error or ""
    return case.log, [(case.cause, STRONG)], [(said, FAINT)]
