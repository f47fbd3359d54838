"""Every answer says what it rests on: claimed, read or proven."""

from __future__ import annotations

import pytest

from pidoctor.api import resolve
from pidoctor.cli.matrix import matrix
from pidoctor.decoding import encode
from pidoctor.profile.named_targets import target
from pidoctor.report.matrix_cells import strength
from pidoctor.resolve.plan import Impossible, Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.verdict import Reason


@pytest.mark.parametrize(
    ("where", "asked", "strength_of_it"),
    [
        ("beaglebone-black/debian-bookworm-32", "tflite-runtime==2.14.0", "proven"),
        ("pi4/ubuntu-20.04-64", "ai-edge-litert==2.3.0", "claimed"),
        ("pi4/debian-bullseye-64", "ai-edge-litert==2.1.0", "read"),
        ("pi4/bullseye-64", "tflite-runtime==2.12.0", "read"),
        ("pi4/trixie-32", "tensorflow", "claimed"),
        ("pi4/bookworm-64", "tensorflow==2.13.*", "read"),  # by tensorflow-cpu-aws's files
        ("pi4/bookworm-64", "tensorflow<2.16", "read"),
    ],
)
def test_an_answer_says_what_it_rests_on(where: str, asked: str, strength_of_it: str) -> None:
    found = resolve(target(where), asked)
    assert encode(found)["rests_on"].partition(":")[0] == strength_of_it


def test_a_death_on_an_emulated_core_is_told_beside_what_was_read() -> None:
    found = resolve(target("beaglebone-black/debian-bookworm-32"), "tflite-runtime==2.14.0")
    assert isinstance(found, Impossible)
    assert found.nearest is not None
    assert "VFPv4" in found.nearest.detail
    assert "it was run" in found.nearest.detail


def test_every_reason_has_a_strength() -> None:
    assert {reason.strength for reason in Reason} == {"claimed", "read"}


def test_a_cell_says_it_too() -> None:
    from pidoctor.api import _catalog

    names = ["pi4/bookworm-32", "beaglebone-black/debian-bookworm-32", "pi4/trixie-32"]
    request = parse_request("tflite-runtime", _catalog())
    cells = list(matrix(names, request, _catalog()))
    assert [(cell.status, cell.rests_on) for cell in cells] == [
        ("plan", "proven"),
        ("impossible", "proven"),
        ("impossible", "claimed"),
    ]
    assert [strength(cell) for cell in cells] == ["+", "+", ""]


def test_a_plan_names_the_run_that_proves_it() -> None:
    found = resolve(target("pi4/bookworm-32"), "tflite-runtime")
    assert isinstance(found, Plan)
    assert found.rests_on.startswith("proven: float32 and int8 ran on cortex-")
