"""The board, from its device tree and revision code."""

from __future__ import annotations

from pidoctor.probe.board import probe_board
from pidoctor.profile.fact import State
from tests.unit.host.fake import fake_host

REVISION = "/proc/device-tree/system/linux,revision"
COMPATIBLE = "/proc/device-tree/compatible"
MODEL = "/proc/device-tree/model"


def test_revision_from_the_device_tree() -> None:
    host = fake_host({REVISION: bytes.fromhex("00d04170"), MODEL: "Raspberry Pi 5\0"})
    board = probe_board(host)
    assert (board.id.value, board.soc.value) == ("pi5", "BCM2712")
    assert board.memory.value == 8 << 30
    assert board.model.value == "Raspberry Pi 5"


def test_revision_from_cpuinfo() -> None:
    board = probe_board(fake_host({"/proc/cpuinfo": "Hardware\t: BCM2835\nRevision\t: 9000c1\n"}))
    assert board.id.value == "pi-zero-w"
    assert board.revision.value == 0x9000C1
    assert "9000c1" in board.id.source


def test_another_makers_revision_number_is_no_code() -> None:
    cpuinfo = "Hardware\t: {}\nRevision\t: 0010\n"
    odroid = {COMPATIBLE: "hardkernel,odroid-xu4\0samsung,exynos5422\0"}
    board = probe_board(fake_host({**odroid, "/proc/cpuinfo": cpuinfo.format("ODROID-XU4")}))
    assert (board.id.value, board.revision.state) == ("odroid-xu4", State.ABSENT)
    board = probe_board(fake_host({"/proc/cpuinfo": cpuinfo.format("SMDK4x12")}))
    assert (board.id.value, board.revision.state) == (None, State.ABSENT)
    board = probe_board(fake_host({"/proc/cpuinfo": cpuinfo.format("BCM2708")}))
    assert board.id.value == "pi-1b-plus"


def test_an_unknown_type_keeps_what_is_known() -> None:
    board = probe_board(
        fake_host(
            {
                REVISION: bytes.fromhex("00d04ff0"),
                COMPATIBLE: "raspberrypi,6-model-b\0brcm,bcm2712\0",
            }
        )
    )
    assert board.id.state is State.ABSENT
    assert (board.soc.value, board.memory.value) == ("BCM2712", 8 << 30)


def test_other_boards_by_their_device_tree() -> None:
    board = probe_board(fake_host({COMPATIBLE: "xunlong,orangepi-5\0rockchip,rk3588s\0"}))
    assert (board.id.value, board.soc.value) == ("orange-pi-5", "RK3588")
    assert board.revision.state is State.ABSENT


def test_boards_that_share_a_string_are_told_apart_by_their_chip() -> None:
    for soc, expected in (("bcm2836", "pi-2b"), ("bcm2837", "pi-2b-1.2")):
        board = probe_board(fake_host({COMPATIBLE: f"raspberrypi,2-model-b\0brcm,{soc}\0"}))
        assert board.id.value == expected


def test_broken_revision() -> None:
    board = probe_board(fake_host({REVISION: b"\1\2"}))
    assert board.revision.state is State.UNPARSABLE
    assert not board.id.is_known


def test_escape_codes_in_a_model_do_not_pass() -> None:
    board = probe_board(fake_host({MODEL: "Pi\x1b[31m\n" + "x" * 9999 + "\0"}))
    model = board.model.or_else("")
    assert "\x1b" not in model
    assert "\n" not in model
    assert len(model) <= 200
