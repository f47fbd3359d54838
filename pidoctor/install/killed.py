"""A tool that a signal ended, most likely because the memory ran out."""

from __future__ import annotations

import resource
import signal

from pidoctor.host.base import HostError
from pidoctor.host.command import run
from pidoctor.triage.ending import signal_of

_TIMEOUT_S = 5.0
_SIGNS = ("Out of memory: Killed process", "oom-kill:", "invoked oom-killer")
_UNALLOCATED = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)  # what a refused allocation ends in


def was_killed(status: int) -> bool:
    """Whether a program ended by SIGKILL, or by a fault where `ulimit -v` limits its memory;
    ``status`` is negative for a signal, or a shell's."""
    limited = resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY
    return signal_of(status) in ((signal.SIGKILL, *_UNALLOCATED) if limited else (signal.SIGKILL,))


def why_killed(status: int) -> tuple[str, ...]:
    """The kernel's last word about a killed process, or the limit that it ran into; nothing where
    the kernel's log may not be read."""
    if signal_of(status) in _UNALLOCATED:
        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        return (f"Cannot allocate memory: `ulimit -v` gives a program {limit // 1_000_000} MB",)
    try:
        ended = run(("dmesg",), _TIMEOUT_S)
    except HostError:
        return ()
    lines = ended.stdout.decode("utf-8", "replace").splitlines()
    return tuple(line for line in lines if any(sign in line for sign in _SIGNS))[-1:]
