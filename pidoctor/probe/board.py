"""The board: from its device tree and its revision code."""

from __future__ import annotations

import re
from typing import Any

from pidoctor.catalog.boards import BoardModel as CatalogBoard
from pidoctor.catalog.boards import Revision, Soc, load_boards
from pidoctor.host.base import Host, HostError, read_text
from pidoctor.probe.cpu import CPUINFO
from pidoctor.probe.reading import clean, first_known, reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Board

DEVICE_TREE = "/proc/device-tree"
REVISION = f"{DEVICE_TREE}/system/linux,revision"
COMPATIBLE = f"{DEVICE_TREE}/compatible"
MODEL = f"{DEVICE_TREE}/model"
PRODUCT = "/sys/class/dmi/id/product_name"  # where there is no device tree: a PC's firmware
_LIMIT = 4096
_PREFIX = "raspberrypi,"  # of the device-tree strings of every Raspberry Pi


def probe_board(host: Host) -> Board:
    """The board's facts; those that its revision code does not tell come from the device tree.

    The "Hardware" line of /proc/cpuinfo tells no board: it is BCM2835 on every Raspberry Pi.
    """
    table = load_boards()
    revision = first_known(
        reading(REVISION, lambda: _big_endian(host.read_bytes(REVISION, _LIMIT))),
        reading(CPUINFO, lambda: _revision_line(host)),
    )
    code = revision.map(table.decode_revision)
    return Board(
        model=first_known(_line(host, MODEL), _line(host, PRODUCT)),
        revision=revision,
        id=first_known(
            _field(code, "board"),
            reading(COMPATIBLE, lambda: _id(table.by_compatible(compatible(host)))),
        ),
        soc=first_known(
            _field(code, "soc"),
            reading(COMPATIBLE, lambda: _id(table.soc_by_compatible(compatible(host)))),
        ),
        memory=_field(code, "memory"),
    )


def compatible(host: Host) -> tuple[str, ...]:
    """The device tree's compatible strings, most specific first; a host error without them."""
    strings = host.read_bytes(COMPATIBLE, _LIMIT).decode("utf-8", "replace").split("\0")
    return tuple(clean(string) for string in strings if string)


def _line(host: Host, path: str) -> Fact[str]:
    def read() -> str | None:
        return clean(read_text(host, path, _LIMIT).replace("\0", "")) or None

    return reading(path, read)


def _id(row: CatalogBoard | Soc | None) -> str | None:
    return row.id if row else None


def _big_endian(content: bytes) -> int:
    if len(content) != 4:
        raise ValueError(f"{len(content)} bytes instead of 4")
    return int.from_bytes(content, "big")


def _revision_line(host: Host) -> int | None:
    """The revision code of /proc/cpuinfo; other makers' boards have a number there as well."""
    cpuinfo = read_text(host, CPUINFO)
    try:
        if not any(string.startswith(_PREFIX) for string in compatible(host)):
            return None
    except HostError:
        if not re.search(r"^Hardware\s*:\s*BCM2[78]\d\d\s*$", cpuinfo, re.MULTILINE):
            return None
    found = re.search(r"^Revision\s*:\s*([0-9a-fA-F]{1,8})\s*$", cpuinfo, re.MULTILINE)
    return int(found.group(1), 16) if found else None


def _field(code: Fact[Revision], name: str) -> Fact[Any]:
    if code.value is None:
        return Fact(None, code.state, code.source, code.detail)
    value = getattr(code.value, name)
    shown = f"revision code {code.value.code:x}"
    if value is None:
        return Fact.absent(code.source, f"{shown} does not say")
    return Fact.known(value, f"{code.source}: {shown}")
