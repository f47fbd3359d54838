"""The signs of troubles in text, with their patterns ready to search; and signs of other kinds.

The troubles are `catalog/data/troubles/`. `catalog/data/symptoms/marks.json` holds signs that name
no trouble but help to judge, and those that several troubles share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from pidoctor.catalog import tables
from pidoctor.catalog.troubles import Sign, Trouble, load_troubles
from pidoctor.triage.pattern import Pattern, PatternError, check_pattern, pattern

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


class Mark(NamedTuple):
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

    marks: tuple[Mark, ...]


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
    symptoms = [_symptom(trouble.id, each) for trouble in causes.values() for each in trouble.signs]
    symptoms += [_symptom(f"@{mark.means}", mark) for mark in tables.load(LogMarksTable).marks]
    return Knowledge(tuple(symptoms), causes)


def _symptom(cause: str, of: Sign | Mark) -> Symptom:
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


def faults(knowledge: Knowledge) -> Iterator[str]:
    """What contradicts itself in the tables, or could be slow."""
    symptoms, causes = knowledge.symptoms, knowledge.causes
    ids = [symptom.id for symptom in symptoms]
    for id_ in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"sign {id_} is there twice"
    wordings = [(s.cause, each.text) for s in symptoms for each in s.patterns]
    for cause_id, text in sorted({w for w in wordings if wordings.count(w) > 1}):
        yield f"{cause_id} has the pattern {text!r} twice"
    for symptom in symptoms:
        if symptom.cause not in causes and symptom.cause not in DECIDED | MARKS:
            yield f"sign {symptom.id}: unknown cause {symptom.cause}"
        for other in (*symptom.needs, *symptom.without):
            if other not in ids:
                yield f"sign {symptom.id}: unknown sign {other}"
        for each in (*symptom.patterns, *symptom.unless):
            try:
                check_pattern(each.text)
            except PatternError as error:
                yield f"sign {symptom.id}: {error}"
    for cause in causes.values():
        for other in cause.entails - set(causes):
            yield f"{cause.id}: entails the unknown {other}"
        for other in cause.settled_by - set(ids):
            yield f"{cause.id}: settled by the unknown {other}"
        if not cause.advice or cause.advice[-1].when:
            yield f"{cause.id}: no remedy for the general case"
