"""A tool that was killed: by the kernel, most likely, because the memory ran out."""

from __future__ import annotations

import signal

from pidoctor.host.base import HostError
from pidoctor.host.command import run
from pidoctor.triage.ending import signal_of

_TIMEOUT_S = 5.0
_SIGNS = ("Out of memory: Killed process", "oom-kill:", "invoked oom-killer")


def was_killed(status: int) -> bool:
    """Whether a program ended by SIGKILL; ``status`` is negative for a signal, or a shell's."""
    return signal_of(status) == signal.SIGKILL


def kernel_log() -> tuple[str, ...]:
    """The kernel's last word about a killed process; nothing where its log may not be read."""
    try:
        ended = run(("dmesg",), _TIMEOUT_S)
    except HostError:
        return ()
    lines = ended.stdout.decode("utf-8", "replace").splitlines()
    return tuple(line for line in lines if any(sign in line for sign in _SIGNS))[-1:]
