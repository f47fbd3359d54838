"""Finding, in a large log, the few lines that are worth reading.

They hold one of the texts that we look for. Of lines that differ only in their numbers, hashes
among them, one is enough; of a text that stands everywhere, the first lines and the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

SATURATED = 20
"""Different lines with one text after which only its last line in a block is read."""

NEWS = 400
"""Lines found in all, after which a text is saturated by its second one."""

LOOKED_AT = 4000
"""Finds of one text in a block that are compared with what was seen."""

AROUND = 1000
"""Bytes before and after a find that stand for its line, where that is longer."""

DIGITS = b"0123456789abcdef"
"""What numbers and hashes are written with: without them lines of one kind are alike."""


class Sieve:
    """Remembers what it has let through; made for one log.

    ``possible_in`` gives the texts, in UTF-8, that a block may hold.
    """

    def __init__(self, possible_in: Callable[[bytes], Sequence[bytes]]) -> None:
        self._possible_in = possible_in
        self._often: dict[bytes, int] = {}
        self._seen: set[bytes] = set()

    def finds(self, block: bytes) -> list[int]:
        """Where in ``block`` something is worth reading, in order."""
        return sorted({at for text in self._possible_in(block) for at in self._news(block, text)})

    def _news(self, block: bytes, text: bytes) -> Iterator[int]:
        """The places of one text where its line is of a kind that was not seen yet."""
        at = block.find(text)
        for _ in range(LOOKED_AT):
            if at < 0:
                return
            if self._is_saturated(text):
                break
            end = block.find(b"\n", at, at + AROUND)
            end = end if end >= 0 else min(len(block), at + AROUND)
            start = block.rfind(b"\n", max(0, at - AROUND), at) + 1 or max(0, at - AROUND)
            shape = block[start:end].translate(None, DIGITS)
            if shape not in self._seen:
                self._seen.add(shape)
                self._often[text] = self._often.get(text, 0) + 1
                yield at
            at = block.find(text, end)
        yield block.rfind(text)

    def _is_saturated(self, text: bytes) -> bool:
        often = self._often.get(text, 0)
        return often >= SATURATED or (often > 1 and len(self._seen) >= NEWS)
