"""How fast, as ratios against a peer in the same run. Deselect with ``-m 'not benchmark'``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.profile.named_targets import all_targets, target
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from tests.benchmarks.ratio import PIDOCTOR, best_wall, peak_memory

pytestmark = pytest.mark.benchmark


def test_check_against_pip_version(capsys: pytest.CaptureFixture[str]) -> None:
    """check takes less than the ``pip --version`` of the pip that Python 3.11 brings (23.2).

    A newer pip starts in less than half of that one's time, which check does not reach yet.
    """
    pip = (sys.executable, "-m", "pip", "--version")
    pip_version = Version(metadata.version("pip"))
    ours, theirs = best_wall((*PIDOCTOR, "check"), pip)
    with capsys.disabled():
        print(f"\n  check {ours * 1000:.0f} ms, pip --version {theirs * 1000:.0f} ms")
    assert ours <= (0.85 if pip_version < Version("24.1") else 2) * theirs


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


def test_explain_against_uv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One explain is no slower than ``uv pip compile`` with a warm cache, start-up included."""
    uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
    asked = tmp_path / "requirements.in"
    asked.write_text("tensorflow\n")
    compile_ = (
        *(uv, "pip", "compile", "--quiet", "--no-header", str(asked)),
        *("--python-platform", "aarch64-manylinux_2_36", "--python-version", "3.11"),
        *("--only-binary", ":all:"),
    )
    if subprocess.run(compile_, capture_output=True, check=False).returncode:
        pytest.skip("uv cannot reach the package index")
    explain = (*PIDOCTOR, "explain", "tensorflow", "--target", "pi4-4gb/bookworm-64")
    ours, theirs = best_wall(explain, compile_)
    with capsys.disabled():
        print(f"\n  explain {ours * 1000:.0f} ms, uv pip compile {theirs * 1000:.0f} ms")
    assert ours <= theirs


def test_matrix_time_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole matrix, at least 400 cells, in under 2 s and 150 MB."""
    assert len(all_targets()) >= 400
    command = (*PIDOCTOR, "matrix", "--json")
    (took,) = best_wall(command, rounds=3)
    memory = peak_memory(command)
    with capsys.disabled():
        print(f"\n  matrix of {len(all_targets())} cells {took:.2f} s, {memory / 2**20:.0f} MB")
    assert took < 2.0
    assert memory < 150 * 2**20
