"""What every command answers with: typed parts, and the one envelope that JSON has for them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pidoctor import __version__
from pidoctor.asked import Asked
from pidoctor.record_fields import json_form
from pidoctor.records import NamedTuple, dataclass
from pidoctor.result import ExitCode, Finding
from pidoctor.value_rules import STRENGTHS, Text, one_of

if TYPE_CHECKING:  # a command imports only what it answers with
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
    from pidoctor.report.conclusion import Conclusion
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


@json_form(
    names={"result": ""},
    more={
        "exit_code": "result.exit_code",
        "verdict": "result.conclusion.verdict",
        "next": "result.conclusion.next",
        "findings": "result.findings",
        "resolution": "result.resolution",
        "here": "here",
    },
)
class Answer(NamedTuple):
    """The answer for one of several machines that were asked about together."""

    place: Text  # "this machine", or the name of a target
    result: Result

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found there, each saying where."""
        found = self.result.findings or ()
        return tuple(f._replace(message=f"{self.place}: {f.message}") for f in found)

    @property
    def here(self) -> bool:
        return self.result.asked.here if self.result.asked else True


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

    @property
    def all_files(self) -> tuple[str, ...]:
        return (*self.files, *self.beside)


@json_form(
    names={"outcome": "install", "asked": "", "downloaded": "", "written": ""},
    more={
        "schema": "schema",
        "version": "version",
        "verdict": "conclusion.verdict",
        "next": "conclusion.next",
        "here": "asked.here",
        "already_installed": "already_installed",
        "directory": "downloaded.directory",
        "files": "downloaded.all_files",
        "document": "written.text",
        "output": "written.output",
    },
)
@dataclass(frozen=True)
class Result:
    """The answer of a command: one envelope for all. What a command has nothing for is null.

    ``verdict`` is the answer in one sentence and ``next`` the one command to type now; where a
    command does not say them, they follow from the parts (``pidoctor.report.conclusion``).
    A reader ignores keys that it does not know.
    """

    schema: ClassVar[Literal["pidoctor-result/1"]] = "pidoctor-result/1"
    version: ClassVar[Text] = __version__

    command: Text
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

    @cached_property
    def conclusion(self) -> Conclusion:
        """The verdict and the next command that are told."""
        from pidoctor.report.conclusion import conclude

        return conclude(self)

    @property
    def already_installed(self) -> bool | None:
        return self.outcome.status == "already" if self.outcome else None
