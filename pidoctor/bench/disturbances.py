"""What can spoil a measurement, read while it runs: clock, temperature, throttling, other work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import NamedTuple

from pidoctor.host.base import Host, HostError, read_text

_CPU = "/sys/devices/system/cpu/cpu0/cpufreq"
_PLATFORM = "/sys/devices/platform"
_TICKS_PER_SECOND = 100  # USER_HZ, the unit of /proc/stat on every Linux that runs Python
# Bits of get_throttled that hold now:
# https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
_BITS = {0: "under-voltage", 1: "clock capped", 2: "throttled", 3: "soft temperature limit"}


class Moment(NamedTuple):
    """One look at the machine; None where it does not tell. ``busy_s`` is of all cores so far."""

    governor: str | None
    mhz: int | None
    celsius: float | None
    throttled: int | None
    busy_s: float | None


def look(host: Host) -> Moment:
    """How the machine is now."""
    clock = _number(host, f"{_CPU}/scaling_cur_freq")
    heat = _number(host, "/sys/class/thermal/thermal_zone0/temp")
    return Moment(
        _line(host, f"{_CPU}/scaling_governor"),
        None if clock is None else clock // 1000,
        None if heat is None else heat / 1000,
        _throttled(host),
        _busy(host),
    )


def slowed(moments: Sequence[Moment]) -> str:
    """Which limits of the board held at any of the moments; empty where none did."""
    seen = [moment.throttled for moment in moments if moment.throttled is not None]
    held = reduce(or_, seen, 0)
    # Bits 16 and up say what happened since the board started, between two looks too.
    bits = held | (held & ~seen[0]) >> 16 if seen else 0
    return ", ".join(name for bit, name in _BITS.items() if bits >> bit & 1)


def _line(host: Host, path: str) -> str | None:
    try:
        return read_text(host, path, 256).strip() or None
    except HostError:
        return None


def _number(host: Host, path: str) -> int | None:
    text = _line(host, path) or ""
    return int(text) if text.lstrip("-").isdecimal() else None


def _throttled(host: Host) -> int | None:
    """The firmware's word, from its file, or by vcgencmd (which needs the group video)."""
    text = next(filter(None, (_line(host, path) for path in _firmware(host))), None)
    if text is None:
        try:
            ended = host.run(("vcgencmd", "get_throttled"), 5.0)
        except HostError:
            return None
        text = ended.stdout.decode("ascii", "replace").rpartition("=")[2].strip()
    try:
        return int(text, 16)
    except ValueError:
        return None


def _firmware(host: Host) -> list[str]:
    try:
        chips = [f"{_PLATFORM}/{it}" for it in host.list_dir(_PLATFORM) if it.startswith("soc")]
        inside = [f"{chip}/{it}" for chip in chips for it in host.list_dir(chip)]
    except HostError:
        return []
    return [f"{folder}/get_throttled" for folder in inside if folder.endswith("firmware")]


def _busy(host: Host) -> float | None:
    """Seconds that the cores have worked since the start: the first line of /proc/stat."""
    numbers = (_line(host, "/proc/stat") or "").split("\n")[0].split()[1:9]
    if len(numbers) < 8 or not all(number.isdecimal() for number in numbers):
        return None
    user, nice, system, _idle, _wait, irq, soft, steal = map(int, numbers)
    return (user + nice + system + irq + soft + steal) / _TICKS_PER_SECOND
