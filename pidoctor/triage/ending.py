"""How a process ended, in the words that a shell prints: the last line that a log would have."""

from __future__ import annotations

import signal


def signal_of(returncode: int) -> int | None:
    """The signal that ended a process: -4, or 132 where a shell or an emulator stood between.

    247 is -9 cut to a byte, as some runners report it.
    """
    if returncode < 0:
        return -returncode
    if 128 < returncode <= 128 + 64:
        return returncode - 128
    if 256 - 31 <= returncode < 255:
        return 256 - returncode
    return None


def notice(returncode: int) -> str:
    """What a shell says of the end of a process; empty where it ended well."""
    if returncode == 0:
        return ""
    number = signal_of(returncode)
    try:
        words = signal.strsignal(number) if number else None
    except ValueError:  # there is no such signal
        words = None
    return words or f"exit code: {returncode}"


def name(number: int) -> str:
    """The name of a signal, as in SIGILL."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
