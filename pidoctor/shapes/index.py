# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""The wheels index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypedDict, Union

from pidoctor.shapes.marks import Amount, one_of


class IndexStatus(TypedDict):
    """The wheels index in use; ``sources`` counts its wheels by where they come from."""

    origin: Annotated[str, one_of("shipped", "updated")]
    folder: str
    retrieved: str
    age_days: Union[Amount, None]
    packages: Amount
    wheels: Amount
    with_evidence: Amount
    sources: Mapping[str, int]
    note: str


class Updated(TypedDict):
    """A finished update, and a sentence for each thing that it changed.

    ``left`` is how many wheels there was no time to read: the next update goes on with them.
    """

    folder: str
    changes: list[str]
    packages: Amount
    left: Amount


class Verification(TypedDict):
    """What was compared with the sources, and what was not as the index says."""

    hashes_checked: Amount
    wheels_read: Amount
    problems: list[str]


class Need(TypedDict):
    """The newest version of a library's symbols that is needed, and that is used if there."""

    strong: str
    weak: str


class NumpyUse(TypedDict):
    """``abi`` 1: only NumPy 1; 2: NumPy 1 and 2. ``feature``: the oldest C API version."""

    abi: int
    feature: int


class ArmLevels(TypedDict):
    """Values of the build attributes of 32-bit ARM code, 0 where it states none."""

    cpu_arch: int
    fp_arch: int
    simd_arch: int


class Library(TypedDict):
    """What one ELF file of a wheel needs; ``pages`` are the page sizes under which it loads."""

    path: str
    required: bool
    machine: str
    bits: int
    float_abi: str
    glibc: Need
    glibcxx: Need
    cxxabi: Need
    needed: list[str]
    bundled: list[str]
    align: int
    pages: list[int]
    exec_stack: bool
    cpu_features: list[str]
    optional_features: list[str]
    arm: Union[ArmLevels, None]
    numpy_api: Union[NumpyUse, None]


class WheelAudit(TypedDict):
    """What was read off one wheel, and where its tag says something else."""

    file: str
    size: Amount
    unpacked_size: Amount
    numpy_api: Union[NumpyUse, None]
    libraries: list[Library]
    disagreements: list[str]


class IndexAnswer(TypedDict):
    """The answer of ``pidoctor index``; one of these is there."""

    status: Union[IndexStatus, None]
    update: Union[Updated, None]
    verify: Union[Verification, None]
    audits: Union[list[WheelAudit], None]
