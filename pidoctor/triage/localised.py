"""Error texts of the C library and of apt in other languages -> the English ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources


class Translator:
    """Replaces known texts of other languages by the English text they stand for."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._table = table
        self.originals = frozenset(table)

    def __call__(self, text: str, held: Iterable[str]) -> str:
        """`text` with every known message in English; `held` are the texts that it holds."""
        for original in sorted(self.originals.intersection(held), key=len, reverse=True):
            text = text.replace(original, self._table[original])
        return text


@lru_cache(maxsize=1)
def translator() -> Translator:
    """The shipped table: `localised.json`, English text -> the texts other languages use."""
    file = resources.files("pidoctor.catalog") / "data" / "symptoms" / "localised.json"
    rows: Mapping[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))
    return Translator({text: english for english, texts in rows.items() for text in texts})
