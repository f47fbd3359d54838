"""The boards are what the other emulated tests take them for.

Two of the three are booted by test_offline_boards.py as well; here they are with
``PIDOCTOR_ALL_ENVIRONMENTS=1``.
"""

from __future__ import annotations

from typing import Callable

import pytest

from tests.extent import EVERYTHING

from . import boards
from .boards import Board
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_DESCRIBE = """
uname -m
getconf PAGESIZE
dpkg --print-architecture
tr '\\0' '\\n' < /proc/device-tree/model
exit 3
"""
_BOARDS = [
    pytest.param("armhf", boards.CORTEX_A72, "4096", "linux,dummy-virt", id="armhf-under-arm64"),
    pytest.param("arm64", boards.PI_5, "16384", "Raspberry Pi 5 Model B Rev 1.0", id="pi-5-16k"),
    pytest.param("armhf", boards.PI_3, "4096", "Raspberry Pi 3 Model B", id="pi-3"),
]


@pytest.mark.parametrize(("arch", "board", "page", "model"), _BOARDS if EVERYTHING else _BOARDS[:1])
def test_a_board_is_what_it_is_named_for(
    arm_root: Callable[..., Root], arch: str, board: Board, page: str, model: str
) -> None:
    booted = boards.boot(arm_root("bookworm", arch), _DESCRIBE, board)
    assert booted.output.split("\n") == ["aarch64", page, arch, model, ""]
    assert booted.status == 3
