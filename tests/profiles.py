"""Profiles for tests: a Raspberry Pi 4 with Bookworm, and any change of it."""

from __future__ import annotations

import dataclasses
from typing import Any

from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import (
    Accelerator,
    Board,
    Clock,
    Cpu,
    Index,
    Memory,
    Profile,
    Python,
    Storage,
    System,
)

MB, GB = 2**20, 2**30
HOME = "/home/alice"
SECTIONS: dict[str, Any] = {
    "board": Board,
    "cpu": Cpu,
    "system": System,
    "python": Python,
    "memory": Memory,
    "storage": Storage,
    "clock": Clock,
}


def known(value: Any, source: str = "test") -> Fact[Any]:
    return Fact.known(value, source)


def pi4() -> Profile:
    """A Raspberry Pi 4 with 4 GB and Raspberry Pi OS Bookworm, 64 bits."""
    python = "/usr/bin/python3"
    return Profile(
        origin="this machine",
        board=Board(
            model=known("Raspberry Pi 4 Model B Rev 1.4", "/proc/device-tree/model"),
            revision=known(0xC03114, "/proc/device-tree/system/linux,revision"),
            id=known("pi4", "boards.json"),
            soc=known("BCM2711", "boards.json"),
            memory=known(4 * GB, "boards.json"),
        ),
        cpu=Cpu(
            machine=known("aarch64", "uname"),
            part=known("cortex-a72", "/proc/cpuinfo"),
            cores=known(4, "/proc/cpuinfo"),
            features=known(("asimd", "cpuid", "crc32", "evtstrm", "fp"), "/proc/cpuinfo"),
        ),
        system=System(
            id=known("debian", "/etc/os-release"),
            flavour=known("raspberry-pi-os", "/etc/rpi-issue"),
            codename=known("bookworm", "/etc/os-release"),
            version=known("12", "/etc/os-release"),
            name=known("Debian GNU/Linux 12 (bookworm)", "/etc/os-release"),
            kernel=known("6.6.31+rpt-rpi-v8", "uname"),
            page_size=known(4096, "sysconf"),
            architecture=known("aarch64", "ELF header of /bin/sh"),
            libc=known("glibc", python),
            libc_version=known("2.36", python),
            glibcxx=known("3.4.30", "libstdc++.so.6"),
            package_manager=known("apt", "/usr/bin/apt-get"),
            lacks=known((), "/usr/lib"),
        ),
        python=Python(
            executable=known(python),
            version=known("3.11.2", python),
            implementation=known("cpython", python),
            abi=known("cp311", python),
            architecture=known("aarch64", f"ELF header of {python}"),
            bits=known(64, f"ELF header of {python}"),
            float_abi=Fact.absent(python, "not 32-bit ARM"),
            pip=known("23.0.1", "site-packages"),
            venv=known(True, python),
            ssl=known(True, python),
            externally_managed=Fact.absent("/usr/lib/python3.11/EXTERNALLY-MANAGED"),
            is_system=known(True, python),
            packages=known({"pip": "23.0.1"}, "site-packages"),
        ),
        memory=Memory(
            total=known(3794 * MB, "/proc/meminfo"),
            available=known(3200 * MB, "/proc/meminfo"),
            swap=known(200 * MB, "/proc/meminfo"),
            zram=known(0, "/proc/swaps"),
        ),
        storage=Storage(
            target=known(f"{HOME}/project/.venv", "the current folder"),
            target_free=known(20 * GB, "statvfs"),
            target_read_only=known(False, "statvfs"),
            temp=known("/tmp", "the temporary folder"),
            temp_free=known(19 * GB, "statvfs"),
            temp_is_tmpfs=known(False, "/proc/self/mounts"),
        ),
        accelerators=known((), "/sys/bus/usb/devices"),
        indexes=known((Index("index", "default", "pip's default"),), "pip's default"),
        clock=Clock(
            now=known(1_800_000_000.0, "clock"), lower_bound=known(1_780_000_000.0, "test")
        ),
    )


def changed(profile: Profile, **changes: Any) -> Profile:
    """The profile with facts replaced: ``python_pip="18.1"``, ``storage_temp=Fact.absent(...)``.

    A value that is no Fact becomes a known one.
    """
    replace: Any = dataclasses.replace
    for name, value in changes.items():
        fact = value if isinstance(value, Fact) else known(value)
        section, _, field = name.partition("_")
        if field:
            fact = replace(getattr(profile, section), **{field: fact})
        profile = replace(profile, **{section: fact})
    return profile


def unknown_profile() -> Profile:
    """A machine of which nothing could be read."""
    nothing: Fact[Any] = Fact.unreadable("nowhere", "permission denied")
    parts: dict[str, Any] = {"accelerators": nothing, "indexes": nothing}
    for name, section in SECTIONS.items():
        parts[name] = section(**{field.name: nothing for field in dataclasses.fields(section)})
    return Profile(origin="this machine", **parts)


def coral(kind: str = "usb") -> Accelerator:
    """A Coral Edge TPU, as the probe reports one."""
    return Accelerator(
        f"coral-{kind}",
        f"Coral {kind.upper()} Accelerator",
        "/sys/bus/usb/devices/1-1",
        True,
        "Works through the libedgetpu.so.1 delegate.",
    )
