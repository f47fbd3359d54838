"""What wheel tags and markers ask of an interpreter."""

from __future__ import annotations

from pidoctor.platforms.versions import Version, dotted, minor_numbers, minor_of
from pidoctor.records import NamedTuple


class Interpreter(NamedTuple):
    """Small, so that judgements of tags can be remembered by it."""

    python: tuple[int, int]
    abi: str  # "cp311"
    implementation: str  # "cpython"
    architecture: str  # the interpreter's own
    kernel_machine: str  # what uname -m says
    float_abi: str | None
    libc: str | None  # "glibc", "musl"
    libc_version: Version | None

    @property
    def python_short(self) -> str:
        """``"3.11"``."""
        return dotted(self.python)


def abi_tag(version: str) -> str:
    """The ABI tag of an ordinary build of CPython: "cp311"; until 3.7 it ends in m (PEP 3149)."""
    python = minor_numbers(version) or (0, 0)
    return "cp{}{}".format(*python) + ("m" if python < (3, 8) else "")


def marker_environment(
    python: str, machine: str = "", implementation: str = "cpython"
) -> dict[str, str]:
    """The values of all markers for a full version of Python and what ``uname -m`` says."""
    return {
        "implementation_name": implementation,
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": minor_of(python),
        "sys_platform": "linux",
        "extra": "",
    }
