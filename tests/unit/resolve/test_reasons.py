"""Why a need cannot be met, in the words of the package that is needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.catalog.wheels import WheelsIndex
from pidoctor.profile.named_targets import target
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.plan import Impossible
from pidoctor.resolve.reasons import unmet
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.verdict import Reason
from pidoctor.resolve.world import World, needs_of
from tests.worlds.world import write_index

WHEELS = [
    {"file": "daily-5.0b1-py3-none-any.whl"},
    {"file": "daily-4.0-cp38-cp38-manylinux_2_17_aarch64.whl"},
]


def test_a_pre_release_meets_a_need_that_admits_it(tmp_path: Path) -> None:
    write_index(WHEELS, tmp_path)
    world = World(machine_of(target("pi4/bookworm-64")), open_catalog(WheelsIndex(tmp_path)), False)

    def miss(text: str) -> str | None:
        (need,) = needs_of(Requirement(text), "asked")
        found = unmet(world, need)
        return found.reason if found else None

    assert miss("daily>=5.0b1") is None
    assert miss("daily<5") == Reason.PYTHON
    assert miss("daily==3") is None  # never published: nothing is said of it


@pytest.mark.parametrize(
    ("asked", "known"),
    [("tflite-runtime>2.14.0", False), ("tflite-runtime>2.14,!=2.15", False),
     ("tflite-runtime>2.8.0,<2.9", True)],
)  # fmt: skip
def test_what_is_above_all_that_the_index_has_is_not_denied(asked: str, known: bool) -> None:
    """ ">=2.15" was answered so, and ">2.14.0" with "no version is >2.14.0"."""
    catalog = open_catalog(open_index())
    answer = resolve(target("pi4-4gb/bookworm-64"), parse_request(asked, catalog), catalog)
    assert isinstance(answer, Impossible)
    assert answer.is_known is known
