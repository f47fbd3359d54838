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


class Software(NamedTuple):
    """What was installed on a board: a runtime, its version, NumPy's; empty where not known."""

    runtime: str = ""
    version: str = ""
    numpy: str = ""

    def __str__(self) -> str:
        """As a line says it: "tflite-runtime 2.14.0, numpy 1.26.4"."""
        numpy = f", numpy {self.numpy}" if self.numpy else ""
        return f"{self.runtime} {self.version}".strip() + numpy if self.runtime else ""


ANY = Software()


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
