"""The processor, from /proc/cpuinfo as boards show it."""

from __future__ import annotations

import pytest

from pidoctor.probe.cpu import core_of, features_of, machine_of, probe_cpu
from pidoctor.profile.fact import State
from tests.unit.host.fake import fake_host

ARMV6 = """\
processor\t: 0
model name\t: ARMv6-compatible processor rev 7 (v6l)
Features\t: half thumb fastmult vfp edsp java tls
CPU implementer\t: 0x41
CPU architecture: 7
CPU part\t: 0xb76

Hardware\t: BCM2835
"""
BIG_LITTLE = """\
processor\t: 0
Features\t: fp asimd aes atomics
CPU implementer\t: 0x41
CPU part\t: 0xd05

processor\t: 1
Features\t: fp asimd aes atomics sve
CPU implementer\t: 0x41
CPU part\t: 0xd0b
"""


def test_an_armv6_board_that_says_architecture_7() -> None:
    assert machine_of(ARMV6) == "armv6l"
    assert core_of(ARMV6) == "arm1176jzf-s"
    assert "neon" not in (features_of(ARMV6) or ())


def test_the_big_core_and_the_features_of_all() -> None:
    assert core_of(BIG_LITTLE) == "cortex-a76"
    assert features_of(BIG_LITTLE) == ("aes", "asimd", "atomics", "fp")
    assert machine_of(BIG_LITTLE) == "aarch64"


def test_the_kinds_of_cores() -> None:
    kinds = probe_cpu(fake_host({"/proc/cpuinfo": BIG_LITTLE})).kinds.value
    assert kinds == {"cortex-a76": 1, "cortex-a55": 1}


def test_an_old_kernel_that_describes_one_core_of_two_does_not_tell_the_kinds() -> None:
    one = "processor\t: 0\nprocessor\t: 1\n\nCPU implementer\t: 0x41\nCPU part\t: 0xd03\n"
    cpu = probe_cpu(fake_host({"/proc/cpuinfo": one}))
    assert (cpu.part.value, cpu.cores.value, cpu.kinds.value) == ("cortex-a53", 2, None)


def test_an_unknown_core_keeps_its_number() -> None:
    assert core_of("CPU implementer : 0x61\nCPU part : 0x022\n") == "part 0x61/0x22"


def test_uname_wins_over_what_cpuinfo_betrays() -> None:
    host = fake_host({"/proc/cpuinfo": ARMV6}, uname={"machine": "armv7l"})
    assert probe_cpu(host).machine.value == "armv7l"
    assert probe_cpu(fake_host({"/proc/cpuinfo": ARMV6})).machine.value == "armv6l"


@pytest.mark.parametrize(("online", "cores"), [("0\n", 1), ("0-3\n", 4), ("0-2,5,7-8\n", 6)])
def test_cores(online: str, cores: int) -> None:
    host = fake_host({"/sys/devices/system/cpu/online": online})
    assert probe_cpu(host).cores.value == cores


def test_cores_without_sysfs() -> None:
    assert probe_cpu(fake_host({"/proc/cpuinfo": BIG_LITTLE})).cores.value == 2


@pytest.mark.parametrize("text", ["", "\x00\xff", "CPU part : zz\nCPU implementer : 0x41\n"])
def test_junk(text: str) -> None:
    cpu = probe_cpu(fake_host({"/proc/cpuinfo": text, "/sys/devices/system/cpu/online": "x"}))
    assert not cpu.features.is_known
    assert not cpu.part.is_known
    assert cpu.cores.state is State.UNPARSABLE


def test_nothing_to_read() -> None:
    assert probe_cpu(fake_host()).features.state is State.ABSENT
    assert probe_cpu(fake_host(complete=False)).features.state is State.UNREADABLE
