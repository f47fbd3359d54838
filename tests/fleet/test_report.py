"""``pidoctor fleet report``: many documents to groups, and what tells the groups apart."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pidoctor.fleet.documents import LIMIT, board_name
from pidoctor.install.manifest import write_manifest
from pidoctor.install.receipt import record_proof
from pidoctor.profile import codec
from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from tests.cli.program import pidoctor
from tests.fleet.samples import profile_file, receipt, write
from tests.unit.report.samples import failed_proof, passed_proof

MACHINES = Path(__file__).parent.parent / "machines"
BOOKWORM = "pi4-4gb/bookworm-64"
LIMITED = hasattr(sys, "get_int_max_str_digits")  # Python refuses to read longer numbers


def report(*words: str) -> Any:
    """The fleet in the envelope, with the exit code."""
    run = pidoctor("fleet", "report", "--json", *words)
    return SimpleNamespace(code=run.code, **run.json["fleet"], verdict=run.json["verdict"])


def test_boards_are_grouped_by_fingerprint_and_verdict(tmp_path: Path) -> None:
    profile = target(BOOKWORM)
    for number in range(3):
        write(tmp_path, f"kiosk-{number}", receipt(profile))
    write(tmp_path, "kiosk-10", receipt(profile, "2.2.6", passed=False))
    fleet = report(str(tmp_path))
    assert fleet.code == 1
    assert [(g["verdict"], g["boards"]) for g in fleet.groups] == [("fails", 1), ("works", 3)]
    assert fleet.groups[1]["names"] == ["kiosk-0", "kiosk-1", "kiosk-2"]
    assert fleet.groups[0]["causes"] == [
        {"id": "numpy-abi", "text": "It was compiled for NumPy 1.", "boards": 1}
    ]
    assert fleet.groups[0]["fingerprint"] == fleet.groups[1]["fingerprint"]
    assert fleet.verdict == "Of 4 boards 3 work and 1 failed."


def test_the_fact_that_tells_them_apart_is_verified_by_resolving(tmp_path: Path) -> None:
    """One with Python 3.14, where tflite-runtime has no wheel; those with 3.11 have one."""
    for number in range(2):
        profile_file(tmp_path, f"good-{number}", BOOKWORM)
    profile_file(tmp_path, "bad", f"{BOOKWORM}/py3.13")
    fleet = report(str(tmp_path), "--requirement", "tflite-runtime")
    (bad,) = [group for group in fleet.groups if group["verdict"] == "cannot"]
    told = bad["telling"]
    assert (told["fact"], told["here"], told["there"]) == ("Python", "3.13", "3.11")
    assert told["boards"] == 2
    assert "tflite-runtime 2.14.0" in told["result"]
    told_to = pidoctor("check", "tflite-runtime", "--target", BOOKWORM)
    assert told_to.code == 0  # what it says is possible is possible


def test_a_fact_that_differs_and_decides_nothing_is_not_named(tmp_path: Path) -> None:
    """The boards differ in memory alone, and nothing fits either of them."""
    profile_file(tmp_path, "small", "pi4-2gb/bookworm-32/py3.13")
    profile_file(tmp_path, "large", "pi4-4gb/bookworm-32/py3.13")
    fleet = report(str(tmp_path))
    assert {group["verdict"] for group in fleet.groups} == {"cannot"}
    assert all(group["telling"] is None for group in fleet.groups)


def test_what_ran_counts_more_than_what_could_be_installed(tmp_path: Path) -> None:
    profile = target(BOOKWORM)
    write(tmp_path / "receipts", "kiosk", receipt(profile, passed=False))
    profile_file(tmp_path / "machines", "kiosk", BOOKWORM)
    for order in (("receipts", "machines"), ("machines", "receipts")):
        fleet = report(*(str(tmp_path / name) for name in order))
        assert [(g["verdict"], g["boards"]) for g in fleet.groups] == [("fails", 1)]


def test_what_an_install_on_the_board_said_counts_more_than_its_capture(tmp_path: Path) -> None:
    """The disk is full; the capture is the later one, and nobody looks in it at how full it is."""
    profile_file(tmp_path / "captures", "kiosk", BOOKWORM)
    answer = {"schema": "pidoctor-result/1", "command": "install", "exit_code": 1}
    nearest = {"status": "impossible", "nearest_miss": {"reason": "disk"}, "message": "It is full"}
    machine = receipt(target(BOOKWORM))["profile"]
    path = write(tmp_path / "in", "kiosk", {**answer, "resolution": nearest, "profile": machine})
    os.utime(path, (time.time() - 1000,) * 2)
    (group,) = report(str(tmp_path / "in"), str(tmp_path / "captures")).groups
    assert (group["verdict"], group["causes"][0]["id"]) == ("cannot", "disk")


def test_of_two_receipts_the_later_one_counts(tmp_path: Path) -> None:
    old, new = receipt(target(BOOKWORM), passed=False), receipt(target(BOOKWORM))
    new["time"] = "2026-11-26T10:00:00Z"
    write(tmp_path / "b", "kiosk", old)
    write(tmp_path / "a", "kiosk", new)
    fleet = report(str(tmp_path / "b"), str(tmp_path / "a"))
    assert [group["verdict"] for group in fleet.groups] == ["works"]
    fleet = report(str(tmp_path / "a"), str(tmp_path / "b"))
    assert [group["verdict"] for group in fleet.groups] == ["works"]


@pytest.mark.parametrize("clock", ["1970-01-01T00:05:00Z", "2038-01-19T03:14:08Z", "", "noon"])
@pytest.mark.parametrize("passed", [True, False])
def test_a_clock_that_is_wrong_does_not_decide_which_document_is_the_later(
    tmp_path: Path, clock: str, passed: bool
) -> None:
    """The file says then when it was written: the last one counts."""
    now = time.time()
    for age, (name, ended) in enumerate((("new", passed), ("old", not passed))):
        path = write(tmp_path / name, "kiosk", {**receipt(target(BOOKWORM), passed=ended)})
        sent = {**json.loads(path.read_text()), "time": clock}
        path.write_text(json.dumps(sent), encoding="utf-8")
        os.utime(path, (now - age * 1000, now - age * 1000))
    fleet = report(str(tmp_path))
    assert [group["verdict"] for group in fleet.groups] == ["works" if passed else "fails"]


def test_times_of_other_zones_are_compared_as_times(tmp_path: Path) -> None:
    for name, ended, at in (
        ("a", True, "2026-11-25T10:00:00+02:00"),
        ("b", False, "2026-11-25T09:00:00Z"),
    ):
        write(tmp_path / name, "kiosk", {**receipt(target(BOOKWORM), passed=ended), "time": at})
    assert [group["verdict"] for group in report(str(tmp_path)).groups] == ["fails"]


def test_what_pidoctor_ended_with_on_a_board_is_told(tmp_path: Path) -> None:
    """It is not known how the board does, and it is not left out."""
    answer = {"schema": "pidoctor-result/1", "command": "install", "exit_code": 4}
    write(tmp_path, "kiosk", {**answer, "error": "pidoctor install gave no answer: Killed"})
    (group,) = report(str(tmp_path)).groups
    assert (group["names"], group["verdict"]) == (["kiosk"], "unknown")
    assert group["causes"][0]["id"] == "no-answer"
    assert "Killed" in group["causes"][0]["text"]


@pytest.mark.parametrize("passed", [True, False])
def test_a_proof_that_smoke_left_counts_and_the_later_one_at_that(
    tmp_path: Path, passed: bool
) -> None:
    installed = receipt(target(BOOKWORM), passed=not passed)
    write(tmp_path, "kiosk", installed)
    proof = passed_proof() if passed else failed_proof()
    record_proof(tmp_path / "kiosk", proof, target(BOOKWORM))
    write_manifest(tmp_path / "kiosk")
    fleet = report(str(tmp_path))
    assert (fleet.unread, fleet.boards) == (0, 1)
    assert [group["verdict"] for group in fleet.groups] == ["works" if passed else "fails"]


def test_packages_of_an_environment_are_no_documents(tmp_path: Path) -> None:
    write(tmp_path, "kiosk", receipt(target(BOOKWORM)))
    inside = tmp_path / "kiosk/venv/lib/python3.11/site-packages/flatbuffers.dist-info"
    inside.mkdir(parents=True)
    (inside / "direct_url.json").write_text("{}", encoding="utf-8")
    assert report(str(tmp_path)).unread == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not JSON: it is empty"),
        (b"\xff\xff", "is not JSON: it is not text"),
        (b"[" * 100_000, "is not JSON: it is nested too deeply"),
        (b'{"schema":\n "pidoctor-receipt/1",}', "is not JSON: line 2, column"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "number" if LIMITED else "no receipt"),
        (b"null", "no result"),
        (b'{"schema": "other/1"}', "other/1"),
        (b'{"schema": "pidoctor-profile/1"}', "missing"),
        (b'{"schema": "pidoctor-capture/1", "files": 3}', "capture"),
        (b'{"schema": "pidoctor-result/1", "command": "matrix"}', "of no board"),
        (b'{"a": "' + b"x" * (LIMIT + 1) + b'"}', "larger than"),
        (b"PK\x03\x04 no zip", "not a bundle"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_bad_file_stops_nothing(tmp_path: Path, content: bytes, reason: str) -> None:
    write(tmp_path, "good", receipt(target(BOOKWORM)))
    (tmp_path / "a-bad.json").write_bytes(content)
    fleet = report(str(tmp_path))
    assert fleet.code == 3  # nothing is wrong with a board, but one could not be read
    assert (fleet.boards, fleet.unread) == (1, 1)
    assert reason in fleet.not_read[0]["error"]


def test_a_receipt_of_an_older_pidoctor_counts(tmp_path: Path) -> None:
    """Its machine lacks a fact that is new; how the board does is known all the same."""
    old = receipt(target(BOOKWORM))
    del old["profile"]["system"]["page_size"]
    write(tmp_path, "old", old)
    write(tmp_path, "older", {k: v for k, v in old.items() if k not in ("profile", "fingerprint")})
    fleet = report(str(tmp_path))
    assert (fleet.code, fleet.unread) == (0, 0)
    assert {name for group in fleet.groups for name in group["names"]} == {"old", "older"}


def test_a_receipt_of_an_older_pidoctor_is_in_the_group_of_its_machine(tmp_path: Path) -> None:
    """It lacks facts of the fingerprint, and holds the machine that has them."""
    new, old = receipt(target(BOOKWORM)), receipt(target(BOOKWORM))
    del old["fingerprint"]["libraries"], old["fingerprint"]["sources"]
    write(tmp_path, "new", new)
    write(tmp_path, "old", old)
    (group,) = report(str(tmp_path)).groups
    assert group["names"] == ["new", "old"]


def test_boards_of_one_kind_that_get_different_answers_are_two_groups(tmp_path: Path) -> None:
    """They differ in one missing library alone, or in whose Python it is."""
    machine = target("pi4-4gb/bookworm-32")
    lacks: Fact[tuple[str, ...]] = Fact.known(("libgcc_s.so.1",), "varied")
    bare = replace(machine, system=replace(machine.system, lacks=lacks))
    own = replace(machine.python, is_system=Fact.known(False, "varied"))
    beside = replace(machine, python=own, indexes=Fact.known((), "varied"))
    for name, one in (("whole", machine), ("bare", bare), ("beside", beside)):
        text = json.dumps(codec.to_json(one))
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    fleet = report(str(tmp_path))
    assert {g["names"][0]: g["verdict"] for g in fleet.groups} == {
        "whole": "fits",
        "bare": "cannot",
        "beside": "cannot",
    }
    assert len({json.dumps(group["fingerprint"]) for group in fleet.groups}) == 3


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [None], {"packages": [3]}])
@pytest.mark.parametrize("key", ["plan", "proof", "fingerprint", "time", "profile"])
def test_a_receipt_with_nonsense_in_it_is_no_traceback(
    tmp_path: Path, key: str, value: Any
) -> None:
    write(tmp_path, "odd", {**receipt(target(BOOKWORM)), key: value})
    fleet = report(str(tmp_path))
    assert fleet.documents == 1
    assert not any("Error:" in one["error"] for one in fleet.not_read)


@pytest.mark.parametrize("version", ["not a version", "3", "3.x", "", "3." + "9" * 400])
@pytest.mark.parametrize("where", ["good", "bad"])
def test_nonsense_in_one_machine_leaves_the_others_compared(
    tmp_path: Path, version: str, where: str
) -> None:
    for name, machine in (("good", BOOKWORM), ("bad", f"{BOOKWORM}/py3.13")):
        profile_file(tmp_path, name, machine)
    odd = codec.to_json(target(BOOKWORM if where == "good" else f"{BOOKWORM}/py3.13"))
    odd["python"]["version"]["value"] = version
    sent = {**receipt(target(BOOKWORM), passed=where == "good"), "profile": odd}
    del sent["fingerprint"]
    write(tmp_path, "odd", sent)
    fleet = report(str(tmp_path), "--requirement", "tflite-runtime")
    (cannot,) = [group for group in fleet.groups if group["names"] == ["bad"]]
    assert cannot["telling"]["fact"] == "Python"


@pytest.mark.parametrize("proof", [None, {}, {"status": "later"}, {"status": True}, [1]])
def test_a_receipt_without_a_proof_is_neither_works_nor_fails(tmp_path: Path, proof: Any) -> None:
    write(tmp_path, "odd", {**receipt(target(BOOKWORM)), "proof": proof})
    (group,) = report(str(tmp_path)).groups
    assert group["verdict"] == "unknown"
    assert group["causes"][0]["id"] == "no-proof"


def test_captures_are_looked_at_and_resolved_for(tmp_path: Path) -> None:
    for name in ("pi-zero-w-bookworm-32", "pi4-bullseye-64"):
        path = tmp_path / f"{name}.json"
        path.write_bytes((MACHINES / name / "capture.json").read_bytes())
    fleet = report(str(tmp_path))
    assert {g["names"][0]: g["verdict"] for g in fleet.groups} == {
        "pi-zero-w-bookworm-32": "cannot",
        "pi4-bullseye-64": "fits",
    }


def test_diagnoses_and_results_come_in_by_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.log").write_text("ERROR: Could not find a version (from versions: none)\n")
    case = pidoctor("triage", "--jsonl", str(tmp_path / "one.log")).out
    checked = json.loads(pidoctor("check", "--json", "--target", BOOKWORM).out)
    lines = case + json.dumps({**checked, "board": "pi-7"}) + "\n" + "{broken\n"
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(lines.encode())))
    fleet = report("-")
    assert {n: g["verdict"] for g in fleet.groups for n in g["names"]} == {
        "one": "fails" if '"unknown"' not in case else "unknown",
        "pi-7": "fits",
    }
    assert [one["source"] for one in fleet.not_read] == ["standard input"]


@pytest.mark.parametrize(
    ("path", "board"),
    [
        ("/f/kiosk-7/receipt.json", "kiosk-7"),
        ("/f/kiosk-7.json", "kiosk-7"),
        ("/f/kiosk-7.receipt.json", "kiosk-7"),
        ("/f/kiosk-7/.venv/.pidoctor/receipt.json", "kiosk-7"),
        ("/f/kiosk-7/pidoctor-capture.json", "kiosk-7"),
        ("/f/kiosk-7/.venv/pidoctor-proof.json", "kiosk-7"),
        ("/f/10.0.0.7.json", "10.0.0.7"),
        ("/f/a\x1b[31m\n.json", "a"),
    ],
)
def test_a_board_is_named_by_its_file(path: str, board: str) -> None:
    assert board_name(path) == board


def test_what_has_changed_since_the_last_report(tmp_path: Path) -> None:
    profile, store = target(BOOKWORM), str(tmp_path / "fleet.db")
    for name in ("same", "breaks", "goes"):
        write(tmp_path / "in", name, receipt(profile))
    first = report(str(tmp_path / "in"), "--store", store)
    assert first.drift is None
    broken = receipt(profile, passed=False)
    write(tmp_path / "in", "breaks", {**broken, "time": "2026-11-26T00:00:00Z"})
    write(tmp_path / "in", "new", receipt(profile))
    (tmp_path / "in" / "goes" / "receipt.json").unlink()
    drift = report(str(tmp_path / "in"), "--store", store).drift
    assert (drift["new"], drift["gone"], drift["changed"]) == (1, 1, 1)
    says = "tflite-runtime 2.14.0"
    assert {moved["board"]: (moved["before"], moved["after"]) for moved in drift["boards"]} == {
        "new": (None, f"works {says}"),
        "goes": (f"works {says}", None),
        "breaks": (f"works {says}", f"fails {says}"),
    }


@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("receipt.json", "no store"),
        ("folder", "regular file"),
        ("none/fleet.db", "unable to open"),
        ("mysql://host/x", "postgresql://"),
    ],
)
def test_a_store_that_is_none_is_one_line(tmp_path: Path, store: str, says: str) -> None:
    path = write(tmp_path, "kiosk", receipt(target(BOOKWORM)))
    (tmp_path / "receipt.json").write_bytes(path.read_bytes())
    (tmp_path / "folder").mkdir()
    where = store if "://" in store else str(tmp_path / store)
    run = pidoctor("fleet", "report", str(path), "--store", where)
    assert run.code in (2, 3)
    assert says in run.err
    assert run.err.count("\n") == 1


def test_the_database_of_another_program_is_not_written_to(tmp_path: Path) -> None:
    path = write(tmp_path, "kiosk", receipt(target(BOOKWORM)))
    theirs = tmp_path / "theirs.db"
    with closing(sqlite3.connect(theirs)) as connection:
        connection.execute("CREATE TABLE mine (word TEXT)")
        connection.commit()
    before = theirs.read_bytes()
    run = pidoctor("fleet", "report", str(path), "--store", str(theirs))
    assert (run.code, run.err.count("\n")) == (2, 1)
    assert "is no store of `pidoctor fleet report`" in run.err
    assert theirs.read_bytes() == before


def test_a_source_that_is_not_there_is_said(tmp_path: Path) -> None:
    run = pidoctor("fleet", "report", str(tmp_path / "nothing"))
    assert (run.code, run.err.count("\n")) == (2, 1)


def test_the_table_says_it_in_words(tmp_path: Path) -> None:
    profile_file(tmp_path, "good", BOOKWORM)
    profile_file(tmp_path, "bad", f"{BOOKWORM}/py3.13")
    run = pidoctor("fleet", "report", str(tmp_path), "--requirement", "tflite-runtime")
    text = " ".join(run.out.split())
    assert "1 board: cannot be installed as it is" in text
    assert "What differs is the Python: 3.13 here, 3.11 on 1 board that can run it." in text
    assert text.endswith("Of 2 boards 1 fits and was not tried and 1 cannot as it is.")


def test_the_page_escapes_what_others_wrote_and_loads_nothing(tmp_path: Path) -> None:
    bad = receipt(target(BOOKWORM), passed=False)
    bad["proof"]["death"] = {"kind": "<b>", "message": "<script>alert(1)</script> token=hunter22"}
    write(tmp_path, "<img src=x>", bad)
    page = tmp_path / "fleet.html"
    assert pidoctor("fleet", "report", str(tmp_path), "--html", str(page)).code == 1
    text = page.read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "hunter22" not in text
    assert "1 board: failed" in text


def test_a_line_a_board(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path, f"kiosk-{number}", receipt(target(BOOKWORM)))
    run = pidoctor("fleet", "report", str(tmp_path), "--jsonl")
    lines = [json.loads(line) for line in run.out.splitlines()]
    assert [line["board"] for line in lines] == ["kiosk-0", "kiosk-1", "kiosk-2"]
    assert {line["verdict"] for line in lines} == {"works"}


def test_of_hundreds_of_groups_the_first_are_shown(tmp_path: Path) -> None:
    """As many kinds as boards; what is left out is said, and where it is shown."""
    kinds = 230
    sent = receipt(target(BOOKWORM))
    for number in range(kinds):
        machine = {**sent["fingerprint"], "core": f"core-{number}"}
        write(tmp_path, f"kiosk-{number}", {**sent, "fingerprint": machine, "profile": None})
    page = tmp_path / "fleet.html"
    shown = pidoctor("fleet", "report", str(tmp_path), "--html", str(page)).out
    assert "205 more groups of 205 boards; -v shows them all." in shown
    assert shown.count("1 board: works") == 25
    text = page.read_text(encoding="utf-8")
    assert text.count("1 board: works") == 200
    assert "30 more groups of 30 boards; --json shows them all." in text
    assert pidoctor("fleet", "report", str(tmp_path), "-v").out.count("1 board: works") == kinds
