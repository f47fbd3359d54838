"""What the platform of a wheel's tag says: manylinux, musllinux, or any Linux.

PEP 600 (manylinux, by the version of glibc) and PEP 656 (musllinux); three older names are aliases:
PEP 513 (manylinux1), PEP 571 (manylinux2010), PEP 599 (manylinux2014).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pidoctor.expressions import expression

LEGACY_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_PLATFORM = expression(
    r"(?:(manylinux|musllinux)_(\d+)_(\d+)|(manylinux(?:1|2010|2014))|linux)_(\w+)"
)


class Platform(NamedTuple):
    family: str  # "manylinux", "musllinux", "linux"
    level: tuple[int, int]  # the oldest libc of that family; (0, 0) where any will do
    machine: str


@lru_cache(maxsize=4096)
def platform_of(tag: str) -> Platform | None:
    """The platform part of a tag, read; None for what is no Linux, and for "any"."""
    match = _PLATFORM.fullmatch(tag)
    if match is None:
        return None
    family, major, minor, older, machine = match.groups()
    if family:
        return Platform(family, (int(major), int(minor)), machine)
    return Platform("manylinux" if older else "linux", LEGACY_GLIBC.get(older, (0, 0)), machine)
