"""What a file is has one name, whether it was given as a model or as a log."""

from __future__ import annotations

import pytest

from pidoctor.catalog.file_kinds import ZIP, FileKind, FileKindsTable, kind_of_file
from pidoctor.catalog.tables import load
from pidoctor.model.file import check_head
from pidoctor.model.flatbuffer import ModelError
from pidoctor.triage.diagnose import triage

ROWS = load(FileKindsTable).file_kinds


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_file_has_one_name(row: FileKind) -> None:
    head = (b"\x01" * row.at + bytes.fromhex(row.begins)).ljust(64, b"\x01")
    name = row.names[0].replace("*", "1").replace("[0-9]", "2") if row.names else ""
    members = [held.replace("*", "1") for held in row.holds]
    assert kind_of_file(head, name, members) == row
    if row.names:
        assert kind_of_file(head) != row
    if not members and not head.startswith((ZIP, b"\n")):  # opened; a text's first lines left out
        with pytest.raises(ModelError, match="tflite model but") as refused:
            check_head(f"given/{name}", head)
        assert f"{row.what}: {row.as_model}" in str(refused.value)
    if row.names or row.holds:  # what a log is is not told by its name
        return
    if not row.may_be_text and not head.startswith(b"\x1f\x8b"):  # that is unpacked
        (answer,) = triage([head])
        assert f"It looks like {row.what}, not like the text of a log." in answer.explanation


@pytest.mark.parametrize("before", [b"<!DOCTYPE html><pre>", bytes(64), b"\n"])
def test_a_log_may_begin_as_a_page_or_as_a_power_cut_leaves_it(before: bytes) -> None:
    log = before + b"ERROR: No matching distribution found for tflite-runtime\n"
    assert "looks like" not in triage([log])[0].explanation
