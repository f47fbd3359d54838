"""The processor: the kernel's name for it, its core, how many, its features."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Callable, TypeVar

from pidoctor.catalog.boards import load_boards
from pidoctor.host.base import Host, read_text
from pidoctor.probe.reading import clean, first_known, reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Cpu

CPUINFO = "/proc/cpuinfo"
ONLINE = "/sys/devices/system/cpu/online"

T = TypeVar("T")


def probe_cpu(host: Host) -> Cpu:
    """The processor's facts, from the kernel and /proc/cpuinfo."""
    cpuinfo = reading(CPUINFO, lambda: read_text(host, CPUINFO))

    def said(tell: Callable[[str], T | None]) -> Fact[T]:
        return cpuinfo.then(lambda text: reading(CPUINFO, lambda: tell(text)))

    return Cpu(
        machine=first_known(
            reading("uname", lambda: clean(host.uname().machine) or None), said(machine_of)
        ),
        part=said(core_of),
        cores=first_known(
            reading(ONLINE, lambda: _online(read_text(host, ONLINE, 4096))), said(_count)
        ),
        features=said(features_of),
        kinds=said(_kinds),
    )


def field(cpuinfo: str, name: str) -> str:
    """The last value of a /proc/cpuinfo field (big cores come last), or nothing."""
    found = re.findall(rf"^{name}[ \t]*:[ \t]*(.*)$", cpuinfo, re.MULTILINE | re.IGNORECASE)
    return clean(found[-1], 8192) if found else ""


def features_of(cpuinfo: str) -> tuple[str, ...] | None:
    """The features that every core has, sorted."""
    lines = re.findall(r"^(?:Features|flags)[ \t]*:(.*)$", cpuinfo, re.MULTILINE)
    if not lines:
        return None
    common = set.intersection(*(set(line.split()) for line in set(lines)))
    return tuple(sorted(clean(feature) for feature in common))


def core_of(cpuinfo: str) -> str | None:
    """The core's name; its part number where it is one we do not know."""
    implementer, part = field(cpuinfo, "CPU implementer"), field(cpuinfo, "CPU part")
    if not (implementer and part):
        return field(cpuinfo, "model name") or None
    parts = load_boards().core_parts
    number = f"{int(implementer, 16):#x}/{int(part, 16):#x}"
    return parts.get(number, f"part {number}")


def machine_of(cpuinfo: str) -> str | None:
    """The kernel's machine as /proc/cpuinfo betrays it, for a directory that holds a copy of it.

    "CPU architecture" does not tell: an ARMv6 Pi says 7 there, and its model name says v6l.
    """
    named = re.search(r"\((v[5678]l)\)", field(cpuinfo, "model name"))
    features = features_of(cpuinfo) or ()
    if "asimd" in features:
        return "aarch64"
    if named:
        return f"arm{named.group(1)}"
    return "x86_64" if "lm" in features else None


def _count(cpuinfo: str) -> int | None:
    return len(re.findall(r"^processor\s*:", cpuinfo, re.MULTILINE)) or None


def _kinds(cpuinfo: str) -> Mapping[str, int] | None:
    """How many cores of each kind; None where an old kernel describes one of them only."""
    kinds = Counter(filter(None, map(core_of, cpuinfo.split("\n\n"))))
    return kinds if sum(kinds.values()) == _count(cpuinfo) else None


def _online(text: str) -> int:
    """How many processors a list such as "0-3,6" names."""
    count = 0
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        count += int(last or first) - int(first) + 1
    return count
