# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""The cause of a failure, from its log."""

from __future__ import annotations

from typing import Annotated, TypedDict, Union

from pidoctor.shapes.finding import Remedy
from pidoctor.shapes.marks import Amount, Id, Rule, one_of


class LogLine(TypedDict):
    """A line of a log, counted from 1, and its text without control characters."""

    line: Amount
    text: str


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


class Case(TypedDict):
    """One of several logs, and its first diagnosis; ``error`` says why it was not read.

    ``made`` is the date of the file.
    """

    log: str
    made: Union[str, None]
    error: Union[str, None]
    diagnosis: Union[Diagnosis, None]
