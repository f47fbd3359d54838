"""How an install ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pidoctor.proof.proof import Proof
from pidoctor.record_fields import json_form
from pidoctor.result import ExitCode, Finding
from pidoctor.value_rules import Amount, one_of

INSTALLED = "installed"
ALREADY = "already"  # the environment held the plan before; it was proven again
FAILED = "failed"  # nothing was touched
ROLLED_BACK = "rolled-back"  # something was touched, and is as it was before


@json_form(names={"proof": "", "receipt": "", "findings": ""})
@dataclass(frozen=True)
class Outcome:
    """The end of an install. ``findings`` say why it failed, or what is worth knowing.

    ``receipt`` is what is kept in the environment: plan, hashes, proof, time. ``kept_bytes`` is
    what the previous state, kept for ``undo``, costs on disk. ``left`` says how a failed install
    left the environment, in one sentence; empty where nobody looked.
    """

    status: Annotated[str, one_of("installed", "already", "failed", "rolled-back")]
    environment: Path
    python: Path
    proof: Proof | None
    receipt: Mapping[str, Any] | None
    findings: tuple[Finding, ...]
    kept_bytes: Amount = 0
    left: str = ""

    @property
    def exit_code(self) -> int:
        return ExitCode.FINE if self.status in (INSTALLED, ALREADY) else ExitCode.PROBLEM
