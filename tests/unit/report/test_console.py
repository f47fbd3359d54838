"""What a stream gets: width, colour, characters, one line for an error."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from pidoctor.report.console import animates, error_line, look_for, wants_color, write
from pidoctor.report.look import Look


class Terminal(io.TextIOWrapper):
    """A stream in an encoding that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8", tty: bool = True) -> None:
        self.raw_bytes = io.BytesIO()
        super().__init__(self.raw_bytes, encoding=encoding)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("terminal", "environ", "expected"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"CI": "true"}, False),
    ],
)
def test_color(terminal: bool, environ: Mapping[str, str], expected: bool) -> None:
    assert wants_color(terminal, environ) is expected


def test_an_option_decides_over_the_environment() -> None:
    assert not look_for(Terminal(), {"FORCE_COLOR": "1"}, color=False).color
    assert look_for(Terminal(), {}).color


@pytest.mark.parametrize(("columns", "width"), [("40", 40), ("10", 30), ("500", 100), ("x", 80)])
def test_width_of_a_terminal(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert look_for(Terminal(), {"COLUMNS": columns}).width == width


def test_piped_output_does_not_depend_on_the_terminal() -> None:
    assert look_for(Terminal(tty=False), {"COLUMNS": "40"}) == Look(width=80)


@pytest.mark.parametrize(
    ("encoding", "unicode"), [("utf-8", True), ("ascii", False), ("latin-1", False)]
)
def test_characters_follow_the_encoding(encoding: str, unicode: bool) -> None:
    assert look_for(Terminal(encoding), {}).unicode is unicode


def test_no_animation_off_a_terminal() -> None:
    assert animates(Terminal(), {})
    assert not animates(Terminal(tty=False), {})
    assert not animates(Terminal(), {"TERM": "dumb"})
    assert not animates(Terminal(), {"CI": "1"})


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert look_for(stream, {}).width == 80


def test_writing_replaces_what_the_stream_cannot_show() -> None:
    stream = Terminal("ascii")
    write(stream, "café – 字 ✓\n")
    assert stream.raw_bytes.getvalue() == b"cafe - ? ?\n"


def test_an_error_is_one_plain_line() -> None:
    line = error_line("bad\n\x1b[31mthing\x1b[0m", unicode=True)
    assert line == "pidoctor: bad thing\n"
    assert error_line("größe", unicode=False) == "pidoctor: gro?e\n"
