"""A document: sections of facts, tables, notices, commands and text, without any layout.

The views make documents from typed values; the renderers (terminal, HTML, Markdown) write them.
Text may hold what others wrote: a renderer takes it as text and never as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, IntEnum
from typing import TypeVar, Union, cast

from pidoctor.records import NamedTuple

T = TypeVar("T")


class Style(str, Enum):
    """How a piece of text is to stand out."""

    PLAIN = ""
    STRONG = "strong"
    FAINT = "faint"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    COMMAND = "command"
    BAR = "bar"  # "####": a length among others


PLAIN, STRONG, FAINT = Style.PLAIN, Style.STRONG, Style.FAINT
GOOD, BAD, WARN, COMMAND = Style.GOOD, Style.BAD, Style.WARN, Style.COMMAND
BAR = Style.BAR

Piece = tuple[str, Style]
Words = Union[str, Sequence[Piece]]


class Detail(IntEnum):
    """How much is wanted: what needs attention and the answer; the usual; every fact."""

    QUIET = 0
    USUAL = 1
    VERBOSE = 2


class Mark(str, Enum):
    """The sign before a line; each renderer has its own characters for them."""

    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    NOTE = "note"
    UNKNOWN = "unknown"
    THEN = "then"  # what follows from the line above it
    BLANK = "blank"


class Text(NamedTuple):
    """A paragraph; of ``prose`` every line begins in the same column."""

    words: Words
    prose: bool = False


class Item(NamedTuple):
    """A line behind a mark, or behind a short text such as "1.". ``inside`` another's text."""

    lead: Mark | str
    words: Words
    inside: bool = False


class Row(NamedTuple):
    """A label with one or more values, and how they were found."""

    label: str
    values: tuple[Words, ...]
    mark: Mark | None = None


class FactList(NamedTuple):
    """Labels and values."""

    rows: tuple[Row, ...]


class Table(NamedTuple):
    """Rows of cells. ``right`` is the column of numbers; ``header`` names the columns."""

    rows: tuple[tuple[Words, ...], ...]
    right: int = -1
    header: tuple[str, ...] = ()


class ShellCommand(NamedTuple):
    """Something to type or to copy; ``folds`` when a shell reads it."""

    text: str
    label: str = ""
    folds: bool = True


class Notice(NamedTuple):
    """What is the matter, where that was seen, and what helps."""

    mark: Mark
    message: str
    evidence: tuple[Words, ...] = ()
    remedy: str = ""
    commands: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    title: str = ""  # before the message: an id that people search for
    aside: str = ""  # beside the title: how sure that is


class Headline(NamedTuple):
    """The answer in one sentence, and the command to type now."""

    mark: Mark
    sentence: str
    command: str = ""


Block = Union[Text, Item, FactList, Table, ShellCommand, Notice, Headline]


class Section(NamedTuple):
    """Blocks that belong together, under a title where there is one."""

    title: str
    blocks: tuple[Block, ...]


Document = tuple[Section, ...]


def mapped(whole: T, change: Callable[[str], str]) -> T:
    """A document, or another value of tuples, with every text changed, as a redaction does."""

    def of(value: object) -> object:
        if isinstance(value, str):
            return value if isinstance(value, Enum) else change(value)
        if isinstance(value, (tuple, list)):
            make: Callable[..., object] = type(value)
            parts = tuple(map(of, value))
            return make(*parts) if hasattr(value, "_fields") else parts
        return value

    return cast("T", of(whole))


def text_of(words: Words) -> str:
    """The words without their styles."""
    return words if isinstance(words, str) else "".join(text for text, _ in words)
