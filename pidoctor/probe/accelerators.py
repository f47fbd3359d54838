"""Accelerators: USB and PCI devices, device tree, device nodes and packages against the table."""

from __future__ import annotations

import re

from pidoctor.catalog.accelerators import (
    AcceleratorRow,
    DeviceNeed,
    load_accelerators,
    seen_at,
    without_general,
)
from pidoctor.catalog.boards import load_boards
from pidoctor.host.base import Host, HostError, MissingError, SearchPattern, read_text
from pidoctor.probe.board import compatible
from pidoctor.probe.python import DPKG_STATUS
from pidoctor.probe.reading import reading, text_in
from pidoctor.probe.system import LIBRARY_FOLDERS
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Accelerator

USB = "/sys/bus/usb/devices"
PCI = "/sys/bus/pci/devices"
_DPKG = "/var/lib/dpkg/info"
_GROUPS = "/etc/group"


def probe_accelerators(host: Host) -> Fact[tuple[Accelerator, ...]]:
    """The devices of the table that this machine has."""
    return reading(f"{USB}, {PCI}, device tree", lambda: _find(host))


def _find(host: Host) -> tuple[Accelerator, ...]:
    rows = load_accelerators()
    tree = _device_tree(host)
    shown = {
        **_devices(host),
        "device_tree": tree,
        "gpu": _gpu(tree),
        "paths": {path: path for row in rows for path in row.seen.paths if host.exists(path)},
        "packages": _packages(host, rows),
    }
    places = {row: seen_at(row, shown) for row in rows}
    found = without_general([row for row, place in places.items() if place is not None])
    return tuple(_device(host, row, places[row] or "") for row in found)


def _device(host: Host, row: AcceleratorRow, source: str) -> Accelerator:
    return Accelerator(
        row.id,
        row.name,
        source,
        row.usable,
        row.note,
        missing=tuple(need.name for need in row.needs if not _is_there(host, need)),
        outside_group=row.group if _is_outside(host, row.group) else "",
        library_version=_version(host, row),
    )


def _gpu(tree: dict[str, str]) -> dict[str, str]:
    """The family of the GPU of the device tree's chip, and where that was seen."""
    soc = load_boards().soc_by_compatible(tuple(tree))
    return {} if soc is None else {soc.gpu_family: next(iter(tree.values()))}


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
    return text_in(host, path, 64).strip().lower().replace("0x", "", 1)


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


def _is_there(host: Host, need: DeviceNeed) -> bool:
    """Whether the system has what a device needs."""
    usual = (need.path,) if need.path else (f"{at}/{need.library}" for at in LIBRARY_FOLDERS)
    return any(host.exists(path) for path in (*usual, *need.places))


def _is_outside(host: Host, group: str) -> bool:
    """Whether the group exists and the user is not in it; no where that cannot be known."""
    if not group:
        return False
    try:
        line = re.search(rf"^{group}:[^:]*:(\d+):", read_text(host, _GROUPS), re.MULTILINE)
        outside = line is not None and int(line.group(1)) not in host.group_ids()
        return outside and 0 not in host.group_ids()
    except HostError:
        return False


def _version(host: Host, row: AcceleratorRow) -> str:
    """The version of the Debian package with the delegate's library; empty where none is known."""
    for need in row.needs:
        stem = re.sub(r"-(std|max)$", "", need.package)
        package = rb"\nPackage: %b(?:-std|-max)?\nStatus: install ok installed\n" % re.escape(
            stem
        ).encode("ascii", "replace")
        wanted = package + rb"(?:[^\n]+\n){0,40}?Version: ([0-9A-Za-z.+~:-]{1,60})"
        try:
            found = host.search(DPKG_STATUS, SearchPattern(f"version of {stem}", wanted))
        except HostError:
            return ""
        if found:
            return found[0].decode("ascii")
    return ""
