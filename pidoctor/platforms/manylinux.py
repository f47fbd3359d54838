"""What the platform of a wheel's tag says: manylinux, musllinux, or any Linux.

PEP 600 (manylinux, by the version of glibc) and PEP 656 (musllinux); three older names are aliases:
PEP 513 (manylinux1), PEP 571 (manylinux2010), PEP 599 (manylinux2014).
"""

from __future__ import annotations

import re
from functools import lru_cache

LEGACY_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_PLATFORM = r"(?:(manylinux|musllinux)_(\d+)_(\d+)|(manylinux(?:1|2010|2014))|linux)_(\w+)"


@lru_cache(maxsize=4096)
def platform_of(tag: str) -> tuple[str, tuple[int, int], str] | None:
    """Of the platform part of a tag the family ("manylinux", "musllinux", or "linux" where any libc
    will do), the oldest libc of it, and the machine; None for what is no Linux, and for "any"."""
    match = re.fullmatch(_PLATFORM, tag)
    if match is None:
        return None
    family, major, minor, older, machine = match.groups()
    if family:
        return family, (int(major), int(minor)), machine
    return "manylinux" if older else "linux", LEGACY_GLIBC.get(older, (0, 0)), machine
