"""Failures that people reported in public: each a row with a cause, labelled before it was run.

A row of ``public.jsonl`` is ``{"cause": ..., "log": ..., "source": ..., "year": ...}``: the id that
the first answer has to name (``no-problem`` for a log without one, ``unknown`` where none of ours
fits), the few lines that decide, the page, and the year of the report. One half of the pages, drawn
by the hash of the address, is kept out of tuning.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pidoctor.triage.diagnose import conclude
from pidoctor.triage.diagnosis import Diagnosis
from pidoctor.triage.log_reader import scan
from pidoctor.triage.ranking import judge
from pidoctor.triage.symptoms import Knowledge, load

from .samplebook import without_wordings

FILE = Path(__file__).with_name("public.jsonl")
NOT_A_CAUSE = ("no-problem", "unknown")


@dataclass(frozen=True)
class PublicCase:
    """One row of the file."""

    cause: str
    log: str
    source: str
    year: int

    @property
    def held_out(self) -> bool:
        """Whether the case is of the half that no rule was made from."""
        page = self.source.split("#", maxsplit=1)[0]
        return bool(hashlib.sha256(page.encode()).digest()[0] % 2)

    @property
    def origin(self) -> tuple[str, int]:
        """The project that the report is about, and the year."""
        return "/".join(self.source.split("/")[3:5]), self.year

    def diagnose(self, knowledge: Knowledge | None = None) -> list[Diagnosis]:
        """What triage answers, by these tables."""
        knowledge = knowledge or load()
        return conclude(scan([self.log.encode()], knowledge), knowledge, judge)

    def wordings(self) -> frozenset[str]:
        """The patterns that find something in it."""
        return frozenset(hit.wording for hit in scan([self.log.encode()], load()).hits)


@lru_cache(maxsize=1)
def public_cases() -> tuple[PublicCase, ...]:
    """Every row."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple(PublicCase(**json.loads(line)) for line in lines)


@dataclass(frozen=True)
class Score:
    """How many answers were right: the first one, and one among the first three."""

    first: int
    three: int
    of: int

    def __str__(self) -> str:
        share, among = self.first / self.of, self.three / self.of
        return f"{self.first} of {self.of} first ({share:.0%}), {self.three} in three ({among:.0%})"


def score(cases: Iterable[PublicCase]) -> Score:
    """The answers to the cases that have a cause."""
    chosen = _positive(cases)
    return _without(chosen, [frozenset()] * len(chosen))


def false_alarms(cases: Iterable[PublicCase]) -> list[PublicCase]:
    """The logs without a problem that are told to have one."""
    return [
        case
        for case in cases
        if case.cause == "no-problem" and case.diagnose()[0].cause not in NOT_A_CAUSE
    ]


def called_fine(cases: Iterable[PublicCase]) -> list[PublicCase]:
    """The failures that are told to be none."""
    return [
        case
        for case in cases
        if case.cause != "no-problem" and case.diagnose()[0].cause == "no-problem"
    ]


def reliability(cases: Iterable[PublicCase]) -> dict[str, tuple[int, int]]:
    """Per word of certainty: how many first answers bear it, and how many of them are right."""
    table = {"sure": (0, 0), "likely": (0, 0), "possible": (0, 0)}
    for case in cases:
        first = case.diagnose()[0]
        if first.certainty:
            given, right = table[first.certainty]
            table[first.certainty] = given + 1, right + (first.cause == case.cause)
    return table


def leave_one_wording_out(cases: Iterable[PublicCase]) -> Score:
    """Every case without the pattern of the evidence that decided it."""
    chosen = _positive(cases)
    return _without(chosen, [frozenset([_deciding(case)]) for case in chosen])


def leave_one_source_out(cases: Iterable[PublicCase]) -> Score:
    """Every case without the patterns that only cases of its own project and year show."""
    chosen = _positive(cases)
    of = {case: case.wordings() for case in chosen}
    others = [
        frozenset().union(*(of[c] for c in chosen if c.origin != case.origin)) for case in chosen
    ]
    return _without(chosen, [of[case] - other for case, other in zip(chosen, others)])


def _without(chosen: Sequence[PublicCase], taken: Sequence[frozenset[str]]) -> Score:
    first = three = 0
    for gone in set(taken):  # a matcher of many patterns takes longer to make than a log to read
        knowledge = without_wordings(load(), gone) if gone else load()
        for case in (case for case, its in zip(chosen, taken) if its == gone):
            names = _named(case.diagnose(knowledge))
            first += names[0] == case.cause
            three += case.cause in names[:3]
    return Score(first, three, len(chosen))


def _deciding(case: PublicCase) -> str:
    hits = scan([case.log.encode()], load()).hits
    decided = [h for h in hits if h.symptom.cause == case.cause or h.symptom.cause[0] == "@"]
    marks = ("@benign", "@sign", "@success", "@failure")
    return next((h.wording for h in decided if h.symptom.cause not in marks), "")


def _positive(cases: Iterable[PublicCase]) -> list[PublicCase]:
    return [case for case in cases if case.cause != "no-problem"]


def _named(found: Sequence[Diagnosis]) -> list[str]:
    names = (*(diagnosis.cause for diagnosis in found), *found[0].alternatives)
    return list(dict.fromkeys(names))


def main() -> None:
    """Print the figures."""
    cases = public_cases()
    held = [case for case in cases if case.held_out]
    print(f"{len(cases)} reports; kept out of tuning: {score(held)}")
    print(f"all: {score(cases)}")
    quiet = [case for case in cases if case.cause == "no-problem"]
    print(f"false alarms: {len(false_alarms(cases))} of {len(quiet)}")
    print(f"failures called fine: {len(called_fine(cases))}")
    for word, (given, right) in reliability(held).items():
        print(f"{word}: {right} of {given} right, in the half kept out")
    print(f"without the deciding wording: {leave_one_wording_out(cases)}")
    print(f"without the wordings of its own project and year: {leave_one_source_out(cases)}")


if __name__ == "__main__":
    main()
