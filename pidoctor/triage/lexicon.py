"""Which of many texts a piece of a log holds, found by the words that it is made of.

Every text that we look for has a run of letters, and each run tells something of a word in the
log: with other characters on both sides it is the whole word, at the beginning of the text it is
the end of a word, at the end the beginning, and alone it may stand anywhere in it. Words come again
and again, so what a word can stand for is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

MAX_WORDS = 200_000
"""Words that are remembered."""

_GRAM = 4
"""Bytes that are compared at once."""

_NONE = -1
"""In place of a run of four bytes, for a part that is shorter."""

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") | set(range(128, 256))
_TO_SPACES = bytes(byte if byte in _LETTERS else 32 for byte in range(256))


_AT_ONCE = 300
"""Words that are looked at together; what is known of them then stays near the processor."""


class Lexicon:
    """The texts, filed under one run of letters of each."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._whole: dict[bytes, list[bytes]] = {}
        self._parts: dict[bytes, list[bytes]] = {}
        self._always: list[bytes] = []
        for text in set(texts):
            self._file(text.encode())
        self._by_gram: dict[int, list[tuple[bytes, frozenset[int]]]] = {}
        for part in self._parts:
            grams = _grams(part)
            self._by_gram.setdefault(max(grams, default=_NONE), []).append((part, grams))
        self._bearing: dict[bytes, list[bytes]] = {}
        self._known: set[bytes] = set()

    def _file(self, text: bytes) -> None:
        """Under its longest run; a part of a word with the space that is before or behind it."""
        runs = text.translate(_TO_SPACES).split(b" ")
        longest = max(runs, key=len)
        place = runs.index(longest)
        first, last = place == 0, place == len(runs) - 1
        if not longest:
            self._always.append(text)
        elif first or last:
            part = (b"" if first else b" ") + longest + (b"" if last else b" ")
            self._parts.setdefault(part, []).append(text)
        else:
            self._whole.setdefault(longest, []).append(text)

    def held_by(self, data: bytes) -> list[bytes]:
        """The texts, in UTF-8, that are in ``data``, each once."""
        return [each for each in self.possible_in(data) if each in data]

    def possible_in(self, data: bytes) -> list[bytes]:
        """The texts that may be in ``data``, by its words: all that are, and few others."""
        words = set(data.translate(_TO_SPACES).split())
        new = words - self._known
        if new:
            self._learn(new)
        bearing = self._bearing
        return [
            *{each for word in bearing.keys() & words for each in bearing[word]},
            *self._always,
        ]

    def _learn(self, words: set[bytes]) -> None:
        """Work out which of our texts words can stand for."""
        if len(self._known) > MAX_WORDS:
            self._known.clear()
            self._bearing.clear()
        self._known |= words
        for word in self._whole.keys() & words:
            self._bearing.setdefault(word, []).extend(self._whole[word])
        listed = list(words)
        for start in range(0, len(listed), _AT_ONCE):
            self._learn_parts(b" %b " % b" ".join(listed[start : start + _AT_ONCE]))

    def _learn_parts(self, joined: bytes) -> None:
        there = _grams(joined)
        for gram in (_NONE, *(there & self._by_gram.keys())):
            for part, grams in self._by_gram.get(gram, ()):
                if grams <= there:
                    self._learn_part(joined, part)

    def _learn_part(self, joined: bytes, part: bytes) -> None:
        """Every word that has the part stands for its texts."""
        at = joined.find(part)
        while at >= 0:
            start = joined.rfind(b" ", 0, at + 1) + 1
            end = joined.find(b" ", at + 1)
            self._bearing.setdefault(joined[start:end], []).extend(self._parts[part])
            at = joined.find(part, end)


def _grams(data: bytes) -> frozenset[int]:
    """Every run of four bytes, as numbers: what lacks one of a part's has not got the part."""
    views = (memoryview(data)[start : start + (len(data) - start) // 4 * 4] for start in range(4))
    return frozenset(chain.from_iterable(view.cast("I") for view in views))
