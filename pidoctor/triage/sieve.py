"""Finding, in a large log, the few lines that are worth reading.

Lines that differ only in their numbers, hashes among them, are looked at once. What is left must
hold one of the texts that we look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MAX_SHAPES = 200_000
"""Shapes of lines that are remembered."""

SATURATED = 3000
"""Finds of one text after which it is no longer looked for: by then its story is told."""

DIGITS = b"0123456789abcdef"
"""What numbers and hashes are written with: without them lines of one kind are alike."""


class Sieve:
    """Remembers what it has let through; made for one log."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {word.encode() for word in words}
        self._regex = _bytes_regex(self._words)
        self._finds: dict[bytes, int] = {}
        self._seen: set[bytes] = set()

    def lines(self, block: bytes) -> Iterator[int]:
        """Indexes of the lines of `block` that are worth reading, in order."""
        lines = block.split(b"\n")
        for index, shape in enumerate(block.translate(None, DIGITS).split(b"\n")):
            if shape in self._seen:
                continue
            if len(self._seen) < MAX_SHAPES:
                self._seen.add(shape)
            if self._holds_a_word(lines[index]):
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
