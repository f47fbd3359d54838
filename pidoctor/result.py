"""What every command answers with: one versioned envelope, whatever the output mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from pidoctor import __version__

SCHEMA = "pidoctor-result/1"


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

    def to_json(self) -> dict[str, Any]:
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

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "severity": self.severity.value,
            "message": self.message,
            "evidence": self.evidence,
            "remedy": self.remedy.to_json() if self.remedy else None,
            "link": self.link or None,
        }


@dataclass(frozen=True)
class Result:
    """The answer of a command. Parts that a command has nothing for are None.

    The parts are already plain JSON values: a Result can be printed, stored and compared without
    knowing how they were made. ``extra`` holds further keys of one command ("targets", "audits").
    """

    command: str
    exit_code: int = ExitCode.FINE
    profile: Mapping[str, Any] | None = None
    findings: tuple[Finding, ...] | None = None
    resolution: Mapping[str, Any] | None = None
    proof: Mapping[str, Any] | None = None
    diagnoses: tuple[Mapping[str, Any], ...] | None = None
    matrix: tuple[Mapping[str, Any], ...] | None = None
    timings: Mapping[str, float] | None = None
    error: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "command": self.command,
            "version": __version__,
            "exit_code": self.exit_code,
            "error": self.error,
            "profile": self.profile,
            "findings": None
            if self.findings is None
            else [finding.to_json() for finding in self.findings],
            "resolution": self.resolution,
            "proof": self.proof,
            "diagnoses": None if self.diagnoses is None else list(self.diagnoses),
            "matrix": None if self.matrix is None else list(self.matrix),
            "timings": self.timings,
            **self.extra,
        }
