"""Named targets: what each part of a name means, and what cannot be."""

from __future__ import annotations

import json

import pytest

from pidoctor.catalog.boards import MIB, load_boards
from pidoctor.catalog.systems import load_systems
from pidoctor.errors import UsageError
from pidoctor.profile.codec import from_json, to_json
from pidoctor.profile.fact import State
from pidoctor.profile.named_targets import all_targets, target

GIB = 1 << 30


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        # board memory, kernel machine, page size, Python architecture, version, ABI, glibc
        (
            "pi4-4gb/bookworm-64",
            (4 * GIB, "aarch64", 4096, "aarch64", "3.11.2", "cp311", "2.36"),
        ),
        (
            "pi4-4gb/bookworm-32",  # a 64-bit kernel, by the firmware's default
            (4 * GIB, "aarch64", 4096, "armv7l", "3.11.2", "cp311", "2.36"),
        ),
        (
            "pi-3b/bookworm-32",
            (GIB, "armv7l", 4096, "armv7l", "3.11.2", "cp311", "2.36"),
        ),
        (
            "pi-zero-2w/bullseye-32",
            (GIB // 2, "armv7l", 4096, "armv7l", "3.9.2", "cp39", "2.31"),
        ),
        (
            "pi-zero-w/bookworm-32",
            (GIB // 2, "armv6l", 4096, "armv6l", "3.11.2", "cp311", "2.36"),
        ),
        (
            "pi5-8gb/trixie-64",
            (8 * GIB, "aarch64", 16384, "aarch64", "3.13.5", "cp313", "2.41"),
        ),
        (
            "pi5-8gb/trixie-32",  # its chip boots no 32-bit kernel
            (8 * GIB, "aarch64", 4096, "armv7l", "3.13.5", "cp313", "2.41"),
        ),
        (
            "pi4-2gb/ubuntu-22.04-64/py3.12",
            (2 * GIB, "aarch64", 4096, "aarch64", "3.12", "cp312", "2.35"),
        ),
        (
            "rock-5b-8gb/bookworm-64",
            (8 * GIB, "aarch64", 4096, "aarch64", "3.11.2", "cp311", "2.36"),
        ),
    ],
)
def test_facts(name: str, facts: tuple[object, ...]) -> None:
    profile = target(name)
    assert facts == (
        profile.board.memory.value,
        profile.cpu.machine.value,
        profile.system.page_size.value,
        profile.python.architecture.value,
        profile.python.version.value,
        profile.python.abi.value,
        profile.system.libc_version.value,
    )
    assert profile.origin == f"target {name}"


def test_another_python_does_not_see_debians_packages() -> None:
    own, other = target("pi4-4gb/bookworm-64"), target("pi4-4gb/bookworm-64/py3.12")
    assert (own.python.is_system.value, other.python.is_system.value) == (True, False)
    assert own.python.externally_managed.is_known
    assert not other.python.externally_managed.is_known
    assert target("pi4-4gb/bookworm-64/py3.11").python == own.python


def test_piwheels_is_configured_on_raspberry_pi_os_only() -> None:
    kinds = {
        name: [index.kind for index in target(name).indexes.or_else(())]
        for name in ("pi4/bookworm-32", "pi4/bookworm-64", "pi4/debian-bookworm-64")
    }
    assert kinds == {
        "pi4/bookworm-32": ["index", "piwheels"],
        "pi4/bookworm-64": ["index", "piwheels"],
        "pi4/debian-bookworm-64": ["index"],
    }


def test_bookworm_is_debians_where_there_is_no_raspberry_pi_os() -> None:
    assert target("rock-5b/bookworm-64").system.flavour.value == "debian"
    assert target("pi4/bookworm-64").system.flavour.value == "raspberry-pi-os"


def test_what_a_name_cannot_say_is_absent() -> None:
    profile = target("pi4/bookworm-64")
    assert profile.board.memory.state is State.ABSENT
    assert "1024 MiB, 2048 MiB" in profile.board.memory.detail
    for fact in (
        profile.storage.target_free,
        profile.python.packages,
        profile.clock.now,
        profile.memory.available,
        profile.accelerators,
    ):
        assert (fact.state, fact.source) == (State.ABSENT, "target")


def test_ubuntu_on_a_pi_5_has_pages_of_unknown_size() -> None:
    assert target("pi5-8gb/ubuntu-24.04-64").system.page_size.state is State.ABSENT


def test_zram_of_trixie() -> None:
    assert target("pi-zero-2w/trixie-64").memory.zram.value == 512 * MIB
    assert target("pi5-16gb/trixie-64").memory.zram.value == 2 * GIB
    assert target("pi4-4gb/bookworm-64").memory.zram.state is State.ABSENT


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pi-zero-w/bookworm-64", "32-bit processor"),
        ("pi-2b/bookworm-64", "32-bit processor"),
        ("pi5-8gb/bullseye-64", "needs Bookworm or newer"),
        ("pi-zero/ubuntu-22.04-32", "ARMv6"),
        ("pi-zero/debian-bookworm-32", "ARMv6"),
        ("pi4/buster-64", "There is no 64-bit"),
        ("rock-5b/buster-32", "Raspberry Pi boards only"),
        ("pi-9/bookworm-64", "unknown board 'pi-9'"),
        ("pi4-3gb/bookworm-64", "1gb, 2gb, 4gb, 8gb"),
        ("pi4/bookwurm-64", "did you mean bookworm"),
        ("pi4/bookworm", "32 or 64 bits"),
        ("pi4/bookworm-16", "32 or 64 bits"),
        ("pi4/bookworm-64/3.11", "write py3.12"),
        ("pi4/bookworm-64/py2.7", "write py3.12"),
        ("pi4", "expected BOARD"),
        ("", "expected BOARD"),
        ("a/b/c/d", "expected BOARD"),
        ("//", "expected BOARD"),
        ("x" * 10_000 + "/bookworm-64", "unknown board"),
        ("pi4\x1b[31m/bookworm-64", "unknown board"),
    ],
)
def test_what_cannot_be(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        target(name)
    assert caught.value.exit_code == 2
    text = str(caught.value)
    assert "\x1b" not in text
    assert "\n" not in text
    assert len(text) < 300


@pytest.mark.parametrize("alias", ["pi-4", "pi4b", "PI4", "pi-4b"])
def test_boards_by_other_names(alias: str) -> None:
    assert target(f"{alias}-4gb/bookworm-64").board.id.value == "pi4"


def test_all_targets_are_targets() -> None:
    names = all_targets()
    assert len(names) == len(set(names)) > 400
    for name in names:
        profile = target(name)
        assert profile.board.memory.is_known
        assert profile.python.architecture.value in ("aarch64", "armv7l", "armv6l")
        assert (profile.python.bits.value == 64) == name.endswith("-64")
        if profile.board.soc.value in ("BCM2835", "BCM2836"):
            assert profile.python.bits.value == 32


@pytest.mark.parametrize("name", ["pi4-4gb/bookworm-64", "pi-zero-w/alpine-3.22-32"])
def test_json_keeps_everything(name: str) -> None:
    profile = target(name)
    assert from_json(json.loads(json.dumps(to_json(profile)))) == profile


def test_every_board_has_a_target() -> None:
    boards = {target(name).board.id.value for name in all_targets()}
    assert boards == set(load_boards().boards)


def test_every_system_has_a_source_and_a_target() -> None:
    names = {name.split("/")[1].rpartition("-")[0] for name in all_targets()}
    rows = load_systems().rows
    assert names == {row.id for row in rows}
    assert all(row.sources for row in rows)
