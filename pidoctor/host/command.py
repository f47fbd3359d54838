"""Running a program: bounded output, a time limit, no dead-lock, no process left behind."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import IO, cast

from pidoctor.host.base import OUTPUT_LIMIT, Completed, MissingError, UnreadableError

CHUNK = 1 << 16


def run(
    argv: Sequence[str],
    timeout: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    limit: int = OUTPUT_LIMIT,
) -> Completed:
    """Run ``argv`` and return how it ended.

    Both outputs are read as they come, so a child that fills one of them cannot block; what goes
    beyond ``limit`` bytes of each is read and dropped. After ``timeout`` seconds the child and
    everything it started are killed, and ``timed_out`` is set. Raises :class:`MissingError` when
    there is no such program, :class:`UnreadableError` when it cannot be started.
    """
    try:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=None if environment is None else dict(environment),
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise MissingError(argv[0]) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(argv[0], f"cannot be run ({reason})") from error
    with process:
        try:
            stdout, stderr, timed_out = _exchange(process, stdin, time.monotonic() + timeout, limit)
        except BaseException:
            _kill(process)
            raise
        if timed_out:
            _kill(process)
        return Completed(process.wait(), stdout, stderr, timed_out)


def _exchange(
    process: subprocess.Popen[bytes], stdin: bytes, deadline: float, limit: int
) -> tuple[bytes, bytes, bool]:
    """Feed the child and read it until both its outputs are closed or time is up."""
    kept: dict[IO[bytes], bytearray] = {}
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                kept[stream] = bytearray()
                selector.register(stream, selectors.EVENT_READ)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        waiting = memoryview(stdin)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if time.monotonic() >= deadline:
                return _outputs(kept, timed_out=True)
            for key, _ in ready:
                stream = cast("IO[bytes]", key.fileobj)
                if stream in kept:
                    done = not _drain(key.fd, kept[stream], limit)
                else:
                    waiting = _feed(key.fd, waiting)
                    done = not waiting
                if done:
                    selector.unregister(stream)
                    stream.close()
    return _outputs(kept, timed_out=not _ends_by(process, deadline))


def _outputs(kept: dict[IO[bytes], bytearray], timed_out: bool) -> tuple[bytes, bytes, bool]:
    stdout, stderr = kept.values()
    return bytes(stdout), bytes(stderr), timed_out


def _feed(descriptor: int, waiting: memoryview) -> memoryview:
    try:
        return waiting[os.write(descriptor, waiting[:CHUNK]) :]
    except BlockingIOError:
        return waiting
    except BrokenPipeError:
        return waiting[:0]  # the child does not want the rest


def _drain(descriptor: int, kept: bytearray, limit: int) -> bool:
    chunk = os.read(descriptor, CHUNK)
    kept += chunk[: max(0, limit - len(kept))]
    return bool(chunk)


def _ends_by(process: subprocess.Popen[bytes], deadline: float) -> bool:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the child's whole session: a grandchild would keep the pipes open."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
