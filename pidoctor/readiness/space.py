"""The bytes that an install takes on the disk of its environment, at its highest."""

from __future__ import annotations

from collections.abc import Iterable

from pidoctor.catalog.wheels import Wheel
from pidoctor.resolve.plan import Plan
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import size

ENVIRONMENT = 40 << 20
"""An environment with pip, and what the tools write beside the packages: venv with pip 23 to 26
takes 15 to 20 MB, journals and logs the rest."""


def bytes_needed(plan: Plan, missing: Iterable[Wheel]) -> int:
    """What the install of ``plan`` takes when the wheels ``missing`` have to be downloaded.

    pip writes a download twice: to its temporary folder, which pidoctor puts beside the
    environment, and from there to where it belongs.
    """
    downloads = sum(wheel.size for wheel in missing)
    return max(2 * downloads, downloads + plan.unpacked_size) + ENVIRONMENT


def no_space_left(needed: int, free: int, place: str) -> Finding | None:
    """The finding where ``free`` bytes at ``place`` are too few."""
    if free >= needed:
        return None
    return Finding(
        "no-space-left",
        Severity.ERROR,
        f"There is not enough room: the installation needs {size(needed)}, "
        f"and {size(free)} are free.",
        f"free space at {place}: {size(free)}",
        Remedy(
            "Free some room, or install on another disk with --venv.",
            ("sudo apt-get clean", "python3 -m pip cache purge"),
        ),
    )
