"""Error texts of the C library and of apt in other languages -> the English ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.tables import load


class LocalisedTable(NamedTuple):
    """symptoms/localised.json: English text -> the texts that other languages use."""

    messages: Mapping[str, tuple[str, ...]]


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
    """The table, with the user's own rows."""
    rows = load(LocalisedTable).messages
    return Translator({text: english for english, texts in rows.items() for text in texts})
