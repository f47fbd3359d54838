"""The facts of an interpreter that wheel tags speak of."""

from __future__ import annotations

from typing import NamedTuple

from pidoctor.platforms.versions import Version, dotted


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
