"""What is said of a candidate: accepted, or rejected for a reason out of a closed list."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Union


class Reason(str, Enum):
    """Why a candidate cannot be used, farthest miss first.

    The order makes the nearest miss the greatest reason over all candidates: one that only
    lacks memory came closer than one that was built for another processor.
    """

    NOT_PUBLISHED = "not-published"
    ARCHITECTURE = "architecture"
    BITNESS = "bitness"
    PYTHON = "python"
    ABI = "abi"
    LIBC = "libc"
    GLIBC_TAG = "glibc-by-tag"
    GLIBC_EVIDENCE = "glibc-by-evidence"
    GLIBCXX = "glibcxx"
    PAGE_SIZE = "page-size"
    CPU_FEATURE = "cpu-feature"
    EXEC_STACK = "exec-stack"
    WRONG_BINARY = "wrong-binary"
    NUMPY_PAIR = "numpy-pair"
    DEPENDENCY = "dependency"
    MEMORY = "memory"
    DISK = "disk"
    YANKED = "yanked"

    @property
    def nearness(self) -> int:
        """Position in the list: the greater, the nearer to being usable."""
        return _ORDER[self]


_ORDER = {reason: position for position, reason in enumerate(Reason)}


@dataclass(frozen=True)
class Accepted:
    """The candidate runs here; ``rank`` 0 is the best tag. ``notes`` say what is not certain."""

    rank: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """The candidate cannot be used; ``detail`` is a sentence a newcomer understands."""

    reason: Reason
    detail: str


Verdict = Union[Accepted, Rejected]
