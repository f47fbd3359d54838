"""A document as HTML, and the frame of every page.

A page is one file, needs no network, is light or dark, and can be used with a keyboard and a
screen reader. All data is escaped; a content security policy forbids the page to load anything.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Iterator
from html import escape

from pidoctor.report.document import (
    Block,
    Document,
    FactList,
    Item,
    Mark,
    Notice,
    Row,
    Section,
    ShellCommand,
    Style,
    Table,
    Text,
    Words,
    text_of,
)
from pidoctor.report.text import printable

_SIGNS = {
    Mark.GOOD: ("✓", "good"),
    Mark.BAD: ("✗", "failed"),
    Mark.WARN: ("!", "warning"),
    Mark.NOTE: ("·", "note"),
    Mark.UNKNOWN: ("?", "not known"),
    Mark.THEN: ("→", "then"),
}
_CARDS = {Mark.GOOD: "passed", Mark.BAD: "error", Mark.WARN: "warning"}
_TAGS = {Style.STRONG: "strong", Style.FAINT: "small", Style.COMMAND: "code"}


_FACTS = 3  # columns of words; tables of more are figures, which are not to be broken


def text(value: object) -> str:
    """Data as HTML text: safe characters only, escaped."""
    return escape(printable(str(value), 1_000_000))


def sentence(value: object) -> str:
    """A sentence as HTML text, with `what is typed` in it set as such."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", text(value))


def page(title: str, body: Iterable[str], script: str = "") -> str:
    """A whole page; ``body`` is HTML. Without scripts all of it can be read, too."""
    head, rest = file_of_this_package("page.html").split("{{title}}")
    between, rest = rest.split("{{body}}")
    before, after = rest.split("{{script}}")
    scripts = (file_of_this_package("copy.js"), script)
    code = "".join(f"<script>\n{each}</script>" for each in scripts if each)
    return "".join((head, text(title), between, "\n".join(body), before, code, after))


def file_of_this_package(name: str) -> str:
    return (pkgutil.get_data("pidoctor.report", name) or b"").decode("utf-8")


def body(document: Document) -> Iterator[str]:
    """The sections of a document, as HTML."""
    for section in document:
        yield from _section(section)


def document_page(title: str, document: Document) -> str:
    """A page that shows what a command printed."""
    return page(title, (f"<h1>{text(title)}</h1>", *body(document)))


def _section(section: Section) -> Iterator[str]:
    yield "<section>"
    if section.title:
        yield f"<h2>{text(section.title)}</h2>"
    for block in section.blocks:
        yield from _block(block, section.title)
    yield "</section>"


def _block(block: Block, title: str) -> Iterator[str]:
    if isinstance(block, Text):
        yield f"<p>{_words(block.words)}</p>"
    elif isinstance(block, Item):
        lead = _sign(block.lead) if isinstance(block.lead, Mark) else text(block.lead)
        yield f"<p>{lead} {_words(block.words)}</p>"
    elif isinstance(block, FactList):
        yield from table(map(_fact, block.rows), (), title)
    elif isinstance(block, Table):
        rows = (table_row(*map(_words, row)) for row in block.rows)
        yield from table(rows, block.header, title)
    elif isinstance(block, ShellCommand):
        label = f"<p>{text(block.label)}</p>" if block.label else ""
        yield f'{label}<pre tabindex="0">{text(block.text)}</pre>'
    elif isinstance(block, Notice):
        yield from _notice(block)
    else:
        yield f'<div class="card {_CARDS.get(block.mark, "note")}">'
        yield f"<p>{_sign(block.mark)} <strong>{sentence(block.sentence)}</strong></p>"
        if block.command:
            yield f'<p>Next:</p><pre tabindex="0">{text(block.command)}</pre>'
        yield "</div>"


def _sign(mark: Mark) -> str:
    if mark not in _SIGNS:
        return ""
    sign, meaning = _SIGNS[mark]
    return f'<b aria-hidden="true">{sign}</b><span class="sr">{meaning}</span>'


def _words(words: Words) -> str:
    if isinstance(words, str):
        return sentence(words)
    return "".join(_piece(piece, style) for piece, style in words)


def _piece(piece: str, style: Style) -> str:
    if style is Style.BAR:
        return (
            f'<span class="bar" style="width: {len(piece) * 7 / 3:.0f}%" aria-hidden="true"></span>'
        )
    return f"<{_TAGS[style]}>{text(piece)}</{_TAGS[style]}>" if style in _TAGS else sentence(piece)


def _fact(row: Row) -> str:
    sign = f"{_sign(row.mark)} " if row.mark else ""
    values = "<br>".join(map(_words, row.values))
    return table_row(f"{sign}{text(row.label)}", values)


def table_row(first: str, *others: str) -> str:
    """A row of HTML cells; the first heads it."""
    return f'<tr><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'


def table(
    rows: Iterable[str], header: tuple[str, ...], title: str, kind: str = ""
) -> Iterator[str]:
    """A table that scrolls within the page; ``kind`` is its class in the style sheet."""
    yield f'<div class="scroll" role="region" tabindex="0" aria-label="{text(title or "Facts")}">'
    usual = "facts figures" if len(header) > _FACTS else "facts"
    yield f'<table class="{kind or usual}">'
    if header:
        names = "".join(f'<th scope="col">{text(name)}</th>' for name in header)
        yield f"<thead><tr>{names}</tr></thead>"
    yield f"<tbody>{''.join(rows)}</tbody></table></div>"


def _notice(block: Notice) -> Iterator[str]:
    yield f'<div class="card {_CARDS.get(block.mark, "note")}">'
    if block.title:
        yield f"<p>{_sign(block.mark)} <strong>{text(block.title)}</strong> {text(block.aside)}</p>"
    if block.message:
        message = sentence(block.message)
        yield f"<p>{message}</p>" if block.title else f"<p><strong>{message}</strong></p>"
    for seen in block.evidence:
        yield f"<p><small>{text(text_of(seen))}</small></p>"
    if block.remedy:
        yield f"<p>{sentence(block.remedy)}</p>"
    if block.commands:
        yield f'<pre tabindex="0">{text(chr(10).join(block.commands))}</pre>'
    for more in block.more:
        yield f"<p><small>{sentence(more)}</small></p>"
    yield "</div>"
