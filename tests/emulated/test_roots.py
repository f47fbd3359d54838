"""The roots are what the other emulated tests take them for."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Callable

import pytest

from tests.extent import EVERYTHING

from .installed import Installed
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_DESCRIBE = """
import json, os, platform, struct, sys
print(json.dumps({
    "python": "%d.%d" % sys.version_info[:2], "libc": list(platform.libc_ver()),
    "machine": platform.machine(), "pointer": struct.calcsize("P")}))
"""
_MACHINES = {"arm64": ("aarch64", 8), "armhf": ("armv7l", 4)}
_RELEASES = [("bullseye", "3.9", "2.31"), ("bookworm", "3.11", "2.36"), ("trixie", "3.13", "2.41")]
_EVERY = [(*release, arch) for release in _RELEASES for arch in _MACHINES]
#: Where pidoctor is installed: one root of each release, or every one.
INSTALLED = _EVERY if EVERYTHING else [_EVERY[0], _EVERY[3], _EVERY[4]]


@pytest.mark.parametrize("arch", _MACHINES)
@pytest.mark.parametrize(("suite", "python", "glibc"), _RELEASES)
def test_a_root_is_the_release_and_the_machine_it_is_named_for(
    arm_root: Callable[..., Root], suite: str, arch: str, python: str, glibc: str
) -> None:
    root = arm_root(suite, arch)
    machine, pointer = _MACHINES[arch]
    assert json.loads(root.run(["python3", "-c", _DESCRIBE]).stdout) == {
        "python": python,
        "libc": ["glibc", glibc],
        "machine": machine,
        "pointer": pointer,
    }
    assert root.run(["dpkg", "--print-architecture"]).stdout.strip() == arch
    assert root.run(["python3", "-c", "import numpy"], check=False).returncode == 1


@pytest.mark.parametrize(
    ("suite", "arch", "version"),
    [
        ("bullseye", "arm64", "1.19.5"),
        ("bullseye", "armhf", "1.19.5"),
        ("bookworm", "armhf", "1.24.2"),
        ("trixie", "armhf", "2.2.4"),
    ],
)
def test_a_root_with_numpy_has_debians(
    arm_root: Callable[..., Root], suite: str, arch: str, version: str
) -> None:
    root = arm_root(suite, arch, numpy=True)
    use = "import numpy; print(numpy.__version__, numpy.linalg.det(numpy.eye(2)))"
    assert root.run(["python3", "-c", use]).stdout.split() == [version, "1.0"]


def test_debian_packages_can_be_installed(arm_root: Callable[..., Root]) -> None:
    root = arm_root("bookworm", "armhf")
    root.run(["apt-get", "install", "--yes", "--no-install-recommends", "python3-numpy"])
    assert root.run(["python3", "-c", "import numpy"]).returncode == 0


def test_the_core_is_the_one_asked_for(arm_root: Callable[..., Root]) -> None:
    root = arm_root("bookworm", "arm64")
    features = {
        core: root.run(["grep", "Features", "/proc/cpuinfo"], cpu=core).stdout.split()
        for core in ("cortex-a72", "cortex-a76")
    }
    assert "atomics" in features["cortex-a76"]
    assert "atomics" not in features["cortex-a72"]
    assert root.run(["grep", "Features", "/proc/cpuinfo"]).stdout.split() == features["cortex-a72"]


def test_copies_of_a_root_are_apart(arm_root: Callable[..., Root]) -> None:
    first, second = arm_root("bookworm", "armhf"), arm_root("bookworm", "armhf")
    first.run(["sh", "-c", "rm /etc/debian_version; echo mine > /root/file"])
    with contextlib.closing(first.copy()) as copy:
        copy.run(["ls", "/root/file", "/etc/os-release"])
        assert copy.run(["ls", "/etc/debian_version"], check=False).returncode == 2
    assert second.run(["ls", "/etc/debian_version"]).returncode == 0
    assert second.run(["ls", "/root/file"], check=False).returncode == 2


def test_files_of_this_machine_can_stand_in(arm_root: Callable[..., Root], tmp_path: Path) -> None:
    stand_in = tmp_path / "meminfo"
    stand_in.write_text("MemTotal: 512 kB\n")
    root = arm_root("bookworm", "armhf")
    seen = root.run(["cat", "/proc/meminfo"], binds=[(stand_in, "/proc/meminfo")])
    assert seen.stdout == "MemTotal: 512 kB\n"
    assert root.run(["cat", "/proc/meminfo"]).stdout != seen.stdout


def test_a_root_can_be_cut_off_from_the_network(arm_root: Callable[..., Root]) -> None:
    root = arm_root("bookworm", "armhf")
    interfaces = root.run(["cat", "/proc/net/dev"], online=False).stdout.splitlines()[2:]
    assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]


@pytest.mark.parametrize(("suite", "python", "glibc", "arch"), INSTALLED)
def test_pidoctor_installs_from_wheels_alone_and_sees_where_it_is(
    installed: Callable[..., Installed], suite: str, python: str, glibc: str, arch: str
) -> None:
    profile = installed(suite, arch).result("check")["profile"]
    machine, pointer = _MACHINES[arch]
    seen = profile["python"]
    assert seen["version"]["value"].rsplit(".", 1)[0] == python
    assert (seen["architecture"]["value"], seen["bits"]["value"]) == (machine, 8 * pointer)
    assert profile["system"]["codename"]["value"] == suite
    assert profile["system"]["libc_version"]["value"] == glibc
