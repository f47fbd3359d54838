"""Where a log shows a fact of the machine it came from: the table of witnesses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.log_pattern import pattern as with_literals
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.tables import load
from pidoctor.triage.lexicon import Lexicon


class WitnessRow(NamedTuple):
    """A witness as the table writes it; "{codenames}" stands for those of the ``families``."""

    fact: str
    weight: int
    pattern: str
    value: str = ""


class LogFactsTable(NamedTuple):
    """symptoms/witnesses.json; ``architectures``: what logs call them -> what wheels do."""

    about: str
    witnesses: tuple[WitnessRow, ...]
    families: tuple[str, ...]
    architectures: Mapping[str, str]


@dataclass(frozen=True)
class Witness:
    """A pattern whose first group, or else ``value``, is the value of a fact.

    The heaviest witness is believed.
    """

    fact: str
    weight: int
    pattern: str
    literals: frozenset[bytes]
    value: str = ""


@dataclass(frozen=True)
class Witnesses:
    """The table, with the names that architectures and releases go by."""

    rows: tuple[Witness, ...]
    lexicon: Lexicon
    """Finds what every line with a fact holds."""

    releases: Mapping[str, tuple[str, str]]
    """Codename -> family and glibc version."""

    numbered: Mapping[str, str]
    """Family and version number -> codename."""

    architectures: Mapping[str, str]

    def architecture(self, name: str) -> str:
        """The name wheels use for an architecture."""
        return self.architectures.get(name, name)

    def facts_in(self, text: str) -> Iterator[tuple[str, int, str]]:
        """Name, weight and value of each fact one line shows."""
        held = self.lexicon.held_by(text.encode("utf-8", "replace"))
        if not held:
            return
        for row in self.rows:
            if row.literals.isdisjoint(held):
                continue
            found = re.search(row.pattern, text)
            if found is not None:
                yield row.fact, row.weight, row.value or found.group(1)
                if row.fact == "kernel_arch":  # a kernel's architecture says nothing of the rest
                    return


@lru_cache(maxsize=1)
def witnesses() -> Witnesses:
    """The table, with the user's own rows."""
    table = load(LogFactsTable)
    releases = load_systems().releases(table.families)
    codenames = "|".join(dict.fromkeys(row.codename for row in releases))
    rows = tuple(_witness(row, codenames) for row in table.witnesses)
    return Witnesses(
        rows=rows,
        lexicon=Lexicon(literal.decode() for row in rows for literal in row.literals),
        releases={row.codename: (row.flavour, row.libc_version) for row in releases},
        numbered={f"{row.flavour} {row.version}": row.codename for row in releases},
        architectures=table.architectures,
    )


def _witness(row: WitnessRow, codenames: str) -> Witness:
    pattern = row.pattern.replace("{codenames}", codenames)
    literals = frozenset(map(str.encode, with_literals(pattern).literals))
    return Witness(row.fact, row.weight, pattern, literals, row.value)
