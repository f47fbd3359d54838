"""The operating system: release, flavour, architecture, libraries."""

from __future__ import annotations

import pytest

from pidoctor.catalog.index_scope import indexed_packages
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.host.base import Distribution
from pidoctor.probe.system import WANTED, glibcxx_level, parse_os_release, probe_system
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import System
from tests.unit.host.fake import fake_host
from tests.unit.probe.elves import AARCH64, ARM, EABI5, HARD, elf

NONE: Fact[str] = Fact.absent("test")
ARMHF = elf(ARM, 32, EABI5 | HARD, "/lib/ld-linux-armhf.so.3")


def system(files: dict[str, object], machine: str | None = None, **parts: object) -> System:
    kernel = NONE if machine is None else Fact.known(machine, "uname")
    return probe_system(fake_host(files, **parts), kernel, NONE)


def test_os_release_values() -> None:
    text = (
        'ID=debian\nVERSION_ID="12"\nPRETTY_NAME=\'It\'\'s\'\nNAME="a \\"b\\" \\$c"\n'
        "# comment\nbad line\nlower=x\nEMPTY=\n"
    )
    assert parse_os_release(text) == {
        "ID": "debian",
        "VERSION_ID": "12",
        "PRETTY_NAME": "It''s",
        "NAME": 'a "b" $c',
        "EMPTY": "",
    }


def test_os_release_cannot_write_to_the_terminal() -> None:
    fields = parse_os_release('PRETTY_NAME="Deb\x1b[2Jian\u202e' + "x" * 100_000 + '"\n')
    assert "\x1b" not in fields["PRETTY_NAME"]
    assert "\u202e" not in fields["PRETTY_NAME"]
    assert len(fields["PRETTY_NAME"]) <= 200


@pytest.mark.parametrize(
    ("files", "flavour"),
    [
        ({"/etc/os-release": "ID=debian\n"}, "debian"),
        ({"/etc/os-release": "ID=raspbian\n"}, "raspberry-pi-os"),
        ({"/etc/os-release": "ID=debian\n", "/etc/rpi-issue": "x"}, "raspberry-pi-os"),
        (
            {"/etc/os-release": "ID=debian\n", "/etc/apt/sources.list.d/raspi.list": ""},
            "raspberry-pi-os",
        ),
        (
            {"/etc/os-release": "ID=raspbian\n", "/boot/dietpi/.version": "", "/etc/rpi-issue": ""},
            "dietpi",
        ),
        ({"/usr/lib/os-release": "ID=fedora\n"}, "fedora"),
    ],
)
def test_flavour(files: dict[str, object], flavour: str) -> None:
    assert system(files).flavour.value == flavour


def test_a_system_without_os_release_is_asked_of_distro(monkeypatch: pytest.MonkeyPatch) -> None:
    host = fake_host()
    monkeypatch.setattr(host, "distribution", lambda: Distribution("slackware", "15", "", "S"))
    found = probe_system(host, NONE, NONE)
    assert (found.id.value, found.version.value, found.id.source) == ("slackware", "15", "distro")
    assert found.codename.state is State.ABSENT


@pytest.mark.parametrize(
    ("os_id", "kernel", "architecture"),
    [
        ("raspbian", "armv6l", "armv6l"),
        ("raspbian", "armv7l", "armv7l"),
        ("raspbian", "aarch64", "armv7l"),
        ("debian", "aarch64", "armv7l"),
        ("debian", None, "armv7l"),
        ("raspbian", None, None),
    ],
)
def test_32_bit_arm(os_id: str, kernel: str | None, architecture: str | None) -> None:
    files: dict[str, object] = {"/etc/os-release": f"ID={os_id}\n", "/bin/sh": ARMHF}
    assert system(files, kernel).architecture.value == architecture


def test_64_bit_arm_needs_no_kernel() -> None:
    assert system({"/bin/sh": elf(AARCH64, 64)}).architecture.value == "aarch64"


def test_the_c_library_of_a_card() -> None:
    folder = "/usr/lib/arm-linux-gnueabihf"
    found = system(
        {"/bin/sh": ARMHF, f"{folder}/libc.so.6": "", f"{folder}/libstdc++.so.6": ""},
        searches=[
            {"path": f"{folder}/libc.so.6", "pattern": "glibc", "found": ["2.31"]},
            {
                "path": f"{folder}/libstdc++.so.6",
                "pattern": "glibcxx",
                "found": ["3.4.9", "3.4.28", "3.4"],
            },
        ],
    )
    assert (found.libc.value, found.libc_version.value) == ("glibc", "2.31")
    assert found.glibcxx.value == "3.4.28"


