"""Many logs as one page: the causes, the commonest first, each with its logs and their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pidoctor import __version__, units
from pidoctor.redact import Identity, redact
from pidoctor.report.document import mapped
from pidoctor.report.html import page, sentence, table, table_row, text
from pidoctor.triage.cases import Group, LogCase, by_cause, unexplained

_TITLE = "What the logs show"
_MONTHS = 12
_LOGS = 500
"""Logs of one cause that the page lists; JSON Lines have them all."""

_WORDINGS = 50
_NOT_A_CAUSE = {
    "no-problem": "No problem found",
    "unknown": "Unknown cause",
    "not-read": "Not read",
}


def cases_page(cases: Sequence[LogCase], identity: Identity | None = None) -> str:
    """The page; without secrets and personal data, ``identity`` is whose names are taken out."""
    whose = identity or Identity.here()
    return page(_TITLE, mapped(tuple(_body(cases)), lambda words: redact(words, whose)))


def _body(cases: Sequence[LogCase]) -> Iterator[str]:
    groups = by_cause(cases)
    yield f"<h1>{text(_TITLE)}</h1>"
    made = f"<small>Made by pidoctor {text(__version__)}.</small>"
    yield f"<p>{units.count(len(cases), 'log')}, {units.count(len(groups), 'answer')}. {made}</p>"
    yield from _counts(groups)
    wordings = unexplained(cases)
    if wordings:
        yield from _unexplained(wordings)
    yield "<section><h2>By cause</h2>"
    for number, group in enumerate(groups):
        yield from _group(group, number)
    yield "</section>"


def _counts(groups: Sequence[Group]) -> Iterator[str]:
    """How many logs of each cause, in all and of each month."""
    months = sorted({month for group in groups for month in group.by_month()})[-_MONTHS:]
    months = months if len(months) > 1 else []
    rows = (
        table_row(
            f'<a href="#cause-{number}">{text(group.name)}</a>',
            str(len(group.cases)),
            *(str(group.by_month().get(month, "")) for month in months),
        )
        for number, group in enumerate(groups)
    )
    yield from table(rows, ("Cause", "Logs", *months), "Logs of each cause", "rows")


def _unexplained(wordings: Sequence[Group]) -> Iterator[str]:
    yield "<section><h2>Explained by no cause yet, the newest first</h2>"
    rows = (
        table_row(_said(group.name), str(len(group.cases)), text(group.newest))
        for group in wordings[:_WORDINGS]
    )
    heads = ("Wording", "Logs", "Newest")
    yield from table(rows, heads, "Wordings that no cause explains", "rows")
    yield "</section>"


def _group(group: Group, number: int) -> Iterator[str]:
    first = group.cases[0].diagnosis
    title = _NOT_A_CAUSE.get(group.name) or (first.title if first else group.name)
    kind = {"no-problem": "passed", "unknown": "warning", "not-read": "warning"}
    yield f'<div class="card {kind.get(group.name, "error")}" id="cause-{number}">'
    count = units.count(len(group.cases), "log")
    name = "" if title == group.name else f" <code>{text(group.name)}</code>"
    yield f"<p><strong>{text(title)}</strong>{name} ({count})</p>"
    if first and group.name not in _NOT_A_CAUSE:
        yield f"<p>{sentence(first.explanation)}</p><p>{sentence(first.fix.text)}</p>"
        yield from (f"<pre>{text(command)}</pre>" for command in first.fix.commands)
    yield "<details><summary>Its logs</summary>"
    rows = map(_case, group.cases[:_LOGS])
    yield from table(rows, ("Log", "Date", "Line", "It says"), f"Logs: {group.name}", "rows")
    more = len(group.cases) - _LOGS
    yield f"<p>And {more} more; <code>--jsonl</code> lists them all.</p>" if more > 0 else ""
    yield "</details></div>"


def _said(words: str) -> str:
    return f'<div class="said"><code>{text(words)}</code></div>'


def _case(case: LogCase) -> str:
    seen = case.diagnosis.evidence if case.diagnosis else ()
    line = str(seen[0].line) if seen else ""
    said = _said(seen[0].text) if seen else text(case.error or "")
    log = f'<div class="said">{text(case.log)}</div>'
    return table_row(log, text(case.made), line, said)
