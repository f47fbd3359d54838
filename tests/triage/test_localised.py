"""What real programs print in other languages is read as it is in English."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pidoctor.triage.diagnose import triage

FILE = Path(__file__).with_name("localised.jsonl")
ROWS = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def test_ten_languages_say_ten_things() -> None:
    assert len({row["language"] for row in ROWS}) >= 10
    assert len({(row["cause"], row["package"]) for row in ROWS}) >= 10
    assert all(len(row["package"].split()) == 2 for row in ROWS)


@pytest.mark.parametrize(
    "row", ROWS, ids=[f"{row['language']}-{number}" for number, row in enumerate(ROWS)]
)
def test_a_failure_in_another_language(row: dict[str, str]) -> None:
    answer = triage([row["log"].encode()])[0]
    assert (answer.cause, answer.title == "Nothing to judge") == (row["cause"], False)
