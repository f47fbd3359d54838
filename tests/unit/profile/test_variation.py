"""One thing changed, and everything that follows from it."""

from __future__ import annotations

import pytest

from pidoctor.catalog.systems import load_systems
from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.probe.machine import probe
from pidoctor.profile import variation
from pidoctor.profile.difference import steps
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import Image
from pidoctor.profile.variation import (
    fewer_bits,
    more_bits,
    other_pythons,
    other_releases,
    small_pages,
    with_bits,
    with_board,
    with_image,
    with_page_size,
    with_python,
)

GIB = 1 << 30


def facts(profile: Profile) -> tuple[object, ...]:
    return (
        profile.python.version.value,
        profile.python.architecture.value,
        profile.python.is_system.value,
        profile.system.libc_version.value,
        profile.system.page_size.value,
        profile.cpu.machine.value,
    )


def test_python() -> None:
    changed = with_python(target("pi4-4gb/bookworm-64"), "3.13")
    assert facts(changed) == ("3.13", "aarch64", False, "2.36", 4096, "aarch64")
    assert changed.python.abi.value == "cp313"


def test_the_systems_own_python_is_its_own() -> None:
    other = target("pi4-4gb/bookworm-64/py3.13")
    assert with_python(other, "3.11").python == target("pi4-4gb/bookworm-64").python


def test_page_size() -> None:
    assert with_page_size(target("pi5-8gb/trixie-64"), 4096).system.page_size.value == 4096


def test_bits() -> None:
    assert facts(with_bits(target("pi4-4gb/bookworm-32"), 64)) == facts(
        target("pi4-4gb/bookworm-64")
    )
    with pytest.raises(UsageError, match="32-bit processor"):
        with_bits(target("pi-zero-w/bookworm-32"), 64)


def with_release(profile: Profile, name: str) -> Profile:
    row = load_systems().named(name, "raspberry-pi")
    assert row is not None
    return with_image(profile, Image(row, 64))


def test_release() -> None:
    changed = with_release(target("pi4-4gb/bullseye-64"), "bookworm")
    assert facts(changed) == facts(target("pi4-4gb/bookworm-64"))
    assert changed.system.glibcxx.value == "3.4.30"
    assert changed.system.codename.value == "bookworm"


def test_a_release_brings_its_own_python() -> None:
    changed = with_release(target("pi4-4gb/bookworm-64/py3.9"), "trixie")
    assert (changed.python.version.value, changed.python.is_system.value) == ("3.13.5", True)


def test_board() -> None:
    changed = with_board(target("pi-zero-w/bookworm-32"), "pi4", 4 * GIB)
    assert facts(changed) == facts(target("pi4-4gb/bookworm-32"))
    assert changed.memory.total.value == 4 * GIB
    assert "neon" not in (target("pi-zero-w/bookworm-32").cpu.features.value or ())
    with pytest.raises(UsageError, match="Bookworm or newer"):
        with_board(target("pi4-4gb/bullseye-64"), "pi5")


def test_a_board_keeps_the_chosen_python() -> None:
    changed = with_board(target("pi-3b/bookworm-64/py3.9"), "pi4", 2 * GIB)
    assert (changed.python.version.value, changed.python.is_system.value) == ("3.9", False)


def text(before: Profile, after: Profile) -> str:
    """What is to be done first."""
    return next(steps(before, after)).text


def texts(variations: object, profile: Profile) -> list[str]:
    return [text(profile, found) for found in getattr(variation, str(variations))(profile)]


def test_other_pythons_nearest_first() -> None:
    versions = [found.python.version.value for found in other_pythons(target("pi4/trixie-64"))]
    assert versions == ["3.12", "3.14", "3.11", "3.10", "3.9"]
    assert "uv python install 3.12" in texts("other_pythons", target("pi4/trixie-64"))[0]
    assert "from source" in texts("other_pythons", target("pi-zero-w/trixie-32"))[0]


def test_small_pages() -> None:
    pi5 = target("pi5-8gb/bookworm-64")
    (found,) = small_pages(pi5)
    assert found.system.page_size.value == 4096
    assert "kernel=kernel8.img" in text(pi5, found)
    assert list(small_pages(target("pi4-4gb/bookworm-64"))) == []


def test_other_bits() -> None:
    pi4 = target("pi4-4gb/bookworm-32")
    (found,) = more_bits(pi4)
    assert text(pi4, found) == "install the 64-bit Raspberry Pi OS 12 (bookworm)"
    assert list(more_bits(target("pi-zero-w/bookworm-32"))) == []
    assert list(more_bits(target("pi4-4gb/bookworm-64"))) == []
    (fewer,) = fewer_bits(target("pi4-4gb/bookworm-64"))
    assert fewer.python.bits.value == 32


def test_other_releases() -> None:
    assert texts("other_releases", target("pi4-4gb/bullseye-64")) == [
        "install the 64-bit Raspberry Pi OS 12 (bookworm)",
        "install the 64-bit Raspberry Pi OS 13 (trixie)",
    ]
    musl = texts("other_releases", target("pi4-4gb/alpine-3.22-64"))
    other = next(said for said in musl if "Alpine" not in said)
    assert other == "install the 64-bit Raspberry Pi OS 13 (trixie)"


def test_only_systems_that_a_board_is_documented_to_run_are_proposed() -> None:
    assert texts("other_releases", target("jetson-nano-4gb/jetpack-4-64")) == []
    assert texts("other_releases", target("coral-dev-board-4gb/mendel-5-64")) == []
    assert texts("other_releases", target("jetson-orin-nano-8gb/jetpack-5-64")) == [
        "install the 64-bit JetPack 6 (L4T 36, Ubuntu 22.04 (jammy))",
        "install the 64-bit JetPack 7 (L4T 38, Ubuntu 24.04 (noble))",
    ]


def test_boards_are_never_a_step_down() -> None:
    for name in ("pi4-4gb/bookworm-64", "pi-zero-w/bookworm-32", "pi-3b/bullseye-64"):
        profile = target(name)
        for found in variation.boards(profile):
            assert found.board.memory.or_else(0) >= profile.board.memory.or_else(0)
            assert found.board.id != profile.board.id or (
                found.board.memory != profile.board.memory
            )
    bookworm = "the 64-bit Raspberry Pi OS 12 (bookworm)"
    assert f"use a Raspberry Pi 5 with 1 GB of memory with {bookworm}" in texts(
        "boards", target("pi-3b/bullseye-64")
    )


def test_a_machine_that_is_in_no_table() -> None:
    """This PC: its release may be in the table of systems, its board is in none."""
    profile = probe(LiveHost()).profile
    assert len(list(other_pythons(profile))) == 5
    for found in other_releases(profile):
        assert found.python.architecture == profile.python.architecture or (
            found.python.architecture.value == profile.system.architecture.value
        )
        assert found.cpu == profile.cpu
    assert list(other_releases(target("pi4/trixie-64")))
