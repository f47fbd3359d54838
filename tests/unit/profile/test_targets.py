"""Named targets: what each part of a name means, and what cannot be."""

from __future__ import annotations

import json

import pytest

from pidoctor.catalog.boards import MIB, load_boards
from pidoctor.catalog.pythons import indexed_pythons
from pidoctor.catalog.systems import load_systems
from pidoctor.errors import UsageError
from pidoctor.platforms.versions import minor_of
from pidoctor.profile.codec import from_json, to_json
from pidoctor.profile.fact import State
from pidoctor.profile.named_targets import target
from pidoctor.profile.target_names import all_names
from pidoctor.resolve.machine import machine_of

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
    assert profile.origin == f"target {name.replace('rock-5b-8gb/', 'rock-5b-8gb/debian-')}"


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
    ):
        assert (fact.state, fact.source) == (State.ABSENT, "target")


@pytest.mark.parametrize(
    ("name", "devices"),
    [
        ("pi4/bookworm-64", ["videocore-6"]),
        ("rock-5b", ["rockchip-npu", "mali"]),
        ("coral-dev-board", ["coral-dev-board", "vivante"]),
        ("beaglebone-ai-64", ["ti-tidl", "powervr"]),
    ],
)
def test_what_the_chip_has_is_known_of_a_target(name: str, devices: list[str]) -> None:
    found = target(name).accelerators.or_else(())
    assert [device.id for device in found] == devices
    assert not any(device.seen for device in found)  # what they need was not looked for


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
        ("rock-5b/raspios-12", "is not made for the Radxa Rock 5B"),
        ("pi4/jetpack-6", "is not made for the Raspberry Pi 4"),
        ("pi5-8gb/debian-bookworm-64", "In a container it runs: pi5-8gb/debian:12"),
        ("pi-9/bookworm-64", "unknown board 'pi-9'"),
        ("pi4-3gb/bookworm-64", "1gb, 2gb, 4gb, 8gb"),
        ("pi4/bookwurm-64", "did you mean pi4-4gb/bookworm-64"),
        ("pi4/bookworm-16", "32 or 64 bits"),
        ("pi4/bookworm-64/py4.1", "write py3.12"),
        ("pi4/bookworm-64/py2.7", "write py3.12"),
        ("", "expected BOARD"),
        ("e/f/g/h", "unknown board 'e'"),
        ("//", "expected BOARD"),
        ("x" * 10_000 + "/bookworm-64", "expected BOARD"),
        ("pi\x1b[31mx/bookworm-64", "unknown board"),
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
    names = all_names()
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
    boards = {target(name).board.id.value for name in all_names()}
    assert boards == set(load_boards().boards)


def test_every_system_has_a_source_and_can_be_asked_about() -> None:
    boards = load_boards()
    for row in load_systems().rows:
        assert row.sources
        named = [
            target(f"{board.id}/{row.id}-{bits}").system.name.value
            for board in boards.boards.values()
            for bits in row.os_ids
            if not row.why_not(board, boards.socs[board.soc], bits)
        ]
        assert named
        assert set(named) == {row.name}


@pytest.mark.parametrize("board", ["pi-zero", "pi-2b", "pi4-4gb"])
def test_every_image_can_be_asked_about_on_every_board(board: str) -> None:
    """Ubuntu 24.04 has no 32-bit release for boards, and an image for 32-bit ARM."""
    for container in load_systems().containers:
        for variant, row in container.variants.items():
            start = (container.pythons or ("3.14",))[0] if container.brings_python else ""
            tag = "-".join(part for part in (start, variant) if part)
            [named] = [one for one in load_systems().rows if one.id == row]
            profile = target(f"{board}/{container.image}:{tag}")
            assert profile.system.version.value == named.version


def test_a_container_has_the_kernel_of_the_board_and_the_userland_of_the_image() -> None:
    profile = target("pi5-8gb/python:3.11-slim-bookworm")
    assert profile.system.libc_version.value == "2.36"
    assert profile.system.page_size.value == 16384
    assert profile.python.executable.value == "/usr/local/bin/python3"
    assert profile.python.version.value == "3.11"
    assert profile.python.is_system.value is False
    assert not profile.python.externally_managed.is_known
    assert target("pi5-8gb/debian:12").python.version.value == "3.11.2"
    assert target("pi4/python:3.13-alpine").system.libc.value == "musl"
    assert target("pi4/python:slim").python.version.value == indexed_pythons()[-1]


@pytest.mark.parametrize(
    ("tag", "libc"),
    [
        ("3.5-slim", "2.28"),
        ("3.6-slim", "2.31"),
        ("3.6.15", "2.31"),
        ("3.7-slim", "2.36"),
        ("3.8-slim", "2.36"),
        ("3.9-slim", "2.41"),
        ("3.12-slim-bullseye", "2.31"),
    ],
)
def test_the_last_images_of_an_old_python_stay_on_the_debian_of_their_day(
    tag: str, libc: str
) -> None:
    profile = target(f"pi4/python:{tag}")
    assert profile.system.libc_version.value == libc
    assert profile.python.version.value == minor_of(tag.partition("-")[0])


@pytest.mark.parametrize("tag", ["3.6-slim-bookworm", "3.14-slim-bullseye", "3.12-buster", "2.7"])
def test_an_image_that_never_was_is_not_answered_for(tag: str) -> None:
    with pytest.raises(UsageError, match=r"unknown tag; did you mean python:3\."):
        target(f"pi4/python:{tag}")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("aarch64/glibc-2.36/py3.11", ("aarch64", 64, "glibc", "2.36", "3.4.30", "3.11", "cp311")),
        ("arm64/glibc-2.34/3.9", ("aarch64", 64, "glibc", "2.34", "3.4.29", "3.9", "cp39")),
        ("armv7l/glibc-2.31/py3.9", ("armv7l", 32, "glibc", "2.31", "3.4.28", "3.9", "cp39")),
        ("x86_64/musl-1.2/py3.12", ("x86_64", 64, "musl", "1.2", None, "3.12", "cp312")),
        ("aarch64/glibc-2.17/py3.7", ("aarch64", 64, "glibc", "2.17", None, "3.7", "cp37m")),
        ("aarch64/debian-12", ("aarch64", 64, "glibc", "2.36", "3.4.30", "3.11.2", "cp311")),
    ],
)
def test_a_machine_without_a_board(name: str, facts: tuple[object, ...]) -> None:
    profile = target(name)
    assert not profile.board.id.is_known
    assert facts == (
        profile.system.architecture.value,
        profile.python.bits.value,
        profile.system.libc.value,
        profile.system.libc_version.value,
        profile.system.glibcxx.value,
        profile.python.version.value,
        profile.python.abi.value,
    )
    assert from_json(json.loads(json.dumps(to_json(profile)))) == profile


def test_an_architecture_alone_is_not_enough() -> None:
    with pytest.raises(UsageError, match=r"aarch64/glibc-2.36/py3.11"):
        target("aarch64")


def test_a_machine_asks_piwheels_where_its_pip_does() -> None:
    names = ("pi4/bookworm-32", "pi4/fedora-43")
    asks = {name: machine_of(target(name)).piwheels for name in names}
    assert asks == {"pi4/bookworm-32": True, "pi4/fedora-43": False}


def test_who_the_first_user_of_an_image_is() -> None:
    assert target("pi4/bookworm-64").rights.value == "sudo"
    assert target("pi4/alpine-3.22-64").rights.value == "root"
