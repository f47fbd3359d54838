"""Accelerators: how each is recognised, and what TensorFlow Lite needs to use it from Python."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

from pidoctor.catalog.tables import load
from pidoctor.records import NamedTuple


class Signs(NamedTuple):
    """What gives a device away: one value of every kind that is named."""

    usb: tuple[str, ...] = ()  # "1a6e:089a"
    pci: tuple[str, ...] = ()  # "1ac1:089a"
    pci_graphics: tuple[str, ...] = ()  # the vendor of a display controller (class 03): "10de"
    device_tree: tuple[str, ...] = ()  # compatible strings
    gpu: tuple[str, ...] = ()  # the family of the chip's GPU in boards.json: "Mali"
    paths: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()  # Debian packages


class DeviceNeed(NamedTuple):
    """What its delegate needs of the system: a shared library or a path, and where it is from.

    ``places`` are paths besides the usual folders at which the library is as good. ``how`` says
    where it comes from if no package of the system's brings it, with the ``commands`` for that;
    ``systems`` are the codenames of the releases that have what those install (none: all).
    """

    package: str
    library: str = ""
    path: str = ""
    places: tuple[str, ...] = ()
    how: str = ""
    commands: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.path or self.library


class AcceleratorRow(NamedTuple):
    """A device. ``usable`` means from Python: by a TensorFlow Lite delegate, or by CompiledModel.

    ``used_by`` are the runtimes that use it without a delegate, as requirements.
    ``general`` is the row that stands for the same device while nothing more is known of it.
    ``operators`` are the custom operators of models that are compiled for it, and ``compiler`` is
    what to type for that on a PC.
    """

    id: str
    name: str
    seen: Signs
    usable: bool
    note: str
    sources: tuple[str, ...]
    needs: tuple[DeviceNeed, ...] = ()
    group: str = ""  # the group whose members may open it
    page_size: int | None = None  # the only page size of the kernel that its driver works with
    aliases: tuple[str, ...] = ()  # other names, in any spelling
    general: str = ""
    operators: tuple[str, ...] = ()
    compiler: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()  # "ai-edge-litert>=2.1.2"
    slow_on: tuple[str, ...] = ()  # chips whose only USB is USB 2
    no_slot_on: tuple[str, ...] = ()  # chips and boards without a PCI Express slot for it

    @property
    def is_of_chip(self) -> bool:
        """Whether it is no part of its own: it comes with a chip or not at all."""
        return bool(self.seen.device_tree or self.seen.gpu)


class DelegateBuild(NamedTuple):
    """A build of a delegate's library, and what it goes together with.

    ``version`` is its Debian package's, ``systems`` maps a release's codename to architectures,
    ``runtimes`` a distribution to the versions that the build is said to work with. In ``commands``
    "{codename}" and "{architecture}" (Debian's name) are filled in.
    """

    id: str
    library: str
    name: str
    version: str
    systems: Mapping[str, tuple[str, ...]]
    runtimes: Mapping[str, str]
    commands: tuple[str, ...]
    sources: tuple[str, ...]


class AcceleratorsTable(NamedTuple):
    """accelerators.json."""

    schema: Literal["pidoctor-accelerators/1"]
    accelerators: tuple[AcceleratorRow, ...]
    builds: tuple[DelegateBuild, ...] = ()


def load_accelerators() -> tuple[AcceleratorRow, ...]:
    """The devices that ship with pidoctor, and the user's own."""
    return load(AcceleratorsTable).accelerators


def load_builds(library: str) -> tuple[DelegateBuild, ...]:
    """The known builds of a delegate's library, the ones to take first."""
    return tuple(row for row in load(AcceleratorsTable).builds if row.library == library)


def seen_at(row: AcceleratorRow, shown: Mapping[str, Mapping[str, str]]) -> str | None:
    """Where the device was seen: one value of every kind its row names, or None.

    ``shown`` maps a kind of sign to what the machine shows of it, with the place.
    """
    places = []
    for kind, values in row.seen._asdict().items():
        if not values:
            continue
        place = next((shown[kind][value] for value in values if value in shown.get(kind, {})), None)
        if place is None:
            return None
        places.append(place)
    return ", ".join(dict.fromkeys(places))


def without_general(rows: Collection[AcceleratorRow]) -> tuple[AcceleratorRow, ...]:
    """The rows but those for which one that knows more stands."""
    known = {row.general for row in rows}
    return tuple(row for row in rows if row.id not in known)
