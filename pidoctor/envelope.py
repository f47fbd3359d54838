"""What every command answers with: typed parts, and the one envelope that JSON has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from pidoctor import __version__
from pidoctor.asked import Asked
from pidoctor.decoding import encode
from pidoctor.result import ExitCode, Finding
from pidoctor.value_rules import STRENGTHS, Text, one_of

if TYPE_CHECKING:  # a command imports only what it answers with
    from pidoctor import shapes
    from pidoctor.bench.figures import Bench
    from pidoctor.evidence.audit import WheelAudit
    from pidoctor.fleet.report import Fleet
    from pidoctor.indexing.status import IndexStatus
    from pidoctor.indexing.update import Updated
    from pidoctor.indexing.verify import Verification
    from pidoctor.install.outcome import Outcome
    from pidoctor.model.answer import ModelAnswer
    from pidoctor.profile.profile import Profile
    from pidoctor.proof.proof import Proof
    from pidoctor.resolve.explanation import Explanation
    from pidoctor.resolve.plan import Plan, Resolution
    from pidoctor.triage.cases import LogCase
    from pidoctor.triage.diagnosis import Diagnosis


class Cell(NamedTuple):
    """One cell of the matrix: a target, and what was found for it.

    ``status`` is "plan", "impossible" or "unknown"; ``summary`` what would be installed, or the
    nearest miss; ``rests_on`` is how well that is known.
    """

    target: Text
    requirement: Text
    status: Annotated[str, one_of("plan", "impossible", "unknown")]
    summary: str
    board: str = ""
    system: str = ""
    bits: int = 0
    python: str = ""
    rests_on: Annotated[str, one_of("", *STRENGTHS)] = ""


class Answer(NamedTuple):
    """The answer for one of several machines that were asked about together."""

    place: str  # "this machine", or the name of a target
    result: Result

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found there, each saying where."""
        found = self.result.findings or ()
        return tuple(f._replace(message=f"{self.place}: {f.message}") for f in found)

    def to_json(self) -> shapes.Answer:
        from pidoctor.report.conclusion import conclude

        result = self.result
        verdict, then = conclude(result)
        return {
            "place": self.place,
            "here": result.asked.here if result.asked else True,
            "exit_code": result.exit_code,
            "verdict": verdict,
            "next": then,
            "findings": encode(result.findings),
            "resolution": encode(result.resolution),
        }


class Step(NamedTuple):
    """A step of an installation as it is shown; ``status`` is "planned", "done" or "failed"."""

    text: str
    command: str = ""
    writes: tuple[str, ...] = ()
    status: Annotated[str, one_of("planned", "done", "failed")] = "planned"


class IndexAnswer(NamedTuple):
    """What ``pidoctor index`` found; one of these is there."""

    status: IndexStatus | None = None
    update: Updated | None = None
    verify: Verification | None = None
    audits: tuple[WheelAudit, ...] | None = None


class Written(NamedTuple):
    """A document that a command made: its text, and the file that it went to.

    Without a file the text is what the command prints; without a text the file is all there is.
    """

    text: str | None = None
    output: str | None = None


class Downloaded(NamedTuple):
    """A folder of wheels, each verified by its hash, and what is ``beside`` them."""

    directory: str
    files: tuple[str, ...]
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """The answer of a command. Parts that a command has nothing for are None.

    ``verdict`` is the answer in one sentence and ``next`` the one command to type now; where a
    command does not say them, they follow from the parts (``pidoctor.report.conclusion``).
    """

    command: str
    exit_code: int = ExitCode.FINE
    error: str | None = None
    verdict: str | None = None
    next: str | None = None
    profile: Profile | None = None
    findings: tuple[Finding, ...] | None = None
    resolution: Resolution | None = None
    explanation: Explanation | None = None  # what lies around the resolution
    proof: Proof | None = None
    diagnoses: tuple[Diagnosis, ...] | None = None
    cases: tuple[LogCase, ...] | None = None  # of several logs
    matrix: tuple[Cell, ...] | None = None
    model: ModelAnswer | None = None
    bench: Bench | None = None
    fleet: Fleet | None = None
    timings: Mapping[str, float] | None = None  # seconds
    asked: Asked | None = None
    steps: tuple[Step, ...] | None = None
    environment: Path | None = None  # that the steps change
    outcome: Outcome | None = None  # of an install
    receipt: Mapping[str, Any] | None = None
    targets: tuple[str, ...] | None = None
    index: IndexAnswer | None = None
    downloaded: Downloaded | None = None
    written: Written | None = None
    html: str | None = None  # a page that was written besides
    answers: tuple[Answer, ...] | None = None  # of several machines

    @property
    def plan(self) -> Plan | None:
        """The resolution where it is a plan."""
        from pidoctor.resolve.plan import Plan

        return self.resolution if isinstance(self.resolution, Plan) else None

    def to_json(self) -> shapes.Envelope:
        """The envelope; ``result.schema.json`` describes it."""
        from pidoctor.report.conclusion import conclude

        verdict, then = conclude(self)
        written, outcome = self.written or Written(), self.outcome
        return {
            "schema": "pidoctor-result/1",
            "command": self.command,
            "version": __version__,
            "exit_code": self.exit_code,
            "error": self.error,
            "verdict": verdict,
            "next": then,
            "profile": _profile(self.profile),
            "findings": encode(self.findings),
            "resolution": encode(self.resolution),
            "explanation": encode(self.explanation),
            "proof": encode(self.proof),
            "diagnoses": encode(self.diagnoses),
            "cases": encode(self.cases),
            "matrix": encode(self.matrix),
            "model": encode(self.model),
            "bench": encode(self.bench),
            "fleet": encode(self.fleet),
            "timings": self.timings,
            "here": self.asked.here if self.asked else None,
            "steps": encode(self.steps),
            "environment": encode(self.environment),
            "install": encode(outcome),
            "already_installed": outcome.status == "already" if outcome else None,
            "receipt": self.receipt,
            "targets": encode(self.targets),
            "index": encode(self.index),
            "directory": self.downloaded.directory if self.downloaded else None,
            "files": [*self.downloaded.files, *self.downloaded.beside] if self.downloaded else None,
            "document": written.text,
            "output": written.output,
            "html": self.html,
            "answers": encode(self.answers),
        }


def _profile(profile: Profile | None) -> Mapping[str, object] | None:
    if profile is None:
        return None
    from pidoctor.profile.codec import to_json

    return to_json(profile)
