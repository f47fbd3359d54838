"""Is there room for an install? Asked before anything is touched."""

from __future__ import annotations

import os
from pathlib import Path

from pidoctor.install.environment_files import remove
from pidoctor.install.failure import failure
from pidoctor.install.memory import MEMINFO, PIP, available_bytes
from pidoctor.install.process import Progress
from pidoctor.install.recipe import Recipe

# An environment with pip, and what the tools write beside the packages.
_ENVIRONMENT = 40 << 20


def needed_bytes(recipe: Recipe) -> int:
    """What the install takes at its highest, on the disk of the environment.

    pip writes a download twice: to its temporary folder, and from there to where it belongs.
    """
    downloads = sum(wheel.size for wheel in recipe.missing)
    return max(2 * downloads, downloads + recipe.plan.unpacked_size) + _ENVIRONMENT


def free_bytes(folder: Path) -> int:
    """What this user may still write on the disk of ``folder``."""
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


def check_space(recipe: Recipe, progress: Progress) -> None:
    """InstallError when the environment's disk has not enough room.

    The state kept for ``undo`` goes first: this install will keep a newer one.
    """
    place, needed = recipe.place, needed_bytes(recipe)
    free = free_bytes(place.venv.parent)
    if free < needed and place.previous.exists():
        progress("The disk is nearly full: the state kept for undo is given up.")
        remove(place.previous, place.discard)
        free = free_bytes(place.venv.parent)
    if free >= needed:
        return
    raise failure(
        "no-space-left",
        f"The install needs {needed / 1e6:.0f} MB, and only {free / 1e6:.0f} MB are free there.",
        f"free space at {place.venv.parent}",
        "Free some space, or install on a larger disk with --venv.",
    )


def check_memory(meminfo: Path = MEMINFO) -> None:
    """InstallError when there is not enough memory for pip, swap included."""
    available = available_bytes(meminfo)
    if available is None or available >= PIP:
        return
    raise failure(
        "out-of-memory",
        f"Only {available / 1e6:.0f} MB of memory are free, and installing takes "
        f"{PIP / 1e6:.0f} MB.",
        f"MemAvailable and SwapFree in {meminfo}",
        "Close other programs or add swap, and run the same command again.",
    )
