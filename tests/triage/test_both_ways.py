"""Every trouble and every sign is met by a log that shows it; every trouble has a look-alike too.

A row of ``lookalikes.jsonl`` is ``{"not": CAUSE, "log": ...}``: lines like those of the trouble,
and no such trouble.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.triage.log_reader import Scan, scan
from pidoctor.triage.symptoms import load

from .public_cases import public_cases
from .samplebook import samples
from .test_kinds_of_fault import CASES, found


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file beside this one."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


LOOKALIKES = rows("lookalikes.jsonl")
NOISE = [row["log"] for row in rows("noise.jsonl")]
"""Logs of tools that ended well, with words in them that look like failures."""

WORDINGS = [json.loads(line) for line in CASES]
OUTSIDE = rows("outside.jsonl")
"""Faults of programs and devices, which the contract of causes does not name."""

SEEN_ELSEWHERE = {"wrong-pycoral"}
"""Troubles that a check finds, and no log shows."""

IN_OTHER_TESTS = {"status-asked", "status-shown", "status-132", "status-137"}
"""Signs that tests with a few lines of their own show."""


def causes() -> set[str]:
    """The troubles that a log can show."""
    return set(load().causes) - SEEN_ELSEWHERE


@pytest.mark.parametrize("row", LOOKALIKES, ids=lambda row: row["not"])
def test_what_looks_like_a_trouble_and_is_none(row: dict[str, str]) -> None:
    assert row["not"] not in {diagnosis.cause for diagnosis in found(row["log"])}


@pytest.mark.parametrize("row", OUTSIDE, ids=lambda row: row["cause"])
def test_what_the_contract_does_not_name_is_explained(row: dict[str, str]) -> None:
    (diagnosis,) = found(row["log"])
    trouble = load().causes[row["cause"]]
    assert (diagnosis.cause, diagnosis.title) == ("unknown", trouble.title)
    assert diagnosis.explanation.startswith(trouble.explanation.split(". ")[0])
    assert diagnosis.fix.text in {advice.text for advice in trouble.remedies}


@pytest.mark.parametrize("log", NOISE)
def test_frightening_words_in_a_log_that_ends_well_are_no_alarm(log: str) -> None:
    first = found(log)[0]
    assert first.cause == "no-problem" or first.title == "Nothing to judge"


def test_a_cause_of_the_contract_goes_before_one_that_it_does_not_name() -> None:
    rows = {row["cause"]: row["log"] for row in OUTSIDE}
    log = rows["model-input-mismatch"] + "\nImportError: libGL.so.1: cannot open shared object file"
    assert [diagnosis.cause for diagnosis in found(log)] == ["missing-shared-library"]


def test_a_later_success_of_something_else_does_not_hide_it() -> None:
    (card,) = (row["log"] for row in OUTSIDE if row["cause"] == "card-errors")
    assert found(card + "\nSuccessfully installed flask-3.0.0")[0].cause == "unknown"


def test_every_trouble_has_a_look_alike() -> None:
    assert {row["not"] for row in LOOKALIKES} == causes()


def test_every_trouble_has_a_log_that_shows_it() -> None:
    shown = {cause for sample in samples() for cause in sample.causes}
    shown |= {case.cause for case in public_cases()}
    shown |= {row["cause"] for row in (*WORDINGS, *OUTSIDE)}
    assert causes() - shown == set()


def test_every_sign_has_a_log_that_shows_it() -> None:
    seen = {hit.symptom.id for each in scans() for hit in each.hits}
    assert {symptom.id for symptom in load().symptoms} - seen - IN_OTHER_TESTS == set()


def test_no_wording_stands_twice_for_one_cause() -> None:
    wordings = [(s.cause, each.text) for s in load().symptoms for each in s.patterns]
    assert {one for one in wordings if wordings.count(one) > 1} == set()


def scans() -> Iterator[Scan]:
    """Every log of the tests, read."""
    for sample in samples():
        yield scan([sample.read()], load())
    for case in public_cases():
        yield scan([case.log.encode()], load())
    for row in (*WORDINGS, *OUTSIDE):
        yield scan([row["log"].encode()], load())
