"""Accelerators: how each is recognised, and whether TensorFlow Lite can use it from Python."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pidoctor.catalog.tables import load


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
    sources: tuple[str, ...]
    needs: tuple[Need, ...] = ()
    group: str = ""  # the group whose members may open it
    page_size: int | None = None  # the only page size of the kernel that its driver works with


class AcceleratorsTable(NamedTuple):
    """accelerators.json."""

    schema: Literal["pidoctor-accelerators/1"]
    accelerators: tuple[AcceleratorRow, ...]


def load_accelerators() -> tuple[AcceleratorRow, ...]:
    """The devices that ship with pidoctor, and the user's own."""
    return load(AcceleratorsTable).accelerators
