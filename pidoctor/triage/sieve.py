"""Finding, in a large log, the few lines that are worth reading.

Three meshes, each finer and slower than the one before. Lines that differ only in their numbers are
looked at once. What is left must hold one of a few short texts, chosen so that every text we look
for holds one of them and so that they are rare in this log. What passes that must hold one of the
texts themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MAX_SHAPES = 200_000
"""Shapes of lines that are remembered."""

SATURATED = 3000
"""Finds of one text after which it is no longer looked for: by then its story is told."""

_NUMBERS = b"0123456789"
_GRAM = range(3, 7)
"""Lengths of the short texts."""


class Sieve:
    """Remembers what it has let through; made for one log, from a sample of it."""

    def __init__(self, words: Iterable[str], sample: bytes) -> None:
        self._words = {word.encode() for word in words}
        self._grams = tuple(covering(self._words, sample))
        self._regex = _bytes_regex(self._words)
        self._finds: dict[bytes, int] = {}
        self._seen: set[bytes] = set()

    def lines(self, block: bytes) -> Iterator[int]:
        """Indexes of the lines of `block` that are worth reading, in order."""
        lines = block.split(b"\n")
        for index, shape in enumerate(block.translate(None, _NUMBERS).split(b"\n")):
            if shape in self._seen:
                continue
            if len(self._seen) < MAX_SHAPES:
                self._seen.add(shape)
            line = lines[index]
            if any(gram in line for gram in self._grams) and self._holds_a_word(line):
                yield index

    def _holds_a_word(self, line: bytes) -> bool:
        found = self._regex.search(line)
        if found is None:
            return False
        word = found.group()
        self._finds[word] = self._finds.get(word, 0) + 1
        if self._finds[word] > SATURATED:
            self._words = {other for other in self._words if not other.startswith(word)}
            self._regex = _bytes_regex(self._words)
        return True


def covering(words: set[bytes], sample: bytes) -> Iterator[bytes]:
    """Few short texts of which every word holds one, rather those that `sample` seldom has."""
    holders: dict[bytes, set[bytes]] = {}
    for word in words:
        for gram in _grams(word):
            holders.setdefault(gram, set()).add(word)
    cost = {gram: 1 + 8 * sample.count(gram) for gram, held in holders.items() if len(held) > 2}
    left = set(words)
    while left:
        best = max(cost, key=lambda gram: (len(holders[gram]) / cost[gram], gram), default=b"")
        if not best or len(holders[best]) < 3:
            break
        yield best
        covered = holders.pop(best)
        del cost[best]
        left -= covered
        for word in covered:
            for gram in _grams(word):
                if gram in holders:
                    holders[gram].discard(word)
    yield from left


def _grams(word: bytes) -> set[bytes]:
    return {word[i : i + size] for size in _GRAM for i in range(len(word) - size + 1)}


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, sharing their beginnings."""
    trie: dict[str, Any] = {}
    for word in sorted(words):
        node = trie
        for char in word:
            if "" in node:  # a shorter word ends here; finding it is enough
                break
            node = node.setdefault(char, {})
        else:
            node[""] = {}
    return _branch(trie) or r"(?!)"


def _branch(node: Mapping[str, Any]) -> str:
    if not node or "" in node:
        return ""
    parts = [re.escape(char) + _branch(rest) for char, rest in node.items()]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _bytes_regex(words: Iterable[bytes]) -> re.Pattern[bytes]:
    pattern = any_of(word.decode("latin-1") for word in words)
    return re.compile(pattern.encode("latin-1"))
