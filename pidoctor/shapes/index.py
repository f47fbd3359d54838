# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""The wheels index."""

from __future__ import annotations

from typing import TypedDict, Union

from pidoctor.shapes.values import (
    ArmLevels,
    IndexStatus,
    NumpyUse,
    Updated,
    Verification,
    VersionNeed,
    WheelAudit,
)


class Library(TypedDict):
    """What one ELF file of a wheel needs; ``pages`` are the page sizes under which it loads."""

    path: str
    required: bool
    machine: str
    bits: int
    float_abi: str
    glibc: VersionNeed
    glibcxx: VersionNeed
    cxxabi: VersionNeed
    needed: list[str]
    bundled: list[str]
    align: int
    pages: list[int]
    exec_stack: bool
    cpu_features: list[str]
    optional_features: list[str]
    arm: Union[ArmLevels, None]
    numpy_api: Union[NumpyUse, None]


class IndexAnswer(TypedDict):
    """The answer of ``pidoctor index``; one of these is there."""

    status: Union[IndexStatus, None]
    update: Union[Updated, None]
    verify: Union[Verification, None]
    audits: Union[list[WheelAudit], None]
