"""Memory and swap, from /proc.

The numbers are the ones psutil gives (it reads the same files; a test compares them), without its
import: that alone takes longer than this whole probe, and there is no psutil wheel for 32-bit ARM.
psutil is asked where there is no /proc to read.
"""

from __future__ import annotations

import re

from pidoctor.host.base import Host, read_text
from pidoctor.probe.reading import entry, first_known, reading
from pidoctor.profile.profile import Memory

MEMINFO = "/proc/meminfo"
SWAPS = "/proc/swaps"


def probe_memory(host: Host) -> Memory:
    """Memory and swap in bytes; swap and zram are 0 where there is none."""
    meminfo = reading(MEMINFO, lambda: parse_meminfo(read_text(host, MEMINFO)))
    if not meminfo.is_known:
        meminfo = first_known(meminfo, reading("psutil", lambda: _by_psutil(host)))
    zram = reading(SWAPS, lambda: zram_of(read_text(host, SWAPS)))
    return Memory(
        total=entry(meminfo, "MemTotal"),
        available=entry(meminfo, "MemAvailable"),
        swap=entry(meminfo, "SwapTotal"),
        zram=zram,
    )


def available_bytes(host: Host) -> int | None:
    """What programs can still get at this moment, swap included; None when it cannot be told."""
    sizes = reading(MEMINFO, lambda: parse_meminfo(read_text(host, MEMINFO))).or_else({})
    if "MemAvailable" not in sizes or "SwapFree" not in sizes:
        return None
    return sizes["MemAvailable"] + sizes["SwapFree"]


def parse_meminfo(text: str) -> dict[str, int]:
    """The sizes of /proc/meminfo, in bytes; ValueError when there are none."""
    sizes = {
        name: int(number) * 1024
        for name, number in re.findall(r"^(\w+):\s+(\d{1,15}) kB$", text, re.MULTILINE)
    }
    if not sizes:
        raise ValueError("no sizes in it")
    return sizes


def zram_of(swaps: str) -> int:
    """The size of the swap areas of /proc/swaps that are compressed memory, in bytes."""
    areas = re.findall(r"^/dev/zram\d+\s+\w+\s+(\d{1,15})\s", swaps, re.MULTILINE)
    return sum(int(size) for size in areas) * 1024


def _by_psutil(host: Host) -> dict[str, int]:
    use = host.memory()
    return {"MemTotal": use.total, "MemAvailable": use.available, "SwapTotal": use.swap}
