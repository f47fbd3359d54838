"""What the table of ratios does not show: resolving in one process, memory of the matrix."""

from __future__ import annotations

import time

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.profile.named_targets import all_targets, target
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from tests.benchmarks.ratio import PIDOCTOR, peak_memory

pytestmark = pytest.mark.benchmark


def test_resolving_is_quick_once_the_index_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    """One request under 20 ms in-process; tensorflow's tree is the largest there is."""
    catalog = open_catalog(WheelsIndex(shipped_index()))
    profile = target("pi4-4gb/bookworm-64")
    request = parse_request("tensorflow", catalog)
    resolve(profile, request, catalog)  # loads the index files
    times = []
    for _ in range(5):
        started = time.perf_counter()
        resolve(profile, request, catalog)
        times.append(time.perf_counter() - started)
    with capsys.disabled():
        print(f"\n  resolving tensorflow {min(times) * 1000:.1f} ms")
    assert min(times) < 0.020


def test_matrix_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole matrix, at least 400 cells, in under 150 MB."""
    assert len(all_targets()) >= 400
    memory = peak_memory((*PIDOCTOR, "matrix", "--json"))
    with capsys.disabled():
        print(f"\n  matrix of {len(all_targets())} cells {memory / 2**20:.0f} MB")
    assert memory < 150 * 2**20
