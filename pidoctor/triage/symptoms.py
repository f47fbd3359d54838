"""The symptoms and causes as typed values, loaded from the catalog's data and checked.

`catalog/data/symptoms/causes.json` says what each cause means and how it is mended; every other
file there but the other TABLES is a list of symptoms: the
wordings by which a cause shows itself in a log.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from pidoctor.triage.pattern import Pattern, PatternError, compile_pattern

NOTHING_FOUND = "@nothing-found"
UNSUPPORTED_WHEEL = "@unsupported-wheel"
REQUIRES_PYTHON = "@requires-python"
MISSING_MODULE = "@missing-module"
BENIGN = "@benign"
SUCCESS = "@success"
FAILURE = "@failure"
SIGN = "@sign"
DECIDED = frozenset({NOTHING_FOUND, UNSUPPORTED_WHEEL, REQUIRES_PYTHON, MISSING_MODULE})
"""Symptoms that have more than one cause: the log's facts decide."""

MARKS = frozenset({BENIGN, SUCCESS, FAILURE, SIGN})
"""Symptoms that name no cause but help to judge the others."""

SPECIAL = DECIDED | MARKS

TABLES = frozenset({"causes.json", "localised.json", "packages.json", "witnesses.json"})


class SymptomError(ValueError):
    """The shipped tables contradict themselves; the text lists every fault."""


@dataclass(frozen=True)
class Symptom:
    """One way in which a cause shows.

    `unless` are patterns that, on the same line, make it something else. `needs` (any of them) and
    `without` (none of them) are ids of symptoms that must or must not occur in the log. `facts` are
    conditions on the log's facts, see `facts.holds`. `confidence` is from 0 to 1.
    """

    id: str
    cause: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    needs: tuple[str, ...]
    without: tuple[str, ...]
    facts: Mapping[str, str]
    confidence: float
    source: str


@dataclass(frozen=True)
class Remedy:
    """Commands with {placeholders}, whether they are safe to run unasked, and the words for it.

    `when` are conditions on the log's facts; the first remedy whose conditions hold is given.
    """

    when: Mapping[str, str]
    commands: tuple[str, ...]
    safe: bool
    text: str


@dataclass(frozen=True)
class Cause:
    """A label of the contract: what it means, what it entails, what mends it.

    `entails` are the causes that are no news when this one is present. `order` is the place in the
    order to fix: small numbers first. `settled_by` are symptoms that, after the last evidence,
    show that the trouble is over.
    """

    id: str
    explanation: str
    entails: frozenset[str]
    settled_by: frozenset[str]
    order: int
    remedies: tuple[Remedy, ...]
    source: str


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything the tables say; compared by identity."""

    symptoms: tuple[Symptom, ...]
    causes: Mapping[str, Cause]


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The shipped tables; raises SymptomError listing every fault."""
    folder = resources.files("pidoctor.catalog") / "data" / "symptoms"
    rows: list[Mapping[str, Any]] = []
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".json") and file.name not in TABLES:
            rows.extend(json.loads(file.read_text(encoding="utf-8")))
    causes = json.loads((folder / "causes.json").read_text(encoding="utf-8"))
    return build(rows, causes)


def build(rows: list[Mapping[str, Any]], causes: list[Mapping[str, Any]]) -> Knowledge:
    """Typed and checked values from the tables' rows; raises SymptomError listing every fault."""
    faults: list[str] = []
    symptoms = [s for row in rows for s in [_symptom(row, faults)] if s is not None]
    known = {row["id"]: _cause(row) for row in causes}
    faults.extend(_faults(symptoms, known, len(causes)))
    if faults:
        raise SymptomError("; ".join(faults))
    return Knowledge(tuple(symptoms), known)


def _symptom(row: Mapping[str, Any], faults: list[str]) -> Symptom | None:
    try:
        return Symptom(
            id=row["id"],
            cause=row["cause"],
            patterns=tuple(compile_pattern(text) for text in row["patterns"]),
            unless=tuple(compile_pattern(text) for text in row.get("unless", ())),
            needs=tuple(row.get("needs", ())),
            without=tuple(row.get("without", ())),
            facts=row.get("facts", {}),
            confidence=row.get("confidence", 0.9),
            source=row["source"],
        )
    except (KeyError, PatternError) as error:
        faults.append(f"symptom {row.get('id')}: {error}")
        return None


def _cause(row: Mapping[str, Any]) -> Cause:
    return Cause(
        id=row["id"],
        explanation=row["explanation"],
        entails=frozenset(row.get("entails", ())),
        settled_by=frozenset(row.get("settled_by", ())),
        order=row.get("order", 50),
        remedies=tuple(
            Remedy(r.get("when", {}), tuple(r.get("commands", ())), r.get("safe", False), r["text"])
            for r in row["remedies"]
        ),
        source=row["source"],
    )


def _faults(symptoms: list[Symptom], causes: Mapping[str, Cause], rows: int) -> Iterator[str]:
    ids = [symptom.id for symptom in symptoms]
    for id_ in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"symptom {id_} is there twice"
    if rows != len(causes):
        yield "a cause is there twice"
    wordings = [(s.cause, pattern.text) for s in symptoms for pattern in s.patterns]
    for cause_id, text in sorted({w for w in wordings if wordings.count(w) > 1}):
        yield f"{cause_id} has the pattern {text!r} twice"
    for symptom in symptoms:
        if symptom.cause not in causes and symptom.cause not in SPECIAL:
            yield f"symptom {symptom.id}: unknown cause {symptom.cause}"
        for other in (*symptom.needs, *symptom.without):
            if other not in ids:
                yield f"symptom {symptom.id}: unknown symptom {other}"
    for cause in causes.values():
        for other in cause.entails - set(causes):
            yield f"cause {cause.id}: unknown cause {other}"
        for other in cause.settled_by - set(ids):
            yield f"cause {cause.id}: unknown symptom {other}"
        if not cause.remedies or cause.remedies[-1].when:
            yield f"cause {cause.id}: no remedy for the general case"
