"""How a document is to look: width, colour, characters, and how much of it is wanted."""

from __future__ import annotations

from pidoctor.records import dataclass
from pidoctor.report.document import (
    BAD,
    BAR,
    COMMAND,
    FAINT,
    GOOD,
    STRONG,
    WARN,
    Detail,
    Mark,
    Style,
)

# Select Graphic Rendition codes of ECMA-48; only the sixteen colours that every terminal has, so
# that the user's own colour scheme decides what they look like.
_CODES = {STRONG: "1", FAINT: "2", GOOD: "32", BAD: "1;31", WARN: "33", COMMAND: "36", BAR: "36"}


_STYLES = {Mark.GOOD: GOOD, Mark.BAD: BAD, Mark.WARN: WARN, Mark.NOTE: FAINT, Mark.UNKNOWN: WARN}
_UNICODE = {"good": "✓", "bad": "✗", "warn": "!", "note": "·", "then": "→"}
_ASCII = {"good": "+", "bad": "x", "warn": "!", "note": "-", "then": "->"}
_SAME = {"unknown": "?", "blank": " "}


@dataclass(frozen=True)
class Look:
    """The frame of a document.

    ``width`` is in columns. ``verbose`` shows every fact with its source and every candidate,
    ``quiet`` only what needs attention and the answer.
    """

    width: int = 80
    color: bool = False
    unicode: bool = True
    verbose: bool = False
    quiet: bool = False

    @property
    def detail(self) -> Detail:
        if self.quiet:
            return Detail.QUIET
        return Detail.VERBOSE if self.verbose else Detail.USUAL

    def sign(self, mark: Mark) -> tuple[str, Style]:
        """The character for a mark, and the style it has."""
        signs = _UNICODE if self.unicode else _ASCII
        return {**signs, **_SAME}[mark.value], _STYLES.get(mark, Style.PLAIN)

    def paint(self, text: str, style: Style) -> str:
        """``text`` in a style, where colours are wanted."""
        if not (self.color and style and text):
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"
