"""Whole boards without a network: wheels fetched on this machine, installed and proven there.

The Raspberry Pi 3 has all that the Pi 4 with a 32-bit userland has, and more; that one is started
with ``PIDOCTOR_ALL_ENVIRONMENTS=1``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

import pytest

from tests.extent import EVERYTHING

from . import boards
from .boards import Board
from .installed import Installed

pytestmark = [pytest.mark.emulated, pytest.mark.network, pytest.mark.slow]

_SEPARATOR = "next-document"
_QUESTIONS = f"""
pidoctor() {{ /opt/pidoctor/bin/pidoctor "$@" --json 2>/dev/null; }}
cd /root
pidoctor check
echo {_SEPARATOR}
pidoctor install --yes --offline --wheels wheels
"""


def _wheelhouse(target: str, folder: Path) -> Path:
    """The wheels that pidoctor fetches on this machine for a board of that name."""
    command = [sys.executable, "-m", "pidoctor", "download", "--target", target]
    subprocess.run([*command, "--directory", str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


@dataclass(frozen=True)
class _Case:
    """A board, the target that stands for it, and what pidoctor should see and choose there."""

    board: Board
    target: str
    arch: str
    model: str
    page_size: int
    findings: frozenset[str]
    runtime: str


_MIX = "32bit-userland-on-64bit-kernel"
_CASES = {
    "16-kib-pages": _Case(
        board=boards.PI_5,
        target="pi5-8gb/bookworm-64",
        arch="arm64",
        model="Raspberry Pi 5 Model B Rev 1.0",
        page_size=16384,
        findings=frozenset(),
        runtime="ai-edge-litert",
    ),
    "raspberry-pi-3-in-1970": _Case(
        board=boards.PI_3,
        target="pi-3b/bookworm-32",
        arch="armhf",
        model="Raspberry Pi 3 Model B",
        page_size=4096,
        findings=frozenset({_MIX, "ssl-clock-skew", "no-swap"}),
        runtime="tflite-runtime",
    ),
    "32-bit-userland-under-64-bit-kernel": _Case(
        board=boards.PI_4,
        target="pi4-4gb/bookworm-32",
        arch="armhf",
        model="Raspberry Pi 4 Model B Rev 1.4",
        page_size=4096,
        findings=frozenset({_MIX}),
        runtime="tflite-runtime",
    ),
}


@pytest.mark.parametrize("name", list(_CASES) if EVERYTHING else list(_CASES)[:2])
def test_a_board_installs_from_a_wheelhouse_and_proves_it(
    installed: Callable[..., Installed], tmp_path: Path, name: str
) -> None:
    case = _CASES[name]
    pidoctor = installed("bookworm", case.arch, numpy=case.arch == "armhf")
    pidoctor.root.add(_wheelhouse(case.target, tmp_path / "wheels"), "/root/wheels")
    booted = boards.boot(pidoctor.root, _QUESTIONS, case.board, timeout=900)
    check, install = map(json.loads, booted.output.split(_SEPARATOR))
    profile = check["profile"]
    assert profile["board"]["model"]["value"] == case.model
    assert profile["cpu"]["machine"]["value"] == "aarch64"
    assert profile["system"]["page_size"]["value"] == case.page_size
    assert {finding["id"] for finding in check["findings"]} >= case.findings
    assert (install["exit_code"], booted.status) == (0, 0), install
    assert (install["proof"]["status"], install["proof"]["runtime"]) == ("passed", case.runtime)
