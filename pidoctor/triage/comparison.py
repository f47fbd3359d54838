"""A program that runs one way and not another: then the difference is the cause."""

from __future__ import annotations

import sys
from enum import Enum

from pidoctor.triage import sessions
from pidoctor.triage.log_reader import Hit, Scan
from pidoctor.triage.symptoms import FAILURE


class Elsewhere(Enum):
    """How the same program ran without what it now misses."""

    WITHOUT_SUDO = "without-sudo"
    OUTSIDE = "outside"
    INSIDE = "inside"

    @property
    def sentence(self) -> str:
        """What the log shows."""
        return {
            Elsewhere.WITHOUT_SUDO: "The same command without sudo does not miss it.",
            Elsewhere.OUTSIDE: "Outside of the virtual environment the program does not miss it.",
            Elsewhere.INSIDE: "In the virtual environment the program does not miss it.",
        }[self]


def runs_elsewhere(failed: Hit, seen: Scan) -> Elsewhere | None:
    """How the program of a failure ran elsewhere in the log; None where it did not."""
    parts = seen.facts.parts
    here = sessions.part_of(parts, failed.number).command if parts else None
    if here is None:
        return None
    ends = [*(part.line for part in parts[1:]), sys.maxsize]
    for part, end in zip(parts, ends):
        other = part.command
        if other is None or other.program != here.program or other.host != here.host:
            continue
        how = _difference(other, here)
        if how is not None and not _fails(seen, part.line, end):
            return how
    return None


def _difference(well: sessions.PromptCommand, failed: sessions.PromptCommand) -> Elsewhere | None:
    if failed.sudo and not well.sudo:
        return Elsewhere.WITHOUT_SUDO
    if failed.env and not well.env:
        return Elsewhere.OUTSIDE
    return Elsewhere.INSIDE if well.env and not failed.env else None


def _fails(seen: Scan, first: int, end: int) -> bool:
    """Whether lines from one to before another show a failure of any kind."""
    return any(
        first <= hit.number < end and (hit.symptom.cause == FAILURE or "module" in hit.groups)
        for hit in seen.hits
    )
