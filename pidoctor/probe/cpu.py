"""The processor: the kernel's name for it, its core, how many, its features."""

from __future__ import annotations

import re

from pidoctor.host.base import Host, MissingError, read_text
from pidoctor.probe.reading import clean, reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Cpu

CPUINFO = "/proc/cpuinfo"
_ONLINE = "/sys/devices/system/cpu/online"

# (CPU implementer, CPU part) of /proc/cpuinfo -> core, as in MIDR_EL1 of Arm's reference manuals
# and the kernel's arch/arm64/include/asm/cputype.h.
CORES = {
    (0x41, 0xB76): "arm1176jzf-s",
    (0x41, 0xC07): "cortex-a7",
    (0x41, 0xC08): "cortex-a8",
    (0x41, 0xC09): "cortex-a9",
    (0x41, 0xC0F): "cortex-a15",
    (0x41, 0xD03): "cortex-a53",
    (0x41, 0xD04): "cortex-a35",
    (0x41, 0xD05): "cortex-a55",
    (0x41, 0xD07): "cortex-a57",
    (0x41, 0xD08): "cortex-a72",
    (0x41, 0xD09): "cortex-a73",
    (0x41, 0xD0A): "cortex-a75",
    (0x41, 0xD0B): "cortex-a76",
    (0x41, 0xD42): "cortex-a78ae",
}


def probe_cpu(host: Host) -> Cpu:
    """The processor's facts, from the kernel and /proc/cpuinfo."""
    try:
        text = read_text(host, CPUINFO)
    except MissingError:
        text = ""
    machine = reading("uname", lambda: clean(host.uname().machine) or None)
    if not machine.is_known:
        shown = machine_of(text)
        machine = Fact.known(shown, CPUINFO) if shown else machine
    return Cpu(
        machine=machine,
        part=reading(CPUINFO, lambda: core_of(text)),
        cores=reading(_ONLINE, lambda: _online(read_text(host, _ONLINE, 4096))),
        features=reading(CPUINFO, lambda: features_of(text)),
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
    known = CORES.get((int(implementer, 16), int(part, 16)))
    return known or f"part {implementer}/{part}"


def machine_of(cpuinfo: str) -> str:
    """The kernel's machine as /proc/cpuinfo betrays it, for a directory that holds a copy of it.

    "CPU architecture" does not tell: an ARMv6 Pi says 7 there, and its model name says v6l.
    """
    named = re.search(r"\((v[5678]l)\)", field(cpuinfo, "model name"))
    features = features_of(cpuinfo) or ()
    if "asimd" in features:
        return "aarch64"
    if named:
        return f"arm{named.group(1)}"
    return "x86_64" if "lm" in features else ""


def _online(text: str) -> int:
    """How many processors a list such as "0-3,6" names."""
    count = 0
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        count += int(last or first) - int(first) + 1
    return count
