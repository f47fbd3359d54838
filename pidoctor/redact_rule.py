"""One kind of secret or personal data, and how it is found in a long text without delay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple, Union

Replacement = Union[str, Callable[["re.Match[str]"], str]]


class SecretRule(NamedTuple):
    """One kind: its pattern, what is put in its place, flags, and what tells where to search.

    ``words`` (lower case) are in each match; ``hint`` is a pattern that each match has in it, and
    that is quicker to look for: it begins with a literal or a small set. Only the lines with one
    of them, and the line after each, are searched; the whole text where a rule has neither, or
    where a match spans lines (``whole``).
    """

    pattern: str
    new: Replacement
    flags: int = 0
    words: tuple[str, ...] = ()
    whole: bool = False
    hint: str = ""

    def apply(self, text: str) -> str:
        """``text`` with what is found replaced."""
        if self.hint:
            hint = _compiled(self.hint, 0)
            return self._in_spans(text, _hinted(text, hint)) if hint.search(text) else text
        if not self.words:
            return self._sub(text)
        lower = _lower(text)
        for word in self.words:  # most texts have none
            if word in lower:
                break
        else:
            return text
        return self._sub(text) if self.whole else self._in_spans(text, _spans(lower, self.words))

    def _in_spans(self, text: str, spans: Iterable[tuple[int, int]]) -> str:
        pattern, new = _compiled(self.pattern, self.flags), self.new
        parts, done = [], 0
        for start, end in _joined(spans):
            # Not on a slice: what stands before a match tells a version from an address.
            for found in pattern.finditer(text, start, end):
                parts += [
                    text[done : found.start()],
                    found.expand(new) if isinstance(new, str) else new(found),
                ]
                done = found.end()
        return "".join((*parts, text[done:])) if parts else text

    def _sub(self, text: str) -> str:
        return _compiled(self.pattern, self.flags).sub(self.new, text)


@lru_cache(maxsize=1)
def _lower(text: str) -> str:
    """The text in small letters, of the same length; many rules in turn ask for the same one."""
    lower = text.lower()
    # A few capital letters are two small ones.
    return lower if len(lower) == len(text) else text.translate(_LOWER)


# As str.lower() for ASCII, and never of another length.
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _spans(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where the lines with one of the words are, each with the line after it."""
    found: list[tuple[int, int]] = []
    for word in words:
        at = text.find(word)
        while at >= 0:
            start, end = text.rfind("\n", 0, at) + 1, _line_end(text, at)
            found.append((start, _line_end(text, end)))
            at = text.find(word, end)
    return found


def _hinted(text: str, hint: re.Pattern[str]) -> list[tuple[int, int]]:
    """As :func:`_spans`, of the lines with a match of ``hint``."""
    found: list[tuple[int, int]] = []
    match = hint.search(text)
    while match:
        start, end = text.rfind("\n", 0, match.start()) + 1, _line_end(text, match.start())
        found.append((start, _line_end(text, end)))
        match = hint.search(text, end)
    return found


def _joined(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: int) -> re.Pattern[str]:
    return re.compile(pattern, flags)
