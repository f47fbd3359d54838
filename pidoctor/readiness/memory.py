"""The memory that an install takes."""

from __future__ import annotations

from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import size

PIP = 96 << 20
"""Bytes: the resident memory of pip at its highest, pip 23.0 on x86-64 while it installed numpy,
ai-edge-litert and protobuf from local files."""


def downloads_at_once(available: int | None, most: int) -> int:
    """How many pips may download side by side; ``available`` is memory and swap, in bytes."""
    return most if available is None else max(1, min(most, available // (2 * PIP)))


def out_of_memory(available: int, source: str) -> Finding | None:
    """The finding where ``available`` bytes, swap included, are too few for pip."""
    if available >= PIP:
        return None
    return Finding(
        "out-of-memory",
        Severity.ERROR,
        f"Only {size(available)} of memory are available, swap included, and installing takes "
        f"{size(PIP)}.",
        source,
        Remedy("Close other programs or add swap, and run the same command again."),
    )
