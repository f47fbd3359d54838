"""Accelerators: USB and PCI devices, device tree, device nodes and packages against the table."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pidoctor.catalog.accelerators import AcceleratorRow, Need, load_accelerators
from pidoctor.host.base import Host, HostError, MissingError, read_text
from pidoctor.probe.board import compatible
from pidoctor.probe.reading import reading
from pidoctor.probe.system import LIBRARY_FOLDERS
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Accelerator

USB = "/sys/bus/usb/devices"
PCI = "/sys/bus/pci/devices"
_DPKG = "/var/lib/dpkg/info"
_GROUPS = "/etc/group"

# Every sign of one kind that the machine shows, with the place where it was seen.
Shown = Mapping[str, Mapping[str, str]]


def probe_accelerators(host: Host) -> Fact[tuple[Accelerator, ...]]:
    """The devices of the table that this machine has."""
    return reading(f"{USB}, {PCI}, device tree", lambda: _find(host))


def _find(host: Host) -> tuple[Accelerator, ...]:
    rows = load_accelerators()
    shown = {
        **_devices(host),
        "device_tree": _device_tree(host),
        "paths": {path: path for row in rows for path in row.seen.paths if host.exists(path)},
        "packages": _packages(host, rows),
    }
    found = []
    for row in rows:
        source = seen_at(row, shown)
        if source is not None:
            lacks = (*(_lack(host, need) for need in row.needs), _permission(host, row.group))
            note = " ".join(filter(None, (row.note, *lacks)))
            found.append(Accelerator(row.id, row.name, source, row.usable, note))
    return tuple(found)


def seen_at(row: AcceleratorRow, shown: Shown) -> str | None:
    """Where the device was seen: one value of every kind its row names, or None."""
    places = []
    for kind, values in row.seen._asdict().items():
        if not values:
            continue
        place = next((shown[kind][value] for value in values if value in shown[kind]), None)
        if place is None:
            return None
        places.append(place)
    return ", ".join(places)


def _devices(host: Host) -> dict[str, dict[str, str]]:
    usb: dict[str, str] = {}
    for name in _names(host, USB):
        if ":" not in name:  # an interface of a device
            numbers = [_hex(host, f"{USB}/{name}/{part}") for part in ("idVendor", "idProduct")]
            usb[":".join(numbers)] = f"{USB}/{name}"
    pci: dict[str, str] = {}
    graphics: dict[str, str] = {}
    for name in _names(host, PCI):
        vendor, device, kind = (
            _hex(host, f"{PCI}/{name}/{part}") for part in ("vendor", "device", "class")
        )
        pci[f"{vendor}:{device}"] = f"{PCI}/{name}"
        if kind.startswith("03"):
            graphics[vendor] = f"{PCI}/{name}"
    return {"usb": usb, "pci": pci, "pci_graphics": graphics}


def _names(host: Host, folder: str) -> tuple[str, ...]:
    try:
        return host.list_dir(folder)
    except MissingError:
        return ()


def _hex(host: Host, path: str) -> str:
    try:
        return read_text(host, path, 64).strip().lower().replace("0x", "", 1)
    except HostError:
        return ""


def _device_tree(host: Host) -> dict[str, str]:
    try:
        return dict.fromkeys(compatible(host), "/proc/device-tree/compatible")
    except HostError:
        return {}


def record_of(package: str) -> str:
    """The file that is there while dpkg has ``package`` installed."""
    return f"{_DPKG}/{package}.md5sums"


def _packages(host: Host, rows: tuple[AcceleratorRow, ...]) -> dict[str, str]:
    """The packages that dpkg has installed: a removed one keeps no checksums."""
    paths = {name: record_of(name) for row in rows for name in row.seen.packages}
    return {name: path for name, path in paths.items() if host.exists(path)}


def _lack(host: Host, need: Need) -> str:
    """What of the system is missing to use the device, in one sentence, or nothing."""
    paths = [need.path] if need.path else [f"{folder}/{need.library}" for folder in LIBRARY_FOLDERS]
    if any(host.exists(path) for path in paths):
        return ""
    return f"Missing: {need.path or need.library} (from {need.package})."


def _permission(host: Host, group: str) -> str:
    """What the user lacks to open the device, if the group exists and they are not in it."""
    if not group:
        return ""
    try:
        line = re.search(rf"^{group}:[^:]*:(\d+):", read_text(host, _GROUPS), re.MULTILINE)
        outside = line is not None and int(line.group(1)) not in host.group_ids()
        root = 0 in host.group_ids()
    except HostError:
        return ""
    return f"You are not in the group {group}, which may open it." if outside and not root else ""
