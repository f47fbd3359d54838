"""A document as text for a terminal."""

from __future__ import annotations

from pidoctor.envelope import Result
from pidoctor.report.composition import compose
from pidoctor.report.document import (
    FAINT,
    PLAIN,
    STRONG,
    Block,
    Document,
    FactList,
    Headline,
    Item,
    Mark,
    Notice,
    Piece,
    Row,
    Section,
    ShellCommand,
    Table,
    Text,
    text_of,
)
from pidoctor.report.layout import Page, cells
from pidoctor.report.look import Look
from pidoctor.report.text import one_line

_LABELS_BELOW = 30  # columns beside the labels that values must have, or they go below them


def render(result: Result, look: Look) -> str:
    """The whole document of a result for stdout; empty where it has nothing to show."""
    return draw(compose(result, look.detail), look)


def screen(result: Result, look: Look) -> str:
    """What a command prints: its answer, the document that it made, or where that was written."""
    written = result.written
    if written is not None and written.output:
        text = f"written: {one_line(written.output)}\n"
        parts = () if look.quiet else ("findings", "conclusion")
        return text + draw(compose(result, look.detail, parts), look)
    return (written.text if written else None) or render(result, look)


def draw(document: Document, look: Look) -> str:
    """A document as it stands on a terminal."""
    page = Page(look)
    for section in document:
        _section(page, section)
    return page.text


def _section(page: Page, section: Section) -> None:
    if section.title:
        page.heading(section.title)
    else:
        page.blank()
    before: Block | None = None
    for block in section.blocks:
        _block(page, block, before, 2 if section.title else 0)
        before = block


def _block(page: Page, block: Block, before: Block | None, indent: int) -> None:
    if isinstance(block, Text):
        page.paragraph(block.words, indent, hang=2 if indent and not block.prose else 0)
    elif isinstance(block, Item):
        _item(page, block, indent)
    elif isinstance(block, FactList):
        _facts(page, block, indent)
    elif isinstance(block, Table):
        named = (
            indent and isinstance(before, Text) and not before.prose
        )  # the text is what the table is of
        _table(page, block, indent + 2 if named else 2)
    elif isinstance(block, ShellCommand):
        below = indent if block.label else 2 * indent
        _command(page, block, indent + 4 if isinstance(before, Item) else max(below, 2))
    elif isinstance(block, Notice):
        _notice(page, block, indent)
    else:
        _verdict(page, block, indent)


def _sign(page: Page, mark: Mark) -> list[Piece]:
    sign, style = page.look.sign(mark)
    return [(f"{sign} ", style)]


def _item(page: Page, block: Item, indent: int) -> None:
    indent += 3 if block.inside else 0
    if block.lead is Mark.BLANK:
        page.paragraph(block.words, indent + 4, hang=2)
    elif isinstance(block.lead, Mark):
        page.item(_sign(page, block.lead), block.words, indent)
    else:
        page.item(f"{block.lead} ", block.words, indent)


def _facts(page: Page, block: FactList, indent: int) -> None:
    width = max((cells(row.label) for row in block.rows), default=0) + 2
    for row in block.rows:
        _row(page, row, width, indent)


def _row(page: Page, row: Row, width: int, indent: int) -> None:
    sign = _sign(page, row.mark) if row.mark else []
    if page.look.width < indent + width + _LABELS_BELOW:
        page.item(sign, [(row.label, FAINT)], indent)
        for words in row.values:
            page.paragraph(words, indent + 2, hang=2)
        return
    for number, words in enumerate(row.values):
        label = row.label if number == 0 else ""
        lead = sign if number == 0 else [(" " * len(sign) * 2, PLAIN)]
        page.item([*lead, (label + " " * (width - cells(label)), FAINT)], words, indent)


def _table(page: Page, block: Table, indent: int) -> None:
    header = [tuple([(name, FAINT)] for name in block.header)] if block.header else []
    rows = [*header, *block.rows]
    if block.header and not page.holds(rows, indent):  # each figure beside its name
        page.paragraph([(block.header[0], FAINT)], indent)
        for row in block.rows:
            named = [f"{name} {text_of(cell)}" for name, cell in zip(block.header[1:], row[1:])]
            page.paragraph(row[0], indent)
            page.paragraph(", ".join(named), indent + 2)
        return
    page.table(rows, indent, block.right)


def _command(page: Page, block: ShellCommand, indent: int) -> None:
    if block.label:
        page.code(block.label, block.text, indent, block.folds)
    elif not block.folds:
        page.verbatim(block.text, indent)
    else:
        page.command(block.text, indent)


def _notice(page: Page, block: Notice, indent: int) -> None:
    sign = _sign(page, block.mark)
    if block.title:
        aside: list[Piece] = [(f"  {block.aside}", FAINT)] if block.aside else []
        page.item(sign, [(block.title, STRONG), *aside], indent)
        if block.message:
            page.paragraph(block.message, indent + 2)
    else:
        weight = PLAIN if block.mark is Mark.NOTE else STRONG
        page.item(sign, [(block.message, weight)], indent)
    for seen in block.evidence:
        words: list[Piece] = [(seen, FAINT)] if isinstance(seen, str) else list(seen)
        page.paragraph(words, indent + 2, hang=2)
    if block.remedy:
        page.item(_sign(page, Mark.THEN), block.remedy, indent + 2)
    for command in block.commands:
        page.command(command, indent + 4)
    for more in block.more:
        page.paragraph([(more, FAINT)], indent + 2)


def _verdict(page: Page, block: Headline, indent: int) -> None:
    page.item(_sign(page, block.mark), [(block.sentence, STRONG)], indent)
    if block.command:
        page.code("Next:", block.command, indent + 2, folds=True)
