"""The sample logs: each with the causes it must be told to have."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pidoctor.triage.diagnose import triage
from pidoctor.triage.diagnosis import Diagnosis
from pidoctor.triage.ranking import judge
from pidoctor.triage.symptoms import Knowledge

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """One log; `origin` is the command that made it or the page that documents it."""

    path: Path
    causes: tuple[str, ...]
    origin: str

    @property
    def id(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    def read(self) -> bytes:
        return self.path.read_bytes()

    def diagnose(self) -> list[Diagnosis]:
        return triage(iter([self.read()]), judge=judge)


def samples() -> list[Sample]:
    """All samples, in order."""
    return list(_samples())


def _samples() -> Iterator[Sample]:
    for path in sorted(SAMPLES.glob("*/*.log")):
        about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        yield Sample(path, tuple(about["causes"]), about.get("command") or about["source"])


def without_wordings(knowledge: Knowledge, wordings: Container[str]) -> Knowledge:
    """The tables without some patterns, wherever they stand: what would be left to decide?"""
    symptoms = (
        replace(each, patterns=tuple(p for p in each.patterns if p.text not in wordings))
        for each in knowledge.symptoms
    )
    return Knowledge(tuple(symptoms), knowledge.causes)
