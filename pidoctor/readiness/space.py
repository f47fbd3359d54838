"""The bytes that an install takes at its highest: on the disk of its environment, and of memory."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Container, Iterable

from pidoctor.catalog.wheels import Wheel
from pidoctor.records import NamedTuple
from pidoctor.resolve.plan import Plan
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import size

_CLEAN: tuple[str, ...] = ("sudo apt-get clean", "python3 -m pip cache purge")
ENVIRONMENT = 40 << 20
"""An environment with pip, and what the tools write beside the packages: venv with pip 23 to 26
takes 15 to 20 MB, journals and logs the rest."""
_BYTECODE = 32
"""The part of the unpacked packages that the proof compiles, at most: 46 of tensorflow 2.21.0's
2,030 MB with all that it needs."""


class Kept(NamedTuple):
    """The wheels that earlier installs kept: the hashes of those that a plan can use, the folder of
    all, and the bytes that removing it frees on the disk of the environment."""

    hashes: Container[str] = ()
    folder: str = ""
    size: int = 0


def bytes_to_download(wheels: Iterable[Wheel]) -> int:
    """What pip takes while it downloads: it writes each wheel twice, to its temporary folder, which
    pidoctor puts on the same disk, and from there to where it belongs."""
    return 2 * sum(wheel.size for wheel in wheels)


def bytes_needed(plan: Plan, missing: Collection[Wheel]) -> int:
    """What the install of ``plan`` takes when the wheels ``missing`` have to be downloaded."""
    unpacked = plan.unpacked_size + plan.unpacked_size // _BYTECODE
    then = sum(wheel.size for wheel in missing) + unpacked
    return max(bytes_to_download(missing), then) + ENVIRONMENT


def no_space_left(plan: Plan, kept: Kept, free: int, place: str) -> Finding | None:
    """The finding where ``free`` bytes at ``place`` are too few.

    It names the kept wheels where removing them gives more than downloading the plan's takes.
    """
    needed = bytes_needed(plan, [wheel for wheel in plan.wheels if wheel.sha256 not in kept.hashes])
    if free >= needed:
        return None
    text, commands = "Free some room, or install on another disk with --venv.", _CLEAN
    anew = bytes_needed(plan, plan.wheels)
    if kept.size > anew - needed:
        enough, remove = free + kept.size >= anew, (f"rm -r {shlex.quote(kept.folder)}",)
        commands = remove + commands if enough else commands + remove
        text += f" The wheels that pidoctor kept from earlier installs take {size(kept.size)}; "
        text += f"removing them is {'enough' if enough else 'not enough alone'}."
    return Finding(
        "no-space-left",
        Severity.ERROR,
        f"There is not enough room: the installation needs {size(needed)}, "
        f"and {size(free)} are free.",
        f"free space at {place}: {size(free)}",
        Remedy(text, commands),
    )


PIP_MEMORY = 96 << 20
"""Bytes: the resident memory of pip at its highest, pip 23.0 on x86-64 while it installed numpy,
ai-edge-litert and protobuf from local files."""


def out_of_memory(available: int, source: str) -> Finding | None:
    """The finding where ``available`` bytes, swap included, are too few for pip."""
    if available >= PIP_MEMORY:
        return None
    return Finding(
        "out-of-memory",
        Severity.ERROR,
        f"Only {size(available)} of memory are available, swap included, and installing takes "
        f"{size(PIP_MEMORY)}.",
        source,
        Remedy("Close other programs or add swap, and run the same command again."),
    )
