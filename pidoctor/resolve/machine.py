"""The part of a Profile that decides which wheels run: plain values, None where unknown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pidoctor.errors import CouldNotCheckError
from pidoctor.platforms.interpreter import Interpreter, abi_tag, marker_environment
from pidoctor.platforms.versions import Version, minor_numbers, parse_version
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.records import dataclass

_NO_PYTHON = (0, 0)


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
            minor_numbers(self.python) or _NO_PYTHON,
            self.abi,
            self.implementation,
            self.architecture,
            self.kernel_machine,
            self.float_abi,
            self.libc,
            self.libc_version,
        )

    def markers(self) -> dict[str, str]:
        """The environment that markers see on this machine."""
        return marker_environment(self.python, self.kernel_machine, self.implementation)

    @property
    def python_short(self) -> str:
        return self.interpreter.python_short


def machine_of(profile: Profile) -> Machine:
    """The machine that ``profile`` describes.

    Without a known interpreter nothing can be decided, so its version and architecture fall back
    to empty strings; :func:`undecidable` names what is missing then.
    """
    python, system = profile.python, profile.system
    version = python.version.or_else("")
    return Machine(
        python=version,
        abi=python.abi.or_else(abi_tag(version)),
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
        os_flavour=system.flavour.or_else(""),
        codename=system.codename.or_else(""),
        system_python=python.is_system.or_else(False),
        packages=tuple(sorted(_system_packages(profile).items())),
        core=profile.cpu.part.or_else(""),
        missing_libraries=frozenset(system.lacks.or_else(())),
        piwheels=any(index.kind == "piwheels" for index in profile.indexes.or_else(())),
    )


def _system_packages(profile: Profile) -> Mapping[str, str]:
    """What the distribution's own Python has; captures of older versions tell it otherwise."""
    found = profile.environment.system_packages
    return found.or_else({}) if found.is_known else profile.python.packages.or_else({})


def undecidable(profile: Profile) -> tuple[str, Fact[str]] | None:
    """The fact without which no wheel can be judged, with its name, or None."""
    version = profile.python.version
    if not version.is_known or minor_numbers(version.or_else("")) is None:
        return "Python version", version
    if not (profile.python.architecture.is_known or profile.system.architecture.is_known):
        return "architecture of Python", profile.python.architecture
    return None


def must_be_decidable(profile: Profile) -> None:
    """CouldNotCheckError where a fact is missing without which no wheel can be judged."""
    missing = undecidable(profile)
    if missing is not None:
        what, fact = missing
        raise CouldNotCheckError(f"the {what} is not known ({fact.source}: {fact.detail})")


def _version(fact: Fact[str]) -> Version | None:
    try:
        return None if fact.value is None else parse_version(fact.value)
    except ValueError:
        return None
