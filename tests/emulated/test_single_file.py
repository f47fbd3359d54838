"""pidoctor.pyz on real ARM userlands where nothing of it, nor its dependencies, is installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from pidoctor.pyz import build

from .installed import Installed
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("pyz") / "pidoctor.pyz")


@pytest.mark.parametrize(
    ("suite", "arch", "numpy", "runtime"),
    [
        ("bookworm", "armhf", True, "tflite-runtime"),
        ("trixie", "arm64", False, "ai-edge-litert"),
    ],
)
def test_checks_and_installs(
    suite: str, arch: str, numpy: bool, runtime: str, pyz: Path, arm_root: Callable[..., Root]
) -> None:
    root = arm_root(suite, arch, numpy)
    pidoctor = Installed(root, ("python3", "/tmp/pidoctor.pyz"))
    bound = [(pyz, "/tmp/pidoctor.pyz")]
    checked = pidoctor.result("check", binds=bound)
    assert checked["exit_code"] == 0, checked
    assert checked["resolution"]["runtime"] == runtime
    done = pidoctor.result("install", "--yes", "--venv", "/opt/env", binds=bound, timeout=600)
    assert (done["exit_code"], done["proof"]["status"]) == (0, "passed"), done
    assert done["proof"]["runtime"] == runtime


_WITHOUT_NETWORK = """
set -eu
cp -r /tmp/kit ~/kit
cd ~/kit
sha256sum --check --quiet SHA256SUMS
grep --quiet -- 'python3 pidoctor.pyz install --offline --wheels . --venv ~/tflite' HOWTO.txt
! python3 -c 'import socket; socket.create_connection(("1.1.1.1", 53), 3)' 2>/dev/null
python3 pidoctor.pyz install --yes --offline --wheels . --venv ~/tflite --json
"""


def test_a_kit_alone_ends_in_a_proof_on_a_32_bit_board_without_network(
    arm_root: Callable[..., Root], tmp_path: Path
) -> None:
    """The folder that ``download`` made on another machine is all that the board has."""
    kit, target = tmp_path / "kit", "pi4-4gb/bookworm-32"
    command = [sys.executable, "-m", "pidoctor", "download", "--target", target, "-d", str(kit)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    root = arm_root("bookworm", "armhf", True)
    board = root.run(
        ["sh", "-c", _WITHOUT_NETWORK],
        online=False,
        binds=[(kit, "/tmp/kit")],
        env={"HOME": "/root"},
        timeout=900,
    )
    done = json.loads(board.stdout)
    assert (done["proof"]["status"], done["proof"]["runtime"]) == ("passed", "tflite-runtime")
