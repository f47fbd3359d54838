"""The tables of boards and chips, and every revision code that is documented."""

from __future__ import annotations

import re

import pytest

from pidoctor.catalog.boards import MIB, load_boards
from pidoctor.envelope import Result
from pidoctor.profile.codec import to_json
from pidoctor.profile.named_targets import target
from pidoctor.report.look import Look
from pidoctor.report.terminal import render

# "Codes in use" of the Raspberry Pi documentation (revision-codes.adoc), by board.
CODES = {
    "pi-1a": "7 8 9",
    "pi-1b": "2 3 4 5 6 d e f",
    "pi-1a-plus": "12 15 900021",
    "pi-1b-plus": "10 13 900032",
    "cm1": "11 14 900061",
    "pi-zero": "900092 900093 920092 920093",
    "pi-zero-w": "9000c1",
    "pi-zero-2w": "902120",
    "pi-2b": "a01040 a01041 a21041",
    "pi-2b-1.2": "a02042 a22042",
    "pi-3b": "a02082 a22082 a22083 a32082 a52082",
    "pi-3b-plus": "a020d3 a020d4",
    "pi-3a-plus": "9020e0 9020e1",
    "cm3": "a020a0 a220a0",
    "cm3-plus": "a02100",
    "pi4": "a03111 b03111 b03112 b03114 b03115 c03111 c03112 c03114 c03115 d03114 d03115",
    "pi400": "c03130",
    "cm4": "a03140 b03140 c03140 d03140",
    "pi5": "b04170 c04170 d04170 a04171 b04171 c04171 d04171 e04171",
    "cm5": "b04180 c04180 d04180 e04180",
    "cm5-lite": "b041a0 c041a0 d041a0 e041a0",
    "pi500": "d04190",
    "pi500-plus": "e04190",
}
NEW_STYLE_MEMORY = {"9": 512, "a": 1024, "b": 2048, "c": 4096, "d": 8192, "e": 16384}
OLD_STYLE_MEMORY = {"2": 256, "6": 256, "7": 256, "9": 256, "d": 512, "f": 512, "10": 512}
OLD_STYLE_MEMORY.update({"13": 512, "11": 512, "14": 512, "12": 256})


@pytest.mark.parametrize(
    ("code", "board"), [(code, board) for board, codes in CODES.items() for code in codes.split()]
)
def test_every_code_in_use(code: str, board: str) -> None:
    revision = load_boards().decode_revision(int(code, 16))
    assert revision.board == board
    assert revision.soc == load_boards().boards[board].soc
    if len(code) == 6:
        assert revision.memory == NEW_STYLE_MEMORY[code[0]] * MIB
        assert revision.revision == f"1.{int(code[-1], 16)}"
        assert revision.memory in load_boards().boards[board].memory


@pytest.mark.parametrize(("code", "memory"), OLD_STYLE_MEMORY.items())
def test_old_codes_have_their_memory(code: str, memory: int) -> None:
    assert load_boards().decode_revision(int(code, 16)).memory == memory * MIB


def test_bits_that_are_not_the_boards() -> None:
    assert load_boards().decode_revision(0x2A02082).board == "pi-3b"
    assert load_boards().decode_revision(0xE0C03112).board == "pi4"
    assert load_boards().decode_revision(0x100000D).board == "pi-1b"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (0xC03FF2, (None, "BCM2711", 4096 * MIB)),  # an unknown type
        (0xC0F112, ("pi4", None, 4096 * MIB)),  # an unknown chip
        (0xF03112, ("pi4", "BCM2711", None)),  # memory that firmware has to be asked for
    ],
)
def test_an_unknown_field_leaves_the_others(
    code: int, expected: tuple[str | None, str | None, int | None]
) -> None:
    revision = load_boards().decode_revision(code)
    assert (revision.board, revision.soc, revision.memory) == expected


def test_a_code_that_no_board_was_sold_with() -> None:
    """It made another project's table raise: type 01, BCM2835, 512 MB."""
    revision = load_boards().decode_revision(0x900010)
    assert (revision.board, revision.soc, revision.memory) == ("pi-1b", "BCM2835", 512 * MIB)


