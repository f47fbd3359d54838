"""An answer from an old wheels index says so, whatever command gives it.

``check``, ``explain`` and ``install`` say it among the notes of their plan; the others here.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result

COMMANDS = ("lock", "download", "matrix", "triage", "model")


def old_index(command: str) -> str:
    """The sentence to add to the answer of a command; empty while the index is fresh."""
    if command not in COMMANDS:
        return ""
    if command == "triage" and "pidoctor.triage.ranking" not in sys.modules:
        return ""  # most logs need no wheels index: nothing was asked of it
    from pidoctor.catalog.location import open_index
    from pidoctor.catalog.runtimes import load_runtimes
    from pidoctor.resolve.reasons import age

    project = open_index().project(load_runtimes()[0].distribution)
    return age(project.retrieved, time.strftime("%Y-%m-%d")) if project else ""


def dated(result: Result, sentence: str) -> Result:
    """``result`` with the sentence behind its verdict, for programs."""
    from pidoctor.report.conclusion import concluded

    verdict = concluded(result).verdict or ""
    said = f"{verdict} {sentence[:1].upper()}{sentence[1:]}.".strip()
    return replace(result, verdict=said)
