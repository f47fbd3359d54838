"""What the shipped index says of a package over time (all figures: its pages on the index)."""

from __future__ import annotations

import pytest

from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.decoding import encode
from pidoctor.profile.named_targets import target
from pidoctor.resolve.history import History, history
from pidoctor.resolve.machine import machine_of


def history_of(name: str, where: str) -> History:
    project = WheelsIndex(shipped_index()).project(name)
    assert project is not None
    return history(name, project, machine_of(target(where)), "")


def test_a_package_that_ended() -> None:
    found = history_of("tflite-runtime", "pi4-4gb/trixie-64")
    assert (found.last, found.python) == ("2.14.0", "3.13")
    assert found.pythons == ("3.8", "3.9", "3.10", "3.11")  # of 2.14.0, not of all versions
    assert found.of_all[0] == "3.7"
    assert (found.first_for_python, found.last_for_python) == ("", "")


def test_a_package_that_goes_on_without_an_old_python() -> None:
    found = history_of("ai-edge-litert", "pi4-4gb/bullseye-64")
    assert found.last_for_python == "2.1.0"
    assert "3.9" not in found.pythons
    assert encode(found)["last_for_python"] == "2.1.0"


@pytest.mark.parametrize("name", ["tensorflow", "ai-edge-litert"])
def test_what_was_never_published_for_a_processor(name: str) -> None:
    found = history_of(name, "pi4-4gb/bookworm-32")
    assert (found.first, found.last, found.pythons) == ("", "", ())