def test_makers() -> None:
    assert load_boards().decode_revision(0xA02082).maker == "Sony UK"
    assert load_boards().decode_revision(0xA52082).maker == "Stadium"
    assert load_boards().decode_revision(0xAF2082).maker is None


def test_every_row_is_complete_and_has_a_source() -> None:
    table = load_boards()
    aliases = [name for board in table.boards.values() for name in (board.id, *board.aliases)]
    assert len(set(aliases)) == len(aliases)
    for board in table.boards.values():
        assert board.sources
        assert board.soc in table.socs
        assert list(board.memory) == sorted(board.memory)
        assert board.cores > 0
    for soc in table.socs.values():
        assert soc.sources
        assert soc.modes
        assert set(soc.modes) <= {32, 64}
        for mode in soc.modes.values():
            assert list(mode.features) == sorted(mode.features)
    named = [board for boards in table.codes.types.values() for board in boards]
    assert set(named) <= set(table.boards)


@pytest.mark.parametrize(
    ("strings", "board", "soc"),
    [
        (("khadas,vim3", "amlogic,a311d", "amlogic,g12b"), "khadas-vim3", "A311D"),
        (("hardkernel,odroid-n2-plus", "amlogic,s922x", "amlogic,g12b"), "odroid-n2-plus", "S922X"),
        (("nvidia,p3768-0000+p3767-0005-super", "nvidia,tegra234"), "jetson-orin-nano", "Tegra234"),
        (("nvidia,p3737-0000+p3701-0005", "nvidia,tegra234"), "jetson-agx-orin", "Tegra234"),
        (("xunlong,orangepi-zero2w", "allwinner,sun50i-h618"), "orange-pi-zero-2w", "H618"),
        (("radxa,zero-3w", "rockchip,rk3566"), "radxa-zero-3", "RK3566"),
        (("radxa,rock-5b", "rockchip,rk3588"), "rock-5b", "RK3588"),
        (("beagle,am67a-beagley-ai", "ti,j722s"), "beagley-ai", "AM67A"),
        (("arduino,imola", "qcom,qrb2210", "qcom,qcm2290"), "uno-q", "QRB2210"),
    ],
)
def test_boards_by_their_compatible_strings(strings: tuple[str, ...], board: str, soc: str) -> None:
    table = load_boards()
    found, chip = table.by_compatible(strings), table.soc_by_compatible(strings)
    assert found is not None
    assert chip is not None
    assert (found.id, found.soc, chip.id) == (board, soc, soc)


def test_at_least_forty_boards_beside_the_raspberry_pi() -> None:
    others = [row for row in load_boards().boards.values() if row.vendor != "raspberry-pi"]
    assert len([row for row in others if row.compatible]) >= 40


def test_what_decides_wheels() -> None:
    """The facts that the resolver turns on."""
    socs = load_boards().socs
    assert 64 not in socs["BCM2835"].modes
    assert 64 not in socs["BCM2836"].modes
    assert 32 not in socs["BCM2712"].modes
    assert socs["BCM2835"].modes[32].machine == "armv6l"
    assert "neon" not in socs["BCM2835"].modes[32].features
    for old in ("BCM2837", "BCM2711"):
        assert "atomics" not in socs[old].modes[64].features
    assert {"atomics", "asimddp"} <= set(socs["BCM2712"].modes[64].features)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("rock-5b-4gb/debian-bookworm-64", "4 × cortex-a76 and 4 × cortex-a55"),
        ("jetson-tx2/jetpack-4-64", "4 × cortex-a57 and 2 × denver2"),
        ("pi4-4gb/bookworm-64", "4 × cortex-a72,"),
    ],
)
def test_cores_of_two_kinds_are_both_named(name: str, shown: str) -> None:
    profile = target(name)
    text = render(Result("check", profile=profile), Look())
    assert re.search(rf"Processor +{shown}", text)
    kinds = to_json(profile)["cpu"]["kinds"]["value"]
    assert {f"{n} × {core}" for core, n in kinds.items()} == set(shown.rstrip(",").split(" and "))


def test_no_board_has_more_cores_beside_than_cores() -> None:
    boards = load_boards()
    for board in boards.boards.values():
        beside = boards.socs[board.soc].beside
        assert beside is None or 0 < beside.cores < board.cores, board.id
