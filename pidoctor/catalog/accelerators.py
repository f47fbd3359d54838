"""Accelerators: how each is recognised, and whether TensorFlow Lite can use it from Python."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.tables import load_table


class Signs(NamedTuple):
    """What gives a device away: one value of every kind that is named."""

    usb: tuple[str, ...] = ()  # "1a6e:089a"
    pci: tuple[str, ...] = ()  # "1ac1:089a"
    pci_graphics: tuple[str, ...] = ()  # the vendor of a display controller (class 03): "10de"
    device_tree: tuple[str, ...] = ()  # compatible strings
    paths: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()  # Debian packages


class Need(NamedTuple):
    """What its delegate needs of the system: a shared library or a path, and where it is from."""

    package: str
    library: str = ""
    path: str = ""


class AcceleratorRow(NamedTuple):
    """A device. ``usable`` means by a TensorFlow Lite delegate from Python."""

    id: str
    name: str
    seen: Signs
    usable: bool
    note: str
    needs: tuple[Need, ...]
    group: str  # the group whose members may open it
    sources: tuple[str, ...]
    page_size: int | None = None  # the only page size of the kernel that its driver works with


@lru_cache(maxsize=1)
def load_accelerators() -> tuple[AcceleratorRow, ...]:
    """The table of accelerators.json."""
    return tuple(
        AcceleratorRow(
            id=row["id"],
            name=row["name"],
            seen=Signs(**{kind: tuple(values) for kind, values in row["seen"].items()}),
            usable=row["usable"],
            note=row["note"],
            needs=tuple(Need(**need) for need in row["needs"]),
            group=row["group"],
            sources=tuple(row["sources"]),
            page_size=row.get("page_size"),
        )
        for row in load_table("accelerators")["accelerators"]
    )
