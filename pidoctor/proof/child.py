"""A child process with a time limit, whose output is read without blocking and within bounds."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Callable

_CHUNK = 65536
_TICK_S = 0.05  # how often an exit is looked for while the pipes are silent


@dataclass(frozen=True)
class Ended:
    """How a child ended: its status as subprocess gives it, and the tails of what it wrote."""

    returncode: int
    timed_out: bool
    output: bytes  # stdout and stderr together
    reports: bytes  # what it wrote to the extra file descriptor


class _Tail:
    """The last bytes of a stream."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.data = bytearray()

    def add(self, chunk: bytes) -> None:
        self.data += chunk
        del self.data[: max(len(self.data) - self._limit, 0)]


def run_child(
    command: Callable[[int], Sequence[str]],
    timeout_s: float,
    env: Mapping[str, str] | None = None,
    limit: int = 256 * 1024,
) -> Ended:
    """Runs ``command(fd)``, where fd is a descriptor that the child may write reports to.

    The child leads a process group of its own, which is killed as a whole when the time is up, on
    Ctrl-C, and when the child ends. OSError when it cannot be started.
    """
    read_end, write_end = os.pipe()
    try:
        process = subprocess.Popen(
            command(write_end),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=None if env is None else dict(env),
            pass_fds=(write_end,),
            start_new_session=True,
        )
    except BaseException:
        os.close(read_end)
        raise
    finally:
        os.close(write_end)
    assert process.stdout is not None  # noqa: S101 - stdout=PIPE
    tails = {process.stdout.fileno(): _Tail(limit), read_end: _Tail(limit)}
    try:
        finished = _follow(process.pid, tails, time.monotonic() + timeout_s)
    finally:
        _kill_group(process.pid)
        returncode = process.wait()
        output = bytes(tails[process.stdout.fileno()].data)
        process.stdout.close()
        os.close(read_end)
    return Ended(returncode, not finished, output, bytes(tails[read_end].data))


def _follow(pid: int, tails: Mapping[int, _Tail], deadline: float) -> bool:
    """Reads until the child has ended; False when the deadline comes first."""
    with selectors.DefaultSelector() as selector:
        for fd in tails:
            os.set_blocking(fd, False)
            selector.register(fd, selectors.EVENT_READ)
        while time.monotonic() < deadline:
            if _has_ended(pid):
                for fd, tail in tails.items():
                    _drain(fd, tail)
                return True
            wait = min(_TICK_S, max(deadline - time.monotonic(), 0))
            if not selector.get_map():  # it closed its outputs and works on
                time.sleep(min(wait, 0.01))
                continue
            for key, _ in selector.select(wait):
                chunk = os.read(key.fd, _CHUNK)
                tails[key.fd].add(chunk)
                if not chunk:
                    selector.unregister(key.fd)
    return False


def _drain(fd: int, tail: _Tail) -> None:
    """Reads what a dead child left in a pipe; bounded, as a grandchild may go on writing."""
    for _ in range(16):  # 1 MiB: the largest pipe an unprivileged process may have
        try:
            chunk = os.read(fd, _CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            return
        tail.add(chunk)


def _has_ended(pid: int) -> bool:
    """Whether a child has ended, leaving it unreaped so that its group's number stays its own."""
    state = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    return state is not None


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
