"""32-bit cores differ: what dies on one and runs on another, on every core that boards have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Callable

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.ledger import ILLEGAL_INSTRUCTION, shipped_ledger
from pidoctor.catalog.wheels import WheelsIndex, shipped_index

from .ledger import CORES, Combination, Workshop, combinations
from .recipes import MirrorError, Recipe
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_VERSION = "2.14.0"
# Cortex-A8 and A9 lack VFPv4, which the wheels were compiled for.
_ENDS = {
    "cortex-a7": "passed",
    "cortex-a8": ILLEGAL_INSTRUCTION,
    "cortex-a9": ILLEGAL_INSTRUCTION,
    "cortex-a15": "passed",
}


@pytest.fixture(scope="module")
def workshop(new_root: Callable[[Recipe], Root]) -> Iterator[Workshop]:
    new_root(Recipe("bookworm", "armhf", ("python3-numpy",))).close()  # or skips the test
    made = Workshop()
    yield made
    made.close()


@pytest.fixture(scope="module")
def planned() -> dict[str, Combination]:
    """What the resolver plans for a board of which the processor is not known, by core."""
    catalog = open_catalog(WheelsIndex(shipped_index()))
    found = combinations(catalog, ["bookworm"], ["armhf"], ["tflite-runtime"])
    return {what.core: what for what in found if what.plan.version == _VERSION}


@pytest.mark.parametrize("core", CORES["armhf"])
def test_tflite_runtime_on_a_32_bit_core(
    workshop: Workshop, planned: dict[str, Combination], core: str
) -> None:
    """It ends as the ledger says, and as was written down here before."""
    try:
        run = workshop.run(planned[core])
    except MirrorError as error:
        pytest.skip(str(error))
    assert run.ran["float32"] == _ENDS[core]
    [before] = [
        row
        for row in shipped_ledger().runs("tflite-runtime", _VERSION)
        if (row.core, row.system, row.architecture) == (core, "debian-bookworm", "armv7l")
    ]
    assert (run.ran, run.features, run.numpy) == (before.ran, before.features, before.numpy)
