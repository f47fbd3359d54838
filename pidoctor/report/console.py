"""The two streams: stdout carries the one document, stderr notes and progress."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, TextIO

from pidoctor.report.text import NBSP, ascii_only, printable

if TYPE_CHECKING:  # an error line needs no layout, and is to come at once
    from pidoctor.report.look import Look

NARROWEST, WIDEST, PIPED = 30, 100, 80


def look_for(
    stream: TextIO,
    environ: Mapping[str, str] | None = None,
    *,
    color: bool | None = None,
    verbose: bool = False,
    quiet: bool = False,
) -> Look:
    """How a document should look on ``stream``.

    ``color`` False (``--no-color``) or True decides; else NO_COLOR, FORCE_COLOR, TERM=dumb and CI
    are honoured. What is no terminal gets 80 columns, so that piped output is always the same.
    """
    from pidoctor.report.look import Look

    environ = os.environ if environ is None else environ
    terminal = is_terminal(stream)
    return Look(
        width=_width(environ) if terminal else PIPED,
        color=wants_color(terminal, environ) if color is None else color,
        unicode=encodes(stream),
        verbose=verbose,
        quiet=quiet,
    )


def is_terminal(stream: TextIO) -> bool:
    """Whether a person may be looking at the stream."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # closed
        return False


def wants_color(terminal: bool, environ: Mapping[str, str]) -> bool:
    """NO_COLOR (https://no-color.org) over FORCE_COLOR over what the stream is."""
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR")
    if forced:
        return forced not in ("0", "false")
    return terminal and environ.get("TERM") != "dumb" and not environ.get("CI")


def animates(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether a progress bar may redraw itself there."""
    environ = os.environ if environ is None else environ
    return is_terminal(stream) and environ.get("TERM") != "dumb" and not environ.get("CI")


def write(stream: TextIO, text: str) -> None:
    """The document, whole; characters that the stream cannot show are replaced."""
    try:
        stream.write(text)
    except UnicodeEncodeError:
        stream.write(ascii_only(text))
    stream.flush()


def discard(stream: TextIO) -> None:
    """Nothing more goes to that stream, not even what is still buffered: nobody takes it."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, stream.fileno())
    os.close(null)


def error_line(message: str, unicode: bool) -> str:
    """The one line that an error is told with: without secrets, but with paths as they are."""
    from pidoctor.redact import without_secrets  # costs time, and most runs end well

    text = " ".join(printable(without_secrets(message)).replace(NBSP, " ").split())
    return f"pidoctor: {text if unicode else ascii_only(text)}\n"


def _width(environ: Mapping[str, str]) -> int:
    import shutil

    columns = environ.get("COLUMNS", "")
    # A column that is never written in keeps terminals that wrap at the edge from an empty line.
    width = int(columns) if columns.isdecimal() and len(columns) < 6 else 0
    width = width or shutil.get_terminal_size((PIPED, 24)).columns
    return max(NARROWEST, min(width, WIDEST))


def encodes(stream: TextIO) -> bool:
    """Whether the stream can carry the signs that a document uses."""
    encoding = getattr(stream, "encoding", None) or "ascii"
    try:
        "✓…→".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
