"""A fleet as one page: a card for each group of boards, those with most to do first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pidoctor import __version__, units
from pidoctor.redact import Identity, redact
from pidoctor.report.document import Mark, mapped
from pidoctor.report.html import page, sentence, table, table_row, text
from pidoctor.report.views.fleet import WORDS, left_out, title, told

if TYPE_CHECKING:
    from pidoctor.fleet.report import Fleet, FleetDrift, FleetGroup

_TITLE = "Which boards work?"
_GROUPS = 200  # that a page shows: a phone scrolls through them
_CARDS = {Mark.GOOD: "passed", Mark.BAD: "error", Mark.UNKNOWN: "warning"}


def fleet_page(fleet: Fleet, identity: Identity | None = None) -> str:
    """The page; without secrets and personal data, ``identity`` is whose names are taken out."""
    whose = identity or Identity.here()
    return page(_TITLE, mapped(tuple(_body(fleet)), lambda words: redact(words, whose)))


def _body(fleet: Fleet) -> Iterator[str]:
    yield f"<h1>{text(_TITLE)}</h1>"
    yield (
        f"<p>{units.count(fleet.boards, 'board')}, from "
        f"{units.count(fleet.documents, 'document')}. "
        f"<small>Made by pidoctor {text(__version__)}.</small></p>"
    )
    yield from _counts(fleet)
    if fleet.drift:
        yield from _drift(fleet.drift)
    yield "<section><h2>Groups of the same kind</h2>"
    for group in fleet.groups[:_GROUPS]:
        yield from _group(group)
    if fleet.groups[_GROUPS:]:
        yield f"<p>{text(left_out(fleet.groups[_GROUPS:], '--json'))}</p>"
    yield "</section>"
    if fleet.unread:
        yield f"<section><h2>Not read: {fleet.unread}</h2><ul>"
        for one in fleet.not_read:
            yield f"<li><code>{text(one.source)}</code>: {text(one.error)}</li>"
        yield "</ul></section>"


def _counts(fleet: Fleet) -> Iterator[str]:
    counts = ((words, fleet.of(verdict)) for verdict, (words, _, _) in WORDS.items())
    rows = (table_row(text(words), str(boards)) for words, boards in counts if boards)
    yield from table(rows, (), "How the boards do")


def _group(group: FleetGroup) -> Iterator[str]:
    words, mark, _ = WORDS[group.verdict.value]
    yield f'<div class="card {_CARDS.get(mark, "note")}">'
    yield f"<p><strong>{units.count(group.boards, 'board')}: {text(words)}</strong></p>"
    yield f"<p>{text(title(group))}</p>"
    for software in group.software:
        yield f"<p><small>{text(software)}</small></p>"
    for cause in group.causes:
        boards = units.count(cause.boards, "board")
        yield f"<p><code>{text(cause.id)}</code> ({boards}) {sentence(cause.text)}</p>"
    if told(group):
        yield f"<p>{sentence(told(group))}</p>"
    more = group.boards - len(group.names)
    yield f"<details><summary>Which boards</summary><p>{text(', '.join(group.names))}"
    yield f" and {more} more; <code>--jsonl</code> lists them all." if more else ""
    yield "</p></details></div>"


def _drift(drift: FleetDrift) -> Iterator[str]:
    yield f"<section><h2>Since the report of {text(drift.since)}</h2>"
    yield f"<p>{drift.changed} changed, {drift.new} new, {drift.gone} not in it any more.</p>"
    if drift.boards:
        moved = ((it.board, it.before or "-", it.after or "-") for it in drift.boards)
        rows = (table_row(*map(text, cells)) for cells in moved)
        yield from table(rows, ("Board", "Before", "Now"), "What has changed")
    yield "</section>"
