"""What a machine is, as far as running TensorFlow Lite on it is concerned.

A :class:`Profile` is made by the probes (``pidoctor.probe``), from a named target
(``pidoctor.profile.named_targets``) or from JSON (``pidoctor.profile.codec``). It is frozen, and
nothing downstream of it looks at the running machine. Sizes are bytes, times are seconds since
the epoch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pidoctor.profile.environment import UNKNOWN, Environment
from pidoctor.profile.fact import Fact, State
from pidoctor.record_fields import json_form
from pidoctor.records import dataclass

# What a profile says of facts that a pidoctor of its time did not look for.
_OLDER: Fact[Any] = Fact.unreadable("the profile", "it is of an older pidoctor")


@dataclass(frozen=True)
class Board:
    """The board: its model string, its Raspberry Pi revision code, and what the code says."""

    model: Fact[str]  # "Raspberry Pi 4 Model B Rev 1.4"
    revision: Fact[int]  # the 32-bit revision code, warranty and overvoltage bits included
    id: Fact[str]  # the row in catalog/data/boards.json: "pi4", "pi-zero-w"
    soc: Fact[str]  # "BCM2711"
    memory: Fact[int]  # nominal memory of the board, bytes


@dataclass(frozen=True)
class Cpu:
    """The processor and what its kernel says of it."""

    machine: Fact[str]  # of the kernel, `uname -m`: aarch64, armv7l, armv6l, x86_64
    part: Fact[str]  # the core: "cortex-a72"
    cores: Fact[int]
    features: Fact[tuple[str, ...]]  # as in /proc/cpuinfo, sorted
    kinds: Fact[Mapping[str, int]] = _OLDER  # how many cores of each kind


@dataclass(frozen=True)
class System:
    """The operating system: release, kernel, C and C++ libraries."""

    id: Fact[str]  # os-release ID: debian, raspbian, ubuntu, alpine
    flavour: Fact[str]  # "raspberry-pi-os", "debian", "ubuntu", "dietpi", ...
    codename: Fact[str]  # bookworm, jammy
    version: Fact[str]  # VERSION_ID
    name: Fact[str]  # PRETTY_NAME, cleaned
    kernel: Fact[str]  # kernel release
    page_size: Fact[int]  # bytes
    architecture: Fact[str]  # of the userland: aarch64, armv7l, armv6l, x86_64, i686
    libc: Fact[str]  # "glibc" or "musl"
    libc_version: Fact[str]  # "2.36"
    glibcxx: Fact[str]  # newest symbol version of libstdc++: "3.4.30"
    package_manager: Fact[str]  # "apt", "apk", "dnf", "pacman"
    lacks: Fact[tuple[str, ...]] = _OLDER  # shared libraries that wheels need and were not found
    lacks_other: Fact[tuple[str, ...]] = _OLDER  # of those that packages beside a runtime need

    @property
    def has_no_packages(self) -> bool:
        """Whether nothing there installs packages, as on an image made with Yocto or Buildroot."""
        return self.package_manager.state is State.ABSENT


@dataclass(frozen=True)
class Python:
    """The interpreter that TensorFlow Lite is wanted for (not the one that runs pidoctor)."""

    executable: Fact[str]
    version: Fact[str]  # "3.11.2"
    implementation: Fact[str]  # "cpython"
    abi: Fact[str]  # "cp311", "cp313t"
    architecture: Fact[str]  # from its own ELF header: aarch64, armv7l, armv6l, x86_64, i686
    bits: Fact[int]  # pointer size, 32 or 64
    float_abi: Fact[str]  # 32-bit ARM only: "hard" or "soft"
    pip: Fact[str]  # version of its pip
    venv: Fact[bool]  # an environment can be made, and filled by ensurepip's pip or one outside
    ssl: Fact[bool]  # has the module ssl, without which pip cannot download
    externally_managed: Fact[str]  # path of the PEP 668 marker
    is_system: Fact[bool]  # the distribution's own interpreter: sees its Debian packages
    packages: Fact[Mapping[str, str]]  # installed distributions, normalised name -> version


@dataclass(frozen=True)
class Memory:
    """Main memory and swap."""

    total: Fact[int]
    available: Fact[int]
    swap: Fact[int]
    zram: Fact[int]  # the part of swap that is compressed memory


@dataclass(frozen=True)
class Storage:
    """Where an installation would go, and where it unpacks."""

    target: Fact[str]
    target_free: Fact[int]
    target_read_only: Fact[bool]
    temp: Fact[str]
    temp_free: Fact[int]
    temp_is_tmpfs: Fact[bool]


@dataclass(frozen=True)
class Accelerator:
    """A device seen: the row of catalog/data/accelerators.json, and where it was seen."""

    id: str  # "coral-usb"
    name: str
    source: str
    usable: bool  # from Python: by a TensorFlow Lite delegate, or by CompiledModel
    note: str  # what it takes, or why not
    missing: tuple[str, ...] = ()  # of what it needs: libraries, paths
    outside_group: str = ""  # whose members alone may open it, and the user is none
    library_version: str = ""  # of the delegate's Debian package
    seen: bool = True  # else it is supposed, and nobody looked for what it needs


@dataclass(frozen=True)
class Index:
    """A source of wheels that pip is configured to use; its URL without credentials."""

    kind: str  # "index", "extra", "find-links", "piwheels"
    url: str
    source: str


@dataclass(frozen=True)
class Clock:
    """What time the machine thinks it is."""

    now: Fact[float]
    lower_bound: Fact[float]  # a time that is certainly past, and where that is written


ROOT, SUDO, NO_RIGHTS = "root", "sudo", "none"
"""What a user may do with the system's packages: all, all by sudo, nothing."""


@json_form(more={"schema": "schema"})
@dataclass(frozen=True)
class Profile:
    """Everything the resolver, the checks and the reports know of a machine."""

    schema: ClassVar[Literal["pidoctor-profile/1"]] = "pidoctor-profile/1"

    origin: str  # "this machine", "target pi4-4gb/bookworm-64", "capture FILE"
    board: Board
    cpu: Cpu
    system: System
    python: Python
    memory: Memory
    storage: Storage
    accelerators: Fact[tuple[Accelerator, ...]]
    indexes: Fact[tuple[Index, ...]]
    clock: Clock
    environment: Environment = UNKNOWN
    rights: Fact[str] = Fact.unreadable("rights", "nobody looked")
