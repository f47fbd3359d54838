"""Text laid out for a terminal: headings, paragraphs, labelled facts, commands and tables.

A :class:`Page` is the only way to the terminal. Whatever is put on it is taken as plain text:
escape sequences and control characters are removed, and nothing is read as markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pidoctor.expressions import expression
from pidoctor.report.document import COMMAND, PLAIN, STRONG, Piece, Words
from pidoctor.report.look import Look
from pidoctor.report.text import NBSP, ascii_only, printable

_SPACES = expression(r"[ \t\r\n\v\f]+")
_BREAKS = expression(r"[\t\r\n\v\f]")
# A number and its unit, which stay on one line.
_MEASURE = expression(r"(?<=\d) (?=(?:bytes|[kMGT]B|KiB|ms|s|min)\b)")
# A word as a shell splits them, its quotes included; compiled when the first command is shown.
_QUOTED_WORD = r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+"""
_NARROWEST = 12  # columns below which a table column is not worth having


def cells(text: str) -> int:
    """The columns that ``text`` takes: two for East Asian wide characters, none for marks."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


class Page:
    """A document that grows downwards."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._lines: list[str] = []

    @property
    def text(self) -> str:
        """Everything so far; ends with a newline unless empty."""
        lines = self._lines[:-1] if self._lines[-1:] == [""] else self._lines
        return "".join(f"{line}\n" for line in lines)

    def blank(self) -> None:
        """An empty line, never two and never the first."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def heading(self, text: str) -> None:
        self.blank()
        self.paragraph([(text, STRONG)])

    def paragraph(self, words: Words, indent: int = 0, hang: int = 0) -> None:
        """Text wrapped to the width; lines after the first are indented by ``hang`` more."""
        self.item("", words, indent, hang)

    def item(self, marker: Words, words: Words, indent: int = 0, hang: int | None = None) -> None:
        """A paragraph behind a marker; its further lines are aligned with its text."""
        lead = self._clean(marker)
        start = sum(cells(text) for text, _ in lead)
        hang = start if hang is None else hang
        lines = wrap(self._clean(words), max(self.look.width - indent - max(hang, start), 8))
        for number, line in enumerate(lines):
            before = " " * indent + ("" if number == 0 else " " * hang)
            self._add(before, [*lead, *line] if number == 0 else line)

    def code(self, label: str, code: str, indent: int = 2, folds: bool = False) -> None:
        """Code behind its label, or below it where it is narrow; a command ``folds``."""
        (text, _), *_ = self._clean(code)
        if indent + cells(label) + 1 + cells(text) <= self.look.width:
            self.item(f"{label} ", [(text, COMMAND)], indent)
            return
        self.paragraph(label, indent)
        if folds:
            self.command(code, indent + 2)
        else:
            self._add(" " * (indent + 2), [(text, COMMAND)])

    def verbatim(self, code: str, indent: int = 4) -> None:
        """Lines to copy as they are, however long."""
        for line in code.split("\n"):
            self._add(" " * indent, [(self._clean(line)[0][0], COMMAND)])

    def command(self, command: str, indent: int = 4) -> None:
        """A command to copy: folded between its words in the way a shell understands."""
        room = self.look.width - indent
        lines: list[str] = []
        for word in re.findall(_QUOTED_WORD, self._clean(command)[0][0]):
            if lines and cells(lines[-1]) + 1 + cells(word) <= room - 2:
                lines[-1] += f" {word}"
            else:
                lines.append(word if not lines else f"    {word}")
        for number, line in enumerate(lines):
            end = " \\" if number < len(lines) - 1 else ""
            self._add(" " * indent, [(line + end, COMMAND)])

    def table(self, rows: Sequence[Sequence[Words]], indent: int = 2, right: int = -1) -> None:
        """Rows in columns two spaces apart; the last column wraps. ``right`` aligns a column."""
        cleaned = [[self._clean(cell) for cell in row] for row in rows]
        if not cleaned:
            return
        *widths, _ = self._widths(cleaned)
        if not self.holds(rows, indent):
            self._stacked(cleaned, indent)
            return
        for row in cleaned:
            before: list[Piece] = []
            for i, (cell, width) in enumerate(zip(row, widths)):
                pad = (" " * (width - _width(cell)), PLAIN)
                before += [pad, *cell] if i == right else [*cell, pad]
                before.append(("  ", PLAIN))
            self.item(before, row[-1], indent)

    def holds(self, rows: Sequence[Sequence[Words]], indent: int) -> bool:
        """Whether the page is wide enough for a table of these rows."""
        *widths, last = self._widths([[self._clean(cell) for cell in row] for row in rows])
        left = self.look.width - indent - sum(width + 2 for width in widths)
        return left >= min(_NARROWEST, last)

    @staticmethod
    def _widths(rows: Sequence[Sequence[Sequence[Piece]]]) -> list[int]:
        """The columns that the cells need."""
        return [max(map(_width, column)) for column in zip(*rows)]

    def _stacked(self, rows: Sequence[Sequence[Sequence[Piece]]], indent: int) -> None:
        """A table too wide for the terminal: each row a paragraph, its last cell below."""
        for row in rows:
            first = [piece for cell in row[:-1] for piece in (*cell, (" ", PLAIN))]
            self.paragraph(first, indent, hang=2)
            self.paragraph(row[-1], indent + 2)

    def _clean(self, words: Words) -> list[Piece]:
        pieces = [(words, PLAIN)] if isinstance(words, str) else words
        cleaned = [
            (_MEASURE.sub(NBSP, printable(_BREAKS.sub(" ", text), 10_000)), style)
            for text, style in pieces
        ]
        if self.look.unicode:
            return cleaned
        return [(ascii_only(text), style) for text, style in cleaned]

    def _add(self, before: str, pieces: Iterable[Piece]) -> None:
        line = [(before, PLAIN), *((text.replace(NBSP, " "), style) for text, style in pieces)]
        while line and not line[-1][0].strip():
            line.pop()
        if line:
            line[-1] = (line[-1][0].rstrip(), line[-1][1])
        self._lines.append("".join(self.look.paint(text, style) for text, style in line))


def _width(pieces: Sequence[Piece]) -> int:
    return sum(cells(text) for text, _ in pieces)


def wrap(pieces: Sequence[Piece], width: int) -> list[list[Piece]]:
    """Pieces as lines of at most ``width`` columns; a longer word is cut."""
    lines: list[list[Piece]] = [[]]
    used = 0
    for word in _words(pieces, width):
        size = _width(word)
        if used and used + 1 + size > width:
            lines.append([])
            used = 0
        if used:
            lines[-1].append((" ", word[0][1] if lines[-1][-1][1] == word[0][1] else PLAIN))
            used += 1
        lines[-1].extend(word)
        used += size
    return [_joined(line) for line in lines]


def _words(pieces: Sequence[Piece], width: int) -> Iterable[list[Piece]]:
    """The words of a text; one word can have several styles."""
    word: list[Piece] = []
    for text, style in pieces:
        for number, part in enumerate(_SPACES.split(text)):
            if number and word:
                yield from _cut(word, width)
                word = []
            if part:
                word.append((part, style))
    if word:
        yield from _cut(word, width)


def _cut(word: list[Piece], width: int) -> Iterable[list[Piece]]:
    """A word as it is where it fits, else in parts."""
    if _width(word) <= width:
        yield word
        return
    part: list[Piece] = []
    used = 0
    for text, style in word:
        for character in text:
            size = cells(character)
            if used + size > width:
                yield _joined(part)
                part, used = [], 0
            part.append((character, style))
            used += size
    yield _joined(part)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one style put together, so that they are painted once."""
    joined: list[Piece] = []
    for text, style in pieces:
        if joined and joined[-1][1] == style:
            joined[-1] = (joined[-1][0] + text, style)
        else:
            joined.append((text, style))
    return joined
