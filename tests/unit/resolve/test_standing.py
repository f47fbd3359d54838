"""A run proves a wheel on machines that have what it had, and says nothing of others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.ledger import Ledger, LedgerRun
from pidoctor.catalog.wheels import Wheel, WheelsIndex, shipped_index
from pidoctor.profile.named_targets import target
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.standing import compiled_model, only_claimed, standing
from pidoctor.resolve.world import Choice, World

MACHINE = machine_of(target("pi4/bookworm-64"))
WHEEL = Wheel("ai-edge-litert", "2.3.0", "x.whl", "0" * 64, 1, "", (), "", "index", None)
RUN = LedgerRun(
    name="ai-edge-litert",
    version="2.3.0",
    numpy="2.4.6",
    system="debian-bookworm",
    python="3.11",
    architecture="aarch64",
    core="cortex-a53",
    features=("asimd", "crc32", "fp"),
    ran={"float32": "passed", "int8": "passed"},
    on="QEMU 10.0",
    when="2026-11-25",
)
WORDS = (
    "proven: float32 and int8 ran on cortex-a53 (QEMU 10.0), debian-bookworm, Python 3.11, "
    "2026-11-25"
)
CLAIMED = "claimed: by the tag in its file name, its files were not read"


def stands(run: LedgerRun = RUN, machine: Machine = MACHINE) -> str:
    return standing(Ledger([run]), machine, WHEEL, "2.4.6")


@pytest.mark.parametrize(
    "run",
    [
        RUN,
        RUN._replace(system="debian-bullseye"),  # an older C library
        RUN._replace(features=("fp",)),
        RUN._replace(features=("fp", "sve"), core="cortex-a72"),  # the core of the machine
    ],
)
def test_a_run_with_no_more_than_the_machine_has_proves_it(run: LedgerRun) -> None:
    assert stands(run).startswith("proven: float32 and int8 ran on ")


def test_the_words_of_a_proof() -> None:
    assert stands() == WORDS


@pytest.mark.parametrize(
    "other",
    [
        {"numpy": "1.26.4"},
        {"version": "2.2.0"},
        {"name": "tflite-runtime"},
        {"system": "debian-trixie"},  # a newer C library
        {"system": "alpine-3.20"},  # another one, or a system that nobody knows
        {"python": "3.12"},
        {"architecture": "armv7l"},
        {"features": ("asimd", "atomics", "fp")},
        {"ran": {"float32": "passed", "int8": "SIGILL"}},
        {"ran": {"compiled-model": "passed"}},
    ],
    ids=str,
)
def test_a_run_of_something_else_proves_nothing(other: dict[str, Any]) -> None:
    assert stands(RUN._replace(**other)) == CLAIMED


def test_a_machine_of_which_too_little_is_known_has_no_proof() -> None:
    assert stands(machine=replace(MACHINE, libc_version=None)) == CLAIMED
    assert stands(machine=replace(MACHINE, cpu_features=None)) == CLAIMED
    assert stands(machine=replace(MACHINE, cpu_features=None, core="cortex-a53")) == WORDS


# --- CompiledModel -----------------------------------------------------------------------------

DIED = RUN._replace(ran={**RUN.ran, "compiled-model": "SIGILL"})
OLDER = RUN._replace(version="2.1.0", ran={**RUN.ran, "compiled-model": "passed"})


def advice(*runs: LedgerRun, beside: tuple[str, ...] = ()) -> str | None:
    catalog: Catalog = replace(open_catalog(WheelsIndex(shipped_index())), ledger=Ledger(runs))
    seen = compiled_model(World(MACHINE, catalog, False), "ai-edge-litert", "2.3.0", beside)
    return seen.text if seen else None


def test_the_newest_version_with_which_it_ran_is_named() -> None:
    assert advice(RUN, OLDER) is None  # nothing died
    said = advice(DIED)
    assert said is not None
    assert said.endswith("use Interpreter, which works")
    oldest = OLDER._replace(version="1.4.0")
    said = advice(DIED, OLDER, oldest)
    assert said is not None
    assert said.endswith(
        "or ai-edge-litert==2.1.0, the newest version with which CompiledModel ran"
    )


@pytest.mark.parametrize("newest_last", [True, False])
def test_of_several_runs_that_of_this_very_core_is_named(newest_last: bool) -> None:
    own, other = DIED._replace(core="cortex-a72"), DIED._replace(core="cortex-a53")
    said = advice(*((other, own) if newest_last else (own, other)))
    assert said is not None
    assert f"(seen on {own.where})" in said


def test_a_module_that_its_wheel_does_not_require() -> None:
    ended = "ModuleNotFoundError: No module named 'ml_dtypes'"
    lacking = RUN._replace(ran={**RUN.ran, "compiled-model": ended})
    said = advice(lacking, OLDER)
    assert said is not None
    assert "cannot be imported: the module ml_dtypes is missing" in said
    assert said.endswith(
        "or ai-edge-litert==2.1.0, the newest version with which CompiledModel ran"
    )
    assert advice(lacking, OLDER, beside=("ml-dtypes",)) is None


@pytest.mark.parametrize(
    "other",
    [
        {"architecture": "x86_64"},
        {"name": "tensorflow"},
        {"features": ("asimd", "atomics", "fp")},
        {"version": "9.9"},
        {"ran": {"compiled-model": "SIGILL"}},
    ],
    ids=str,
)
def test_a_version_that_ran_elsewhere_is_not_named(other: dict[str, Any]) -> None:
    said = advice(DIED, OLDER._replace(**other))
    assert said is not None
    assert "newest version" not in said


def test_a_wheel_that_nobody_read_is_said_to_rest_on_its_name() -> None:
    wheel = Choice("tf-nightly", Version("2.23.dev0"), WHEEL)
    (note,) = only_claimed(wheel, CLAIMED)
    assert note.startswith("the files of tf-nightly 2.23.dev0 were not read")
    assert not list(only_claimed(wheel, WORDS))
    assert not list(only_claimed(replace(wheel, wheel=None), CLAIMED))  # the system's package
