"""What the facts of a log make of a sign that has several causes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pidoctor.triage.log_facts import Facts

SURE, LIKELY, SPELLING, OPEN, FAINT = 0.92, 0.75, 0.62, 0.5, 0.35

HINT = 0.25
"""Up to here a cause is only named beside others, or beside the answer that none is known."""


@dataclass(frozen=True)
class LikelyCause:
    """A cause, how sure it is (0 to 1), and a sentence fitted to this case."""

    cause: str
    confidence: float
    detail: str


Judge = Callable[[str, Facts], Sequence[LikelyCause]]
"""Asked why the machine of these facts cannot have a requirement: possible causes, likeliest first;
none if it cannot tell."""
