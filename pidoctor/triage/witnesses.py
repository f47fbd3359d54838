"""Where a log shows a fact of the machine it came from: the table of witnesses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from pidoctor.catalog.systems import load_systems
from pidoctor.triage.lexicon import Lexicon
from pidoctor.triage.pattern import pattern as with_literals


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
    """The shipped table."""
    file = resources.files("pidoctor.catalog") / "data" / "symptoms" / "witnesses.json"
    table = json.loads(file.read_text(encoding="utf-8"))
    releases = load_systems().releases(table["families"])
    codenames = "|".join(dict.fromkeys(row.codename for row in releases))
    patterns = [
        (fact, weight, pattern.replace("{codenames}", codenames), "".join(value))
        for fact, weight, pattern, *value in table["witnesses"]
    ]
    rows = tuple(
        Witness(
            fact,
            weight,
            pattern,
            frozenset(map(str.encode, with_literals(pattern).literals)),
            value,
        )
        for fact, weight, pattern, value in patterns
    )
    return Witnesses(
        rows=rows,
        lexicon=Lexicon(literal.decode() for row in rows for literal in row.literals),
        releases={row.codename: (row.flavour, row.libc_version) for row in releases},
        numbered={f"{row.flavour} {row.version}": row.codename for row in releases},
        architectures=table["architectures"],
    )
