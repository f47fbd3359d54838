"""Memory from /proc, and the same from psutil."""

from __future__ import annotations

import pytest

from pidoctor.host.base import MemoryUse
from pidoctor.host.live import LiveHost
from pidoctor.probe.memory import probe_memory
from pidoctor.profile.fact import State
from tests.unit.host.fake import fake_host

MEMINFO = "MemTotal:  1000 kB\nMemAvailable:  400 kB\nSwapTotal: 300 kB\nHugePages_Total: 0\n"
SWAPS = "Filename Type Size Used Priority\n/dev/zram0 partition 200 0 100\n/swap file 100 0 -2\n"


def test_from_proc() -> None:
    memory = probe_memory(fake_host({"/proc/meminfo": MEMINFO, "/proc/swaps": SWAPS}))
    assert memory.total.value == 1000 * 1024
    assert memory.available.value == 400 * 1024
    assert memory.swap.value == 300 * 1024
    assert memory.zram.value == 200 * 1024


def test_no_swap_is_zero() -> None:
    meminfo = "MemTotal: 1000 kB\nSwapTotal: 0 kB\n"
    memory = probe_memory(fake_host({"/proc/meminfo": meminfo, "/proc/swaps": "Filename\n"}))
    assert (memory.swap.value, memory.zram.value) == (0, 0)
    assert memory.available.state is State.ABSENT


@pytest.mark.parametrize("text", ["", "\x00", "MemTotal: lots\n", "MemTotal: " + "9" * 99 + " kB"])
def test_junk(text: str) -> None:
    assert probe_memory(fake_host({"/proc/meminfo": text})).total.state is State.UNPARSABLE


def test_psutil_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    host = fake_host()
    monkeypatch.setattr(host, "memory", lambda: MemoryUse(5, 4, 3))
    memory = probe_memory(host)
    assert (memory.total.value, memory.available.value, memory.swap.value) == (5, 4, 3)
    assert memory.total.source == "psutil"


def test_both_ways_agree() -> None:
    """psutil and /proc give the same numbers; what is available changes between two looks."""
    pytest.importorskip("psutil")
    by_psutil, by_proc = LiveHost().memory(), probe_memory(LiveHost())
    assert by_proc.total.value == by_psutil.total
    assert by_proc.swap.value == by_psutil.swap
    assert by_proc.available.value == pytest.approx(by_psutil.available, rel=0.2)
