"""Which wheels packages have, coarsely: the table behind "nothing found" when nobody else knows."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from pidoctor.triage.log_facts import Version, as_version, plain_name


@dataclass(frozen=True)
class Published:
    """One package: first and last Python per architecture, `any` where the wheel is pure Python.

    `elsewhere` marks a name whose real wheels are not on the package index.
    """

    name: str
    arches: Mapping[str, tuple[Version, Version]]
    source: bool
    pip: Version
    glibc: Version
    elsewhere: bool

    def pythons(self, arch: str) -> tuple[Version, Version] | None:
        """First and last Python with a wheel for `arch`; None if there is no such wheel."""
        return self.arches.get(arch) or self.arches.get("any")

    @property
    def widest(self) -> tuple[Version, Version]:
        """First and last Python with a wheel for any ARM board, or for anything at all."""
        spans = [s for a, s in self.arches.items() if a != "x86_64"] or list(self.arches.values())
        return min(first for first, _ in spans), max(last for _, last in spans)


@lru_cache(maxsize=1)
def published() -> Mapping[str, Published]:
    """The shipped table, by normalised name."""
    file = resources.files("pidoctor.catalog") / "data" / "symptoms" / "packages.json"
    rows = json.loads(file.read_text(encoding="utf-8"))["packages"]
    return {
        name: Published(
            name=name,
            arches={a: (as_version(s[0]), as_version(s[1])) for a, s in row["arches"].items()},
            source=row["source"],
            pip=as_version(row.get("pip", "")),
            glibc=as_version(row.get("glibc", "")),
            elsewhere=row.get("elsewhere", False),
        )
        for name, row in rows.items()
    }


def lookalike(name: str) -> str:
    """A known package whose name is nearly `name`, or the empty string."""
    close = difflib.get_close_matches(plain_name(name), list(published()), n=1, cutoff=0.78)
    return close[0] if close and close[0] != plain_name(name) else ""
