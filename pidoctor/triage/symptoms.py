"""The signs of troubles in text, with their patterns ready to search; and signs of other kinds.

The troubles are `catalog/data/troubles/`. `catalog/data/symptoms/marks.json` holds signs that name
no trouble but help to judge, and those that several troubles share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from pidoctor.catalog import tables
from pidoctor.catalog.log_pattern import Pattern, pattern
from pidoctor.catalog.troubles import Sign, Trouble, load_troubles

NOTHING_FOUND = "@nothing-found"
UNSUPPORTED_WHEEL = "@unsupported-wheel"
REQUIRES_PYTHON = "@requires-python"
MISSING_MODULE = "@missing-module"
CONDA_MISSING = "@conda-missing"
BENIGN = "@benign"
SUCCESS = "@success"
FAILURE = "@failure"
SIGN = "@sign"
DECIDED = frozenset(
    {NOTHING_FOUND, UNSUPPORTED_WHEEL, REQUIRES_PYTHON, MISSING_MODULE, CONDA_MISSING}
)
"""Symptoms that have more than one cause: the log's facts decide."""

MARKS = frozenset({BENIGN, SUCCESS, FAILURE, SIGN})
"""Symptoms that name no cause but help to judge the others."""


Meaning = Literal[
    "benign",
    "success",
    "failure",
    "sign",
    "nothing-found",
    "unsupported-wheel",
    "requires-python",
    "missing-module",
    "conda-missing",
]


class LogMark(NamedTuple):
    """A sign that names no trouble: ``means`` is one of MARKS or DECIDED without its "@".

    The other fields are those of :class:`Sign`.
    """

    id: str
    means: Meaning
    patterns: tuple[str, ...]
    source: str
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    facts: Mapping[str, str] = {}
    confidence: float = 0.9


class LogMarksTable(NamedTuple):
    """symptoms/marks.json."""

    marks: tuple[LogMark, ...]


@dataclass(frozen=True)
class Symptom:
    """A sign and what it speaks for: the id of a trouble, one of DECIDED, or one of MARKS."""

    id: str
    cause: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    needs: tuple[str, ...]
    without: tuple[str, ...]
    facts: Mapping[str, str]
    confidence: float
    source: str


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything the tables say; compared by identity."""

    symptoms: tuple[Symptom, ...]
    causes: Mapping[str, Trouble]


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The shipped tables."""
    causes = load_troubles()
    symptoms = [_symptom(trouble.id, each) for trouble in causes.values() for each in trouble.log]
    symptoms += [_symptom(f"@{mark.means}", mark) for mark in tables.load(LogMarksTable).marks]
    return Knowledge(tuple(symptoms), causes)


def _symptom(cause: str, of: Sign | LogMark) -> Symptom:
    return Symptom(
        id=of.id,
        cause=cause,
        patterns=tuple(map(pattern, of.patterns)),
        unless=tuple(map(pattern, of.unless)),
        needs=of.needs,
        without=of.without,
        facts=of.facts,
        confidence=of.confidence,
        source=of.source,
    )
