"""Wrapping, tables, commands."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from pidoctor.report.document import PLAIN
from pidoctor.report.layout import Page, cells, wrap
from pidoctor.report.look import Look

words = st.lists(st.text("abcdefgh-/äß字", min_size=1, max_size=12), min_size=1, max_size=20)


def page(width: int) -> Page:
    return Page(Look(width=width))


@given(words, st.integers(8, 60))
def test_wrapping_keeps_every_character_and_the_width(some: list[str], width: int) -> None:
    lines = ["".join(text for text, _ in line) for line in wrap([(" ".join(some), PLAIN)], width)]
    assert all(cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(some)


def test_wide_characters_take_two_columns() -> None:
    assert cells("字幕") == 4
    assert cells("e\u0301") == 1


@given(st.lists(st.text("ab c'\"\\$", min_size=1, max_size=15), min_size=1, max_size=8))
def test_a_folded_command_means_the_same_to_a_shell(argv: list[str]) -> None:
    narrow = page(20)
    narrow.command(shlex.join(argv))
    assert shlex.split(narrow.text.replace("\\\n", " ")) == argv


def test_a_row_too_wide_for_the_terminal_is_stacked() -> None:
    narrow = page(30)
    narrow.table([("a-rather-long-name", "1.2.3", "some words about it")])
    assert narrow.text == "  a-rather-long-name 1.2.3\n    some words about it\n"


def test_columns_are_aligned() -> None:
    wide = page(60)
    wide.table([("a", "10 MB", "x"), ("bbb", "1 MB", "y")], right=1)
    assert wide.text == "  a    10 MB  x\n  bbb   1 MB  y\n"


def test_two_blank_lines_are_one_and_the_last_is_none() -> None:
    one = page(40)
    one.blank()
    one.paragraph("a")
    one.blank()
    one.blank()
    one.paragraph("b")
    one.blank()
    assert one.text == "a\n\nb\n"
