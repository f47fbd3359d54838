"""Many logs by cause: how many, what it is called, and where it was seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pidoctor.envelope import Result
from pidoctor.report.document import FAINT, STRONG, Detail, Item, Mark, Section, Table, Words
from pidoctor.report.views import conclusion
from pidoctor.triage.cases import Group, LogCase, by_cause, unexplained

_EXAMPLES = 3
_WORDINGS = 10
_CAUSES = 10
_MONTHS = 6


def view(result: Result, detail: Detail) -> Iterator[Section]:
    """The causes, the commonest first, and the wordings that none of them explains."""
    cases = result.cases or ()
    yield Section("By cause", (Table(tuple(map(_row, by_cause(cases))), right=0),))
    months = _months(cases)
    if months and detail is not Detail.QUIET:
        yield Section("Logs of each month", (Table(months),))
    if detail is Detail.VERBOSE:
        yield Section("By log", (Table(tuple(map(_case, cases))),))
    unread = [case for case in cases if case.error]
    if unread:
        lines = tuple(Item(Mark.WARN, _why_unread(case)) for case in unread[:_WORDINGS])
        yield Section("Not read", lines)
    wordings = unexplained(cases)[:_WORDINGS]
    if wordings and detail is not Detail.QUIET:
        rows = tuple((str(len(g.cases)), [(g.newest, FAINT)], g.name) for g in wordings)
        yield Section("Explained by no cause yet", (Table(rows, right=0),))
    if result.html:
        yield Section("", (Item(Mark.THEN, f"The page is in {result.html}"),))
    yield from conclusion.view(result, detail)


def _why_unread(case: LogCase) -> str:
    error = case.error or ""
    return error if case.log in error else f"{case.log}: {error}"


def _months(cases: Sequence[LogCase]) -> tuple[tuple[Words, ...], ...]:
    """The commonest causes in the latest months; empty where all logs are of one month."""
    groups = [(group.name, group.by_month()) for group in by_cause(cases)[:_CAUSES]]
    if len({month for _, months in groups for month in months}) < 2:
        return ()
    return tuple(
        ([(name, STRONG)], ", ".join(f"{m}: {n}" for m, n in list(months.items())[-_MONTHS:]))
        for name, months in groups
    )


def _row(group: Group) -> tuple[Words, ...]:
    first = group.cases[0].diagnosis
    names = ", ".join(case.log.rsplit("/", 1)[-1] for case in group.cases[:_EXAMPLES])
    more = f" and {len(group.cases) - _EXAMPLES} more" if len(group.cases) > _EXAMPLES else ""
    title = first.title if first and group.name not in ("unknown", first.title) else ""
    head = f"{title} ({group.name})" if title else group.name
    return str(len(group.cases)), [(head, STRONG), (f": {names}{more}", FAINT)]


def _case(case: LogCase) -> tuple[Words, ...]:
    seen = case.diagnosis.evidence if case.diagnosis else ()
    said = f"line {seen[0].line}  {seen[0].text}" if seen else case.error or ""
    return case.log, [(case.shown, STRONG)], [(said, FAINT)]
