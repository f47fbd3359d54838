"""Wheel tags of a machine, by ``packaging.tags``, from facts instead of the running interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from packaging.tags import Tag, compatible_tags, cpython_tags

from pidoctor.platforms.interpreter import Interpreter
from pidoctor.platforms.manylinux import LEGACY_GLIBC
from pidoctor.platforms.versions import Version

# The oldest glibc that manylinux knows for an architecture (PEP 599, PEP 600); x86-64 reaches
# back to manylinux1 (PEP 513).
_OLDEST_GLIBC = {"x86_64": 5, "i686": 5}
_OLDEST_GLIBC_ELSEWHERE = 17
_LEGACY = {glibc: name for name, glibc in LEGACY_GLIBC.items()}
# PEP 599 and packaging._manylinux: architectures that manylinux is defined for. armv6l is not.
_MANYLINUX = frozenset({"x86_64", "i686", "aarch64", "armv7l", "armv8l", "ppc64le", "s390x"})


def architectures(machine: Interpreter) -> tuple[str, ...]:
    """The architecture names whose binaries the interpreter loads, best first.

    packaging turns a 32-bit Python under an aarch64 kernel into armv8l, which runs armv7l.
    """
    if machine.architecture == "armv7l" and machine.kernel_machine == "aarch64":
        return "armv8l", "armv7l"
    return (machine.architecture,)


def platforms(machine: Interpreter) -> Iterator[str]:
    """Platform tags of the machine, best first; without a known libc only ``linux_*``."""
    names = architectures(machine)
    if machine.libc_version is not None:
        if machine.libc == "musl":
            yield from _musllinux(names, machine.libc_version)
        elif machine.float_abi != "soft":
            yield from _manylinux(names, machine.libc_version)
    for name in names:
        yield f"linux_{name}"


def _manylinux(names: tuple[str, ...], glibc: Version) -> Iterator[str]:
    for name in names:
        if name not in _MANYLINUX:
            continue
        oldest = _OLDEST_GLIBC.get(name, _OLDEST_GLIBC_ELSEWHERE)
        for minor in range(glibc[1], oldest - 1, -1):
            yield f"manylinux_2_{minor}_{name}"
            if (2, minor) in _LEGACY:
                yield f"{_LEGACY[2, minor]}_{name}"


def _musllinux(names: tuple[str, ...], musl: Version) -> Iterator[str]:
    for name in names:
        for minor in range(musl[1], -1, -1):
            yield f"musllinux_{musl[0]}_{minor}_{name}"


@lru_cache(maxsize=256)
def supported_tags(machine: Interpreter) -> dict[Tag, int]:
    """Every tag the machine accepts, with its rank: 0 is the best."""
    names = tuple(platforms(machine))
    ordered: list[Tag] = []
    short = "py{}{}".format(*machine.python)
    if machine.implementation == "cpython":
        short = machine.abi.rstrip("t")
        ordered += cpython_tags(machine.python, abis=[machine.abi], platforms=names)
    ordered += compatible_tags(machine.python, interpreter=short, platforms=names)
    return {tag: rank for rank, tag in reversed(list(enumerate(ordered)))}
