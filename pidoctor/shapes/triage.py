"""The cause of a failure, from its log."""

from __future__ import annotations

from typing import Annotated, TypedDict

from pidoctor.shapes.values import LogLine, Remedy
from pidoctor.value_rules import Id, Rule, one_of


class Diagnosis(TypedDict):
    """``confidence`` is from 0 to 1; ``alternatives`` fit the same evidence."""

    cause: Id
    title: str
    certainty: Annotated[str, one_of("", "sure", "likely", "possible")]
    confidence: Annotated[float, Rule("minimum", 0), Rule("maximum", 1)]
    evidence: list[LogLine]
    explanation: str
    fix: Remedy
    alternatives: list[str]
    source: str
