"""When an environment was last proven: the newest record counts, and only for what is there."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from pidoctor.decoding import encode
from pidoctor.host.live import LiveHost
from pidoctor.install.receipt import record_proof
from pidoctor.probe.environment import PROOF, RECEIPT, _proven
from pidoctor.proof.proof import Proof

THERE = {"tflite-runtime": "2.14.0", "numpy": "1.26.4"}


def proof(status: str = "passed", numpy: str = "1.26.4") -> Proof:
    return Proof(status, "tflite-runtime", "2.14.0", numpy, None, "python", (), None, None)


def write(folder: Path, name: str, day: int, **of: Any) -> None:
    content = {
        "time": f"2026-11-{day:02}T10:00:00Z",
        "python": str(folder / "bin/python"),
        "proof": encode(proof(**of)),
    }
    (folder / name).write_text(json.dumps(content))


def proven(folder: Path) -> str | None:
    found = _proven(LiveHost(), str(folder), THERE)
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
    record_proof(tmp_path, proof())
    assert _proven(LiveHost(), str(tmp_path), THERE) is not None
    record_proof(tmp_path, proof("failed"))
    assert _proven(LiveHost(), str(tmp_path), THERE) is None


def test_a_copy_was_not_proven(tmp_path: Path) -> None:
    first, copy = tmp_path / "first", tmp_path / "copy"
    first.mkdir()
    record_proof(first, proof())
    write(first, RECEIPT, 1)
    shutil.copytree(first, copy)
    assert proven(copy) is None
    assert proven(first) is not None
    record_proof(copy, proof())
    assert proven(copy) is not None


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
    record_proof(tmp_path / "gone", proof())
    assert not os.path.lexists(tmp_path / "gone")
