"""Error texts of the C library and of apt in other languages -> the English ones."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

_WORDS = 3
"""Letters of an original that are enough to look closer."""


class Translator:
    """Replaces known texts of other languages by the English text they stand for."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        self.originals = frozenset(table)
        longest_first = sorted(table, key=len, reverse=True)
        self._regex = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def __call__(self, text: str) -> str:
        """`text` with every known message in English."""
        return self._regex.sub(lambda found: self._table[found.group()], text)


@lru_cache(maxsize=1)
def translator() -> Translator:
    """The shipped table: `localised.json`, English text -> the texts other languages use."""
    file = resources.files("pidoctor.catalog") / "data" / "symptoms" / "localised.json"
    rows: Mapping[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return Translator({text: english for english, texts in rows.items() for text in texts})