def test_the_c_library_beside_the_loader() -> None:
    """NixOS keeps each package in a folder of its own, and the C library with its loader."""
    folder = "/nix/store/a1b2-glibc-2.40-66/lib"
    shell = {"/bin/sh": elf(AARCH64, 64, 0, f"{folder}/ld-linux-aarch64.so.1")}
    searches = [{"path": f"{folder}/libc.so.6", "pattern": "glibc", "found": ["2.40"]}]
    found = system({**shell, f"{folder}/libc.so.6": ""}, searches=searches)
    assert (found.libc.value, found.libc_version.value) == ("glibc", "2.40")
    assert found.glibcxx.state is State.ABSENT


def test_glibcxx_is_compared_by_number() -> None:
    assert glibcxx_level((b"3.4.9", b"3.4.30", b"3.4.4")) == "3.4.30"
    assert glibcxx_level(()) is None


def test_no_libstdcxx_is_absent() -> None:
    found = system({"/bin/sh": elf(AARCH64, 64)})
    assert found.glibcxx.state is State.ABSENT
    assert "aarch64-linux-gnu" in found.glibcxx.detail


LIBRARIES = "/usr/lib/aarch64-linux-gnu"
SHELL = {"/bin/sh": elf(AARCH64, 64, 0, "/lib/ld-linux-aarch64.so.1")}


def lacks(*there: str, **parts: object) -> Fact[tuple[str, ...]]:
    files = {f"{LIBRARIES}/{name}": b"\x7fELF" for name in there}
    return system({**SHELL, **files}, **parts).lacks  # type: ignore[arg-type]


CACHE = {"path": "/etc/ld.so.cache", "pattern": "loader-cache", "found": ["libz.so.1"]}


def test_a_library_is_lacking_where_the_loader_does_not_know_it() -> None:
    found = lacks("libstdc++.so.6", "libgcc_s.so.1", searches=[CACHE])
    assert found.value == ("libatomic.so.1",)


def test_a_part_of_a_system_lacks_nothing_for_certain() -> None:
    assert lacks("libstdc++.so.6").state is State.UNREADABLE


def test_the_c_plus_plus_library_is_missed_at_once() -> None:
    assert lacks("libz.so.1").value == ("libstdc++.so.6",)


def test_a_capture_that_was_made_before_this_was_looked_at_lacks_nothing_for_certain() -> None:
    host = fake_host(SHELL, complete=False, present=[f"{LIBRARIES}/libstdc++.so.6"])
    assert probe_system(host, NONE, NONE).lacks.state is State.UNREADABLE


def test_libraries_of_other_packages_are_looked_for_in_the_cache_and_the_folders() -> None:
    cache = {"path": "/etc/ld.so.cache", "pattern": "loader-cache-other", "found": ["libGL.so.1"]}
    host = fake_host({**SHELL, f"{LIBRARIES}/libxcb.so.1": b"\x7fELF"}, searches=[cache])
    found = probe_system(host, NONE, NONE).lacks_other
    others = load_systems().other_libraries
    assert found.value == tuple(n for n in others if n not in ("libGL.so.1", "libxcb.so.1"))
    assert probe_system(fake_host(SHELL), NONE, NONE).lacks_other.state is State.ABSENT
    older = fake_host(SHELL, complete=False)
    assert probe_system(older, NONE, NONE).lacks_other.state is State.UNREADABLE


@pytest.mark.parametrize(
    ("image", "bare"),
    [
        ("python:3.11-slim", True),
        ("python:3.11-slim-bookworm", True),
        ("python:3.11", False),
        ("debian:12", True),
        ("ubuntu:24.04", True),
        ("alpine:3.22", False),
    ],
)
def test_an_image_without_any_desktop_has_none_of_them(image: str, bare: bool) -> None:
    systems = load_systems()
    assert systems.lacking_in(image) == (systems.other_libraries if bare else ())


def test_the_index_needs_no_library_that_is_not_looked_for() -> None:
    """What a new wheel needs belongs into the table; the C library's own files are always there."""
    glibc = ("libc", "libm", "libpthread", "libdl", "librt", "ld-linux-", "libutil")
    index = WheelsIndex(shipped_index())
    needed = {
        soname
        for name in indexed_packages()
        for project in [index.project(name)]
        for wheel in (project.wheels if project else ())
        for library in (wheel.evidence.libraries if wheel.evidence else ())
        if library.required
        for soname in library.needed
    }
    assert {soname for soname in needed if not soname.startswith(glibc)} <= set(WANTED)
