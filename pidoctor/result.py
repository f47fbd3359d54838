"""What commands say: findings with their remedies, and the exit codes."""

from __future__ import annotations

from enum import Enum

from pidoctor.records import NamedTuple
from pidoctor.value_rules import Id, Text


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
    commands: tuple[Text, ...] = ()
    safe: bool = False


class Finding(NamedTuple):
    """One thing worth knowing: what is the matter, where we looked, what helps.

    ``id`` is stable and hyphenated ("temp-is-small-tmpfs"); ``evidence`` says where we looked and
    what was seen there.
    """

    id: Id
    severity: Severity
    message: Text
    evidence: str = ""
    remedy: Remedy | None = None
    link: str | None = None
    topic: str | None = None  # what it is about, as the check says: "storage", "python"

    @property
    def details(self) -> str:
        """The evidence and what helps, a line each: for programs that show text."""
        helps = (self.remedy.text, *self.remedy.commands) if self.remedy else ()
        return "\n".join(filter(None, (self.evidence, *helps)))
