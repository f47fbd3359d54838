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


class LogMarks(NamedTuple):
    """Signs that name no trouble: ``means`` is one of MARKS or DECIDED without its "@"."""

    means: Meaning
    log: tuple[Sign, ...]


class LogMarksTable(NamedTuple):
    """symptoms/marks.json."""

    marks: tuple[LogMarks, ...]


@dataclass(frozen=True)
class Symptom:
    """A sign and what it speaks for: the id of a trouble, one of DECIDED, or one of MARKS."""

    sign: Sign
    cause: str
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]

    @property
    def id(self) -> str:
        return self.sign.id


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything the tables say; compared by identity."""

    symptoms: tuple[Symptom, ...]
    causes: Mapping[str, Trouble]


@lru_cache(maxsize=1)
def load() -> Knowledge:
    """The shipped tables."""
    causes = load_troubles()
    marks = tables.load(LogMarksTable).marks
    signs = [(trouble.id, trouble.log) for trouble in causes.values()]
    signs += [(f"@{mark.means}", mark.log) for mark in marks]
    symptoms = (_symptom(cause, sign) for cause, log in signs for sign in log)
    return Knowledge(tuple(symptoms), causes)


def _symptom(cause: str, sign: Sign) -> Symptom:
    patterns, unless = (tuple(map(pattern, of)) for of in (sign.patterns, sign.unless))
    return Symptom(sign, cause, patterns, unless)
