"""A document as Markdown: for an issue, a pull request or a summary page of a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pidoctor.envelope import Result
from pidoctor.report.composition import compose
from pidoctor.report.document import (
    Block,
    Detail,
    Document,
    FactList,
    Item,
    Mark,
    Notice,
    Row,
    ShellCommand,
    Table,
    Text,
    Words,
    text_of,
)
from pidoctor.report.look import Look
from pidoctor.report.text import one_line

_SIGNS = {mark: Look().sign(mark)[0].strip() for mark in Mark}


def render(result: Result) -> str:
    """The document of a result."""
    return draw(compose(result, Detail.USUAL))


def draw(document: Document) -> str:
    """A document as Markdown; what others wrote cannot become markup."""
    parts: list[str] = []
    for section in document:
        if section.title:
            parts.append(f"### {safe(section.title)}")
        parts += (text for block in section.blocks for text in _block(block))
    return "\n\n".join(parts) + "\n"


def safe(words: Words) -> str:
    """Text in which no character is markup, on one line."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", one_line(text_of(words), 10_000))


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Text):
        yield safe(block.words)
    elif isinstance(block, Item):
        lead = _SIGNS[block.lead] if isinstance(block.lead, Mark) else block.lead
        yield f"{lead} {safe(block.words)}".strip()
    elif isinstance(block, FactList):
        yield _table([_cells(row) for row in block.rows], ("", "", ""))
    elif isinstance(block, Table):
        yield _table([[safe(cell) for cell in row] for row in block.rows], block.header)
    elif isinstance(block, ShellCommand):
        if block.label:
            yield safe(block.label)
        yield _code(block.text)
    elif isinstance(block, Notice):
        yield from _notice(block)
    else:
        yield f"**{_SIGNS[block.mark]} {safe(block.sentence)}**"
        if block.command:
            yield _code(block.command)


def _cells(row: Row) -> list[str]:
    sign = _SIGNS[row.mark] if row.mark else ""
    return [sign, safe(row.label), "<br>".join(map(safe, row.values))]


def _table(rows: list[list[str]], header: tuple[str, ...]) -> str:
    names = header or ("",) * max(map(len, rows), default=0)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(*commands: str) -> str:
    """A block of code, in a fence longer than any that is in it."""
    text = "\n".join(one_line(command, 10_000) for command in commands)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}sh\n{text}\n{fence}"


def _notice(block: Notice) -> Iterator[str]:
    title = block.title or block.message
    yield f"{_SIGNS[block.mark]} **{safe(title)}** {safe(block.aside)}".strip()
    if block.title and block.message:
        yield safe(block.message)
    for seen in block.evidence:
        yield f"> {safe(seen)}"
    if block.remedy:
        yield safe(block.remedy)
    if block.commands:
        yield _code(*block.commands)
    for more in block.more:
        yield safe(more)
