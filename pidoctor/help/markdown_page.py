"""A page in Markdown as a document, by markdown-it; the renderers then write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pidoctor.report.document import (
    COMMAND,
    PLAIN,
    STRONG,
    Block,
    Document,
    Item,
    Mark,
    Piece,
    Section,
    ShellCommand,
    Style,
    Table,
    Text,
)


def title_of(text: str) -> str:
    """The title of a page: its first heading."""
    return text.partition("\n")[0].lstrip("# ").strip()


def document(text: str) -> Document:
    """The page without its title: a section for each heading below it."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    sections: list[Section] = []
    title, blocks = "", list[Block]()
    for group in _groups(tokens):
        if group[0].type == "heading_open":
            if blocks:
                sections.append(Section(title, tuple(blocks)))
            title, blocks = group[1].content.replace("`", ""), []
            title = "" if group[0].tag == "h1" else title  # the page's own
        else:
            blocks += _blocks(group)
    return (*sections, Section(title, tuple(blocks))) if blocks else tuple(sections)


def _groups(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each block of the page."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _blocks(group: Sequence[Token]) -> Iterator[Block]:
    kind = group[0].type
    if kind in ("fence", "code_block"):
        yield from _code(group[0])
    elif kind == "table_open":
        yield _table(group)
    elif kind in ("bullet_list_open", "ordered_list_open"):
        yield from _items(group, numbered=kind.startswith("ordered"))
    else:
        yield from (Text(_words(token), prose=True) for token in group if token.type == "inline")


def _code(token: Token) -> Iterator[ShellCommand]:
    """Commands each on its own; a program as it stands."""
    if token.info:
        yield ShellCommand(token.content.rstrip("\n"), folds=False)
    else:
        yield from (ShellCommand(line) for line in token.content.splitlines() if line.strip())


def _items(group: Sequence[Token], numbered: bool) -> Iterator[Block]:
    number = 0
    for token in group:
        if token.type == "list_item_open":
            number += 1
        elif token.type == "inline":
            yield Item(f"{number}." if numbered else Mark.NOTE, _words(token))
        elif token.type in ("fence", "code_block"):
            yield from _code(token)


def _table(group: Sequence[Token]) -> Table:
    rows: list[list[list[Piece]]] = []
    for token in group:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_words(token))
    header = tuple("".join(text for text, _ in cell) for cell in rows[0])
    return Table(tuple(tuple(row) for row in rows[1:]), header=header)


def _words(token: Token) -> list[Piece]:
    """The words of a line with their styles."""
    pieces: list[Piece] = []
    style: Style = PLAIN
    for part in token.children or ():
        if part.type in ("strong_open", "strong_close"):
            style = STRONG if part.type == "strong_open" else PLAIN
        elif part.type == "code_inline":
            pieces.append((part.content, COMMAND))
        elif part.type in ("text", "softbreak"):
            pieces.append((part.content or " ", style))
    return pieces or [("", PLAIN)]
