"""What would be downloaded for devices that the machine has not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Accelerator, Profile
from pidoctor.requirements.project import read_project
from pidoctor.resolve.plan import Plan
from tests.profiles import pi4
from tests.unit.resolve.test_present import TAG, WHEELS
from tests.worlds.world import write_index

TORCH: list[dict[str, Any]] = [
    {"file": f"torch-2.15.0-{TAG}.whl", "requires": ["nvidia-nccl-cu13", "triton"], "elf": [{}]},
    {"file": f"torch-2.12.0-{TAG}.whl", "requires": ["nvidia-nccl-cu12"], "elf": [{}]},
    {"file": f"torch-2.9.0-{TAG}.whl", "requires": [], "elf": [{}]},
    {"file": "nvidia_nccl_cu13-2.0-py3-none-any.whl"},
    {"file": "nvidia_nccl_cu12-2.0-py3-none-any.whl"},
    {"file": f"triton-3.9.0-{TAG}.whl", "elf": [{}]},
]
CARD = Accelerator("nvidia-gpu", "NVIDIA graphics card", "/sys/bus/pci", False, "")


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_index([*WHEELS, *TORCH], tmp_path)
    return open_catalog(WheelsIndex(tmp_path))


def notes(catalog: Catalog, profile: Profile, *words: str) -> list[str]:
    plan = api.resolve(profile, read_project(words), catalog=catalog)
    assert isinstance(plan, Plan)
    return [note for note in plan.notes if "NVIDIA" in note]


def test_the_version_that_does_without_is_named(catalog: Catalog) -> None:
    (note,) = notes(catalog, pi4(), "tflite-runtime", "torch")
    assert note.startswith("2 packages of this plan (")
    assert "serve NVIDIA graphics processors only, and none was seen" in note
    assert "; without them: torch==2.9.0; PyTorch's own package index" in note
    assert notes(catalog, pi4(), "tflite-runtime", "torch==2.9.0") == []


def test_where_no_version_does_without_none_is_named(catalog: Catalog) -> None:
    (note,) = notes(catalog, pi4(), "tflite-runtime", "torch==2.12.0")
    assert note.startswith("1 package of this plan (")
    assert "serves" in note
    assert "without them: " not in note


@pytest.mark.parametrize(
    "seen",
    [Fact.known((CARD,), "/sys"), Fact[tuple[Accelerator, ...]].unreadable("/sys", "denied")],
)
def test_nothing_is_said_where_there_is_one_or_nobody_could_look(
    catalog: Catalog, seen: Fact[tuple[Accelerator, ...]]
) -> None:
    board = replace(pi4(), accelerators=seen)
    assert notes(catalog, board, "tflite-runtime", "torch") == []
