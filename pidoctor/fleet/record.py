"""What one document says of one board."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from pidoctor.profile.fingerprint import Fingerprint


class BoardStatus(str, Enum):
    """How a board does, by the strongest thing that is known of it."""

    WORKS = "works"  # an inference gave the right answer
    FAILS = "fails"  # something was tried, and failed
    CANNOT = "cannot"  # nothing that was asked for can be installed there as it is
    FITS = "fits"  # it can be installed; nobody has tried
    UNKNOWN = "unknown"

    @property
    def good(self) -> bool:
        return self in (BoardStatus.WORKS, BoardStatus.FITS)


TRIED, JUDGED, NOTHING = 2, 1, 0
"""How strongly a record speaks: of what was run, of what was resolved, of the machine only."""


class Record(NamedTuple):
    """A board's name, how it does, and why; ``time`` (ISO 8601) says when that was so.

    ``cause`` is the stable id of the trouble ("disk-full"), ``detail`` its sentence.
    """

    board: str
    verdict: BoardStatus
    strength: int
    kind: str  # "receipt", "capture", "profile", "result", "triage"
    time: str
    runtime: str = ""
    version: str = ""
    numpy: str = ""
    cause: str = ""
    detail: str = ""
    fingerprint: Fingerprint | None = None
