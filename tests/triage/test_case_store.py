"""The store of cases: redacted, bounded, asked again later."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from pidoctor.cli.main import main
from pidoctor.errors import UsageError
from pidoctor.result import Remedy
from pidoctor.triage import case_store
from pidoctor.triage.cases import LogCase, by_cause, diagnose_each, unexplained
from pidoctor.triage.diagnosis import Diagnosis, LogLine

FULL = "OSError: [Errno 28] No space left on device\n"
ADDRESS = "https://me:hunter2@example.org/simple"
UNKNOWN = f"pip install --index-url {ADDRESS} x\nfrobnicate error: {ADDRESS}\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A full card in March, and in April that and something unknown with a password."""
    folder = tmp_path / "logs"
    folder.mkdir()
    for name, text, time in (
        ("a.log", FULL, 1_772_500_000),
        ("b.log", f"{FULL}\n", 1_775_500_000),
        ("c.log", UNKNOWN, 1_775_500_000),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        os.utime(folder / name, (time, time))
    return folder


def test_what_was_stored_is_shown_again(
    logs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "cases.db")
    assert main(["triage", str(logs), "--store", store]) == 1
    first = capsys.readouterr().out
    assert main(["triage", str(logs), "--store", store]) == 1  # the same again is kept once
    capsys.readouterr()
    assert main(["triage", "--store", store]) == 1
    again = capsys.readouterr().out
    assert "no-space-left" in first
    assert "no-space-left  2026-03: 1, 2026-04: 1" in again
    assert main(["triage", "--store", store, "--jsonl"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["made"][:7], row["diagnosis"]["cause"]) for row in rows] == [
        ("2026-03", "no-space-left"),
        ("2026-04", "no-space-left"),
        ("2026-04", "unknown"),
    ]
    assert rows[0]["diagnosis"]["evidence"] == [{"line": 1, "text": FULL.strip()}]


def test_nothing_secret_is_in_the_file(logs: Path, tmp_path: Path) -> None:
    store = tmp_path / "cases.db"
    case_store.add(str(store), list(diagnose_each(sorted(map(str, logs.iterdir())))))
    assert b"frobnicate" in store.read_bytes()
    assert b"hunter2" not in store.read_bytes()


def test_what_is_no_store_is_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "text.db"
    text.write_text("hello", encoding="utf-8")
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (x)")
    newer = tmp_path / "newer.db"
    case_store.add(str(newer), [])
    with sqlite3.connect(newer) as connection:
        connection.execute("PRAGMA user_version = 99")
    for path in (text, other, newer, tmp_path, tmp_path / "none.db"):
        with pytest.raises(UsageError):
            case_store.read(str(path))
    for path in (text, other, newer, tmp_path):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(UsageError):
            case_store.add(str(path), [])
        assert before == (path.read_bytes() if path.is_file() else b"")


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_store, "KEPT", 2)
    store = str(tmp_path / "cases.db")
    case_store.add(store, [_case(f"{n}.log", "x", f"2026-0{n}-01") for n in range(1, 5)])
    assert [case.log for case in case_store.read(store)] == ["3.log", "4.log"]


def test_wordings_that_are_alike_are_one_group_and_the_newest_comes_first() -> None:
    cases = [
        _case("a", "frob failed for 'numpy' at /x/1 with code 3", "2026-01-01"),
        _case("b", "frob failed for 'scipy' at /y with code 4.5", "2026-02-01"),
        _case("c", "frob failed for 'scipy' in /y with code 4", "2026-03-01"),
        _case("d", "the moon is full", "2026-05-01"),
        _case("e", "no date, no error", ""),
    ]
    assert [(len(g.cases), g.newest) for g in unexplained(cases)] == [
        (1, "2026-05-01"),
        (3, "2026-03-01"),
        (1, ""),
    ]
    assert by_cause(cases)[0].by_month() == {"2026-01": 1, "2026-02": 1, "2026-03": 1, "2026-05": 1}


def _case(log: str, text: str, made: str) -> LogCase:
    found = Diagnosis("unknown", 0.0, (LogLine(1, text),), "", Remedy(""))
    return LogCase(log, found, made=made)
