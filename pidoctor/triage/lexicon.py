"""Which of many texts a piece of a log holds, found by the words that it is made of.

Every text that we look for has a run of letters, and each run tells something of a word in the
log: with other characters on both sides it is the whole word, at the beginning of the text it is
the end of a word, at the end the beginning, and alone it may stand anywhere in it. Words come again
and again, so what a word can stand for is worked out once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

MAX_WORDS = 200_000
"""Words that are remembered."""

_SHORTEST = 3
"""Letters of a run that is worth looking for."""

_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") | set(range(128, 256))
_TO_SPACES = bytes(byte if byte in _LETTERS else 32 for byte in range(256))


class Lexicon:
    """The texts, filed under one run of letters of each."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._whole: dict[bytes, list[bytes]] = {}
        self._begin: dict[bytes, list[tuple[bytes, bytes]]] = {}
        self._end: dict[bytes, list[tuple[bytes, bytes]]] = {}
        self._inside: tuple[dict[bytes, list[bytes]], ...] = ({}, {})  # ASCII, other scripts
        self._always: list[bytes] = []
        for text in set(texts):
            self._file(text.encode())
        self._bearing: dict[bytes, list[bytes]] = {}
        self._known: set[bytes] = set()

    def _file(self, text: bytes) -> None:
        first, *others = text.translate(_TO_SPACES).split(b" ")
        last = others.pop() if others else b""
        for run in others:
            if len(run) >= _SHORTEST:
                self._whole.setdefault(run, []).append(text)
                return
        if len(first) == len(text) >= _SHORTEST:
            self._inside[not first.isascii()].setdefault(first, []).append(text)
        elif len(first) >= _SHORTEST:
            self._end.setdefault(first[-_SHORTEST:], []).append((first, text))
        elif len(last) >= _SHORTEST:
            self._begin.setdefault(last[:_SHORTEST], []).append((last, text))
        else:
            self._always.append(text)

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
        bears = self._bearing.setdefault
        for word in self._whole.keys() & words:
            bears(word, []).extend(self._whole[word])
        begin, end = self._begin, self._end
        for word in [word for word in words if word[:_SHORTEST] in begin]:
            bears(word, []).extend(t for run, t in begin[word[:_SHORTEST]] if word.startswith(run))
        for word in [word for word in words if word[-_SHORTEST:] in end]:
            bears(word, []).extend(t for run, t in end[word[-_SHORTEST:]] if word.endswith(run))
        self._learn_inside(b" ".join(words))

    def _learn_inside(self, joined: bytes) -> None:
        for inside in self._inside[:1] if joined.isascii() else self._inside:
            self._learn_from(joined, inside)

    def _learn_from(self, joined: bytes, inside: Mapping[bytes, Sequence[bytes]]) -> None:
        for run in [run for run in inside if run in joined]:
            at = joined.find(run)
            while at >= 0:
                end = joined.find(b" ", at)
                end = end if end >= 0 else len(joined)
                word = joined[joined.rfind(b" ", 0, at) + 1 : end]
                self._bearing.setdefault(word, []).extend(inside[run])
                at = joined.find(run, end)
