"""How a document is to look: width, colour, characters, and how much of it is wanted."""

from __future__ import annotations

from dataclasses import dataclass

PLAIN = ""
STRONG = "strong"
FAINT = "faint"
GOOD = "good"
BAD = "bad"
WARN = "warn"
COMMAND = "command"

# Select Graphic Rendition codes of ECMA-48; only the sixteen colours that every terminal has, so
# that the user's own colour scheme decides what they look like.
_CODES = {STRONG: "1", FAINT: "2", GOOD: "32", BAD: "1;31", WARN: "33", COMMAND: "36"}


@dataclass(frozen=True)
class Glyphs:
    """The characters beyond letters that a document uses."""

    good: str
    bad: str
    warn: str
    note: str
    arrow: str
    dash: str  # between the ends of a range


UNICODE = Glyphs("✓", "✗", "!", "·", "→", "–")
ASCII = Glyphs("+", "x", "!", "-", "->", "to")


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
    def glyphs(self) -> Glyphs:
        return UNICODE if self.unicode else ASCII

    def paint(self, text: str, style: str) -> str:
        """``text`` in a style, where colours are wanted."""
        if not (self.color and style and text):
            return text
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m"
