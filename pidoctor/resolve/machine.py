"""The part of a Profile that decides which wheels run: plain values, None where unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import Profile

Version = tuple[int, ...]
LIBSTDCXX = "libstdc++.so.6"


class Interpreter(NamedTuple):
    """The facts that wheel tags speak of; small, so that judgements of tags can be remembered."""

    python: tuple[int, int]
    abi: str
    implementation: str
    architecture: str
    kernel_machine: str
    float_abi: str | None
    libc: str | None
    libc_version: Version | None

    @property
    def python_short(self) -> str:
        return "{}.{}".format(*self.python)


@dataclass(frozen=True)
class Machine:
    """What a wheel is judged against.

    ``architecture`` is the interpreter's own (a 32-bit Python under a 64-bit kernel is armv7l),
    ``kernel_machine`` what ``uname -m`` says, which is what environment markers see.
    """

    python: str  # "3.11.2"
    abi: str  # "cp311"
    implementation: str
    architecture: str
    kernel_machine: str
    float_abi: str | None
    libc: str | None  # "glibc", "musl"
    libc_version: Version | None
    glibcxx: Version | None
    page_size: int | None
    cpu_features: frozenset[str] | None
    memory: int | None
    disk_free: int | None
    os_id: str
    os_flavour: str
    codename: str
    system_python: bool  # sees the distribution's own Python packages
    packages: tuple[tuple[str, str], ...]  # installed beside the interpreter
    piwheels: bool
    adds_packages: bool = True  # the user may install packages of the distribution
    missing_libraries: frozenset[str] = frozenset()  # sonames that were looked for, not found
    core: str = ""  # "cortex-a72"

    @cached_property
    def interpreter(self) -> Interpreter:
        return Interpreter(
            _minor(self.python),
            self.abi,
            self.implementation,
            self.architecture,
            self.kernel_machine,
            self.float_abi,
            self.libc,
            self.libc_version,
        )

    @property
    def python_short(self) -> str:
        return self.interpreter.python_short


def parse_version(text: str) -> Version:
    """``"2.36"`` as ``(2, 36)``; raises ValueError for anything but dotted numbers."""
    return tuple(int(part) for part in text.split("."))


def format_version(version: Version) -> str:
    return ".".join(str(part) for part in version)


def machine_of(profile: Profile) -> Machine:
    """The machine that ``profile`` describes.

    Without a known interpreter nothing can be decided, so its version and architecture fall back
    to empty strings; :func:`undecidable` names what is missing then.
    """
    python, system = profile.python, profile.system
    version = python.version.or_else("")
    return Machine(
        python=version,
        abi=python.abi.or_else(_default_abi(version)),
        implementation=python.implementation.or_else("cpython").lower(),
        architecture=python.architecture.or_else(system.architecture.or_else("")),
        kernel_machine=profile.cpu.machine.or_else(python.architecture.or_else("")),
        float_abi=python.float_abi.value,
        libc=system.libc.value,
        libc_version=_version(system.libc_version),
        glibcxx=_version(system.glibcxx),
        page_size=system.page_size.value,
        cpu_features=None
        if profile.cpu.features.value is None
        else frozenset(profile.cpu.features.value),
        memory=profile.memory.total.value,
        disk_free=profile.storage.target_free.value,
        os_id=system.id.or_else(""),
        os_flavour=system.flavour.or_else(""),
        codename=system.codename.or_else(""),
        system_python=python.is_system.or_else(False),
        packages=tuple(sorted(_system_packages(profile).items())),
        core=profile.cpu.part.or_else(""),
        missing_libraries=_missing_libraries(system.glibcxx),
        piwheels=any(index.kind == "piwheels" for index in profile.indexes.or_else(())),
    )


def _system_packages(profile: Profile) -> Mapping[str, str]:
    """What the distribution's own Python has; captures of older versions tell it otherwise."""
    found = profile.environment.system_packages
    return found.or_else({}) if found.is_known else profile.python.packages.or_else({})


def undecidable(profile: Profile) -> tuple[str, Fact[str]] | None:
    """The fact without which no wheel can be judged, with its name, or None."""
    version = profile.python.version
    if not version.is_known or _minor(version.or_else("")) == _NO_PYTHON:
        return "Python version", version
    if not (profile.python.architecture.is_known or profile.system.architecture.is_known):
        return "architecture of Python", profile.python.architecture
    return None


_NO_PYTHON = (0, 0)


def _minor(version: str) -> tuple[int, int]:
    """``"3.11.2"`` as ``(3, 11)``; (0, 0) for what is no version."""
    parts = version.split(".")[:2]
    if len(parts) == 2 and all(part.isdecimal() and len(part) < 5 for part in parts):
        return int(parts[0]), int(parts[1])
    return _NO_PYTHON


def _default_abi(version: str) -> str:
    return "cp" + "".join(version.split(".")[:2])


def _missing_libraries(glibcxx: Fact[str]) -> frozenset[str]:
    """A table that documents no level names itself as the source, a search the file's name."""
    looked_for = glibcxx.source == LIBSTDCXX
    return frozenset({LIBSTDCXX} if glibcxx.state is State.ABSENT and looked_for else ())


def _version(fact: Fact[str]) -> Version | None:
    try:
        return None if fact.value is None else parse_version(fact.value)
    except ValueError:
        return None
