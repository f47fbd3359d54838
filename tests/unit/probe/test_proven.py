"""When an environment was last proven: the newest record counts, and only for what is there."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pidoctor.decoding import encode
from pidoctor.host.base import MissingError
from pidoctor.host.live import LiveHost
from pidoctor.install.receipt import record_proof
from pidoctor.probe.environment import PROOF, RECEIPT, _proven
from pidoctor.profile.fact import Fact
from pidoctor.profile.fingerprint import fingerprint
from pidoctor.profile.profile import Profile
from pidoctor.proof.proof import Proof
from tests.profiles import pi4

THERE = {"tflite-runtime": "2.14.0", "numpy": "1.26.4"}


def proof(status: str = "passed", numpy: str = "1.26.4") -> Proof:
    return Proof(status, "tflite-runtime", "2.14.0", numpy, None, "python", (), None, None)


def write(folder: Path, name: str, day: int, **of: Any) -> None:
    content = {
        "time": f"2026-11-{day:02}T10:00:00Z",
        "python": str(folder / "bin/python"),
        "proof": encode(proof(**of)),
        "fingerprint": fingerprint(pi4())._asdict(),
    }
    (folder / name).write_text(json.dumps(content))


def proven(folder: Path, machine: Profile | None = None) -> str | None:
    found = _proven(LiveHost(), str(folder), THERE, machine or pi4())
    return found and found[8:10]


def test_nothing_was_proven(tmp_path: Path) -> None:
    assert proven(tmp_path) is None


def test_the_newest_record_counts(tmp_path: Path) -> None:
    write(tmp_path, RECEIPT, 1)
    assert proven(tmp_path) == "01"
    write(tmp_path, PROOF, 3)
    assert proven(tmp_path) == "03"
    write(tmp_path, PROOF, 4, status="failed")
    assert proven(tmp_path) is None
    write(tmp_path, RECEIPT, 5)
    assert proven(tmp_path) == "05"


def test_a_proof_of_another_version_is_none(tmp_path: Path) -> None:
    write(tmp_path, RECEIPT, 1)
    write(tmp_path, PROOF, 2, numpy="1.25.2")
    assert proven(tmp_path) == "01"
    write(tmp_path, RECEIPT, 3, numpy="2.4.6")
    assert proven(tmp_path) is None


@pytest.mark.parametrize("text", ["[]", "{}", '{"time": 1, "proof": {}}', '{"proof": []}'])
def test_what_is_no_record_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / PROOF).write_text(text)
    with pytest.raises(ValueError, match="not a receipt"):
        proven(tmp_path)


def test_a_proof_is_recorded_and_read_again(tmp_path: Path) -> None:
    record_proof(tmp_path, proof(), pi4())
    assert _proven(LiveHost(), str(tmp_path), THERE, pi4()) is not None
    record_proof(tmp_path, proof("failed"), pi4())
    assert _proven(LiveHost(), str(tmp_path), THERE, pi4()) is None


def test_a_copy_was_not_proven(tmp_path: Path) -> None:
    first, copy = tmp_path / "first", tmp_path / "copy"
    first.mkdir()
    record_proof(first, proof(), pi4())
    write(first, RECEIPT, 1)
    shutil.copytree(first, copy)
    assert proven(copy) is None
    assert proven(first) is not None
    record_proof(copy, proof(), pi4())
    assert proven(copy) is not None


def moved(core: str) -> Profile:
    """A Pi 4 with another processor, as a board that the card was put into."""
    return replace(pi4(), cpu=replace(pi4().cpu, part=Fact.known(core, "/proc/cpuinfo")))


@pytest.mark.parametrize(
    ("machine", "told"),
    [
        (moved("cortex-a76"), "processor core cortex-a72, here cortex-a76"),
        (moved("cortex-a53"), "processor core cortex-a72, here cortex-a53"),
        (
            replace(pi4(), system=replace(pi4().system, libc_version=Fact.known("2.41", "libc"))),
            "C library glibc 2.36, here glibc 2.41",
        ),
        (
            replace(pi4(), system=replace(pi4().system, page_size=Fact.known(16384, "getconf"))),
            "page size 4 KiB, here 16 KiB",
        ),
    ],
)
def test_the_card_in_another_board_was_not_proven_there(
    tmp_path: Path, machine: Profile, told: str
) -> None:
    write(tmp_path, RECEIPT, 1)
    with pytest.raises(
        MissingError, match="its proof of 2026-11-01 was made on another machine"
    ) as e:
        proven(tmp_path, machine)
    assert told in str(e.value)
    record_proof(tmp_path, proof(), machine)
    assert proven(tmp_path, machine) is not None


def test_the_same_card_in_another_board_of_the_kind_was(tmp_path: Path) -> None:
    write(tmp_path, RECEIPT, 1)
    other = replace(pi4(), board=replace(pi4().board, model=Fact.known("Pi 4 no. 2", "x")))
    assert proven(tmp_path, other) == "01"


def test_a_record_that_tells_no_machine_proves_nothing(tmp_path: Path) -> None:
    record_proof(tmp_path, proof(), None)
    with pytest.raises(MissingError, match="does not tell on which machine"):
        proven(tmp_path)


def test_another_name_of_the_folder_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "link").symlink_to("first")
    write(tmp_path / "first", RECEIPT, 1)
    assert proven(tmp_path / "link") == "01"


@pytest.mark.parametrize("python", ["", "python", "/", 7])
def test_a_record_of_no_environment_proves_nothing(tmp_path: Path, python: object) -> None:
    write(tmp_path, RECEIPT, 1)
    data = json.loads((tmp_path / RECEIPT).read_text())
    (tmp_path / RECEIPT).write_text(json.dumps({**data, "python": python}))
    assert proven(tmp_path) is None


def test_where_nothing_can_be_written_nothing_fails(tmp_path: Path) -> None:
    record_proof(tmp_path / "gone", proof(), pi4())
    assert not os.path.lexists(tmp_path / "gone")
