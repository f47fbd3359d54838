"""Expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from pidoctor.expressions import expression


def test_it_is_what_re_compile_makes() -> None:
    word = expression(r"(\w)\w*", re.IGNORECASE)
    assert word.findall("ab cd") == ["a", "c"]
    assert word.sub(r"\1", "ab cd") == "a c"
    assert word.pattern == r"(\w)\w*"
    assert expression(rb"\d+").fullmatch(b"12")


def test_it_is_compiled_once_and_not_before_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    compile_ = re.compile

    def noted(text: str, flags: int) -> re.Pattern[str]:
        made.append(text)
        return compile_(text, flags)

    monkeypatch.setattr(re, "compile", noted)
    digits = expression(r"\d+")
    assert not made
    assert [digits.search("a1"), digits.search("a")][1] is None
    assert made == [r"\d+"]


def test_a_wrong_one_fails_when_it_is_used() -> None:
    wrong = expression("(")
    with pytest.raises(re.error):
        wrong.match("")
