"""Which index is used: the user's own where it is valid and newer, else the shipped one."""

from __future__ import annotations

from pidoctor.catalog.wheels import WheelsIndex, shipped_index


def open_index() -> WheelsIndex:
    """The index to answer from."""
    return WheelsIndex(shipped_index())
