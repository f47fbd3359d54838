"""What commands say: findings with their remedies, and the exit codes."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pidoctor import shapes


class Severity(str, Enum):
    """How much a finding matters: an error stops the request, a warning may, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class ExitCode:
    """The exit codes of the contract, the same in every output mode."""

    FINE = 0
    PROBLEM = 1
    USAGE = 2
    COULD_NOT_CHECK = 3
    INTERNAL = 4


class Remedy(NamedTuple):
    """What helps: commands to type, apart from prose.

    ``safe`` means that the commands only add what is missing and can be run for the user after
    being shown (``check --fix``): no reboot, nothing deleted, nothing that needs a decision.
    """

    text: str
    commands: tuple[str, ...] = ()
    safe: bool = False

    def to_json(self) -> shapes.Remedy:
        return {"commands": list(self.commands), "safe": self.safe, "text": self.text}


class Finding(NamedTuple):
    """One thing worth knowing: what is the matter, where we looked, what helps.

    ``id`` is stable and hyphenated ("temp-is-small-tmpfs"); ``evidence`` says where we looked and
    what was seen there.
    """

    id: str
    severity: Severity
    message: str
    evidence: str = ""
    remedy: Remedy | None = None
    link: str = ""
    topic: str = ""  # what it is about, as the check says: "storage", "python"

    def to_json(self) -> shapes.Finding:
        return {
            "id": self.id,
            "severity": self.severity.value,
            "message": self.message,
            "evidence": self.evidence,
            "remedy": self.remedy.to_json() if self.remedy else None,
            "link": self.link or None,
            "topic": self.topic or None,
        }
