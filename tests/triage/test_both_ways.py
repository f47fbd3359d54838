"""Every trouble and every sign is met by a log that shows it; every trouble has a look-alike too.

The row of a trouble may bring both (``shown``, ``lookalike``). A row of ``lookalikes.jsonl`` is
``{"not": CAUSE, "log": ...}``: lines like those of the trouble, and no such trouble.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.triage.log_reader import Scan, scan
from pidoctor.triage.symptoms import load
from tests.unit.catalog.test_readme_of_the_tables import examples

from .public_cases import public_cases
from .samplebook import samples
from .test_kinds_of_fault import CASES, found


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a file beside this one."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def lookalikes() -> list[dict[str, str]]:
    """Those of the file beside this one, and those that the rows of troubles bring."""
    brought = ({"not": t.id, "log": t.lookalike} for t in load().causes.values() if t.lookalike)
    return [*rows("lookalikes.jsonl"), *brought]


def shown() -> list[tuple[str, str]]:
    """A trouble, and text by which its row shows one of its signs."""
    signs = ((row.id, sign) for row in load().causes.values() for sign in row.log)
    return [(trouble, sign.shown) for trouble, sign in signs if sign.shown]


def told(log: str) -> set[str]:
    """The troubles that triage tells of, by their id or, outside of its contract, their title."""
    named = {row.title: row.id for row in load().causes.values() if row.outside}
    return {named.get(each.title, each.cause) for each in found(log)}


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


@pytest.mark.parametrize("row", lookalikes(), ids=lambda row: row["not"])
def test_what_looks_like_a_trouble_and_is_none(row: dict[str, str]) -> None:
    assert row["not"] not in told(row["log"])


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
    bare = causes() - {row["not"] for row in lookalikes()}
    assert not bare, f"give the rows of {bare} text that only looks like them: lookalike"


def test_every_trouble_has_a_log_that_shows_it() -> None:
    seen = {cause for sample in samples() for cause in sample.causes}
    seen |= {case.cause for case in public_cases()}
    seen |= {row["cause"] for row in (*WORDINGS, *OUTSIDE)} | {trouble for trouble, _ in shown()}
    bare = causes() - seen
    assert not bare, f"give a sign of {bare} text that shows it: shown"


def test_every_sign_has_a_log_that_shows_it() -> None:
    seen = {hit.symptom.id for each in scans() for hit in each.hits}
    bare = {symptom.id for symptom in load().symptoms} - seen - IN_OTHER_TESTS
    assert not bare, f"give the signs {bare} text that shows them: shown"


def test_what_shows_a_trouble_in_its_row_is_told_as_it() -> None:
    for trouble, log in shown():
        assert trouble in told(log)


def test_a_symptom_of_the_readme_needs_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = next(found for found in examples() if found["title"] == "A symptom")
    (tmp_path / example["file"]).write_text(example["json"], encoding="utf-8")
    monkeypatch.setenv("PIDOCTOR_DATA", str(tmp_path))
    load.cache_clear()
    try:
        own = str(json.loads(example["json"])["troubles"][0]["id"])
        assert own in causes()
        test_every_trouble_has_a_look_alike()
        test_every_trouble_has_a_log_that_shows_it()
        test_what_shows_a_trouble_in_its_row_is_told_as_it()
        for row in lookalikes():
            assert row["not"] != own or own not in told(row["log"])
        assert {sign.id for sign in load().causes[own].log} <= {
            hit.symptom.id for _, log in shown() for hit in scan([log.encode()], load()).hits
        }
    finally:
        load.cache_clear()


def test_no_wording_stands_twice_for_one_cause() -> None:
    wordings = [(s.cause, each.text) for s in load().symptoms for each in s.patterns]
    assert {one for one in wordings if wordings.count(one) > 1} == set()


def scans() -> Iterator[Scan]:
    """Every log of the tests, read."""
    for sample in samples():
        yield scan([sample.read()], load())
    for case in public_cases():
        yield scan([case.log.encode()], load())
    for log in (*(row["log"] for row in (*WORDINGS, *OUTSIDE)), *(log for _, log in shown())):
        yield scan([log.encode()], load())
