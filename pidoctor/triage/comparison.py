"""A program that runs one way and not another: then the difference is the cause."""

from __future__ import annotations

import sys

from pidoctor.triage import sessions
from pidoctor.triage.log_reader import Hit, Scan
from pidoctor.triage.symptoms import FAILURE

ELSEWHERE = {
    "without-sudo": "The same command without sudo does not miss it.",
    "outside": "Outside of the virtual environment the program does not miss it.",
    "inside": "In the virtual environment the program does not miss it.",
}
"""How the same program ran without what it now misses, and the sentence that says it."""


def runs_elsewhere(failed: Hit, seen: Scan) -> str:
    """How the program of a failure ran elsewhere in the log; empty where it did not."""
    parts = seen.facts.parts
    here = sessions.part_of(parts, failed.number).command if parts else None
    if here is None:
        return ""
    ends = [*(part.line for part in parts[1:]), sys.maxsize]
    for part, end in zip(parts, ends):
        other = part.command
        if other is None or other.program != here.program or other.host != here.host:
            continue
        how = _difference(other, here)
        if how and not _fails(seen, part.line, end):
            return how
    return ""


def _difference(well: sessions.PromptCommand, failed: sessions.PromptCommand) -> str:
    if failed.sudo and not well.sudo:
        return "without-sudo"
    if failed.env and not well.env:
        return "outside"
    return "inside" if well.env and not failed.env else ""


def _fails(seen: Scan, first: int, end: int) -> bool:
    """Whether lines from one to before another show a failure of any kind."""
    return any(
        first <= hit.number < end and (hit.symptom.cause == FAILURE or "module" in hit.groups)
        for hit in seen.hits
    )
