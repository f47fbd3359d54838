"""Running the installers: output passed on as it comes, nothing left running."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Callable, cast

from pidoctor.report.text import one_line
from pidoctor.urls import clean_urls

_KEPT_LINES = 400
_LINE_LIMIT = 4096
_LOG_LIMIT = 256 << 10
_CHUNK = 1 << 16
_PATIENCE_S = 3.0
_GRACE_S = 5.0

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Arrival:
    """A folder in which ``expected`` bytes arrive, in whatever files."""

    folder: Path
    expected: int

    def told(self) -> str:
        """How far it is: ``"12.3 of 21.8 MB"``."""
        found = 0
        for root, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):  # it has been moved meanwhile
                    found += os.stat(os.path.join(root, name)).st_size
        return f"{min(found, self.expected) / 1e6:.1f} of {self.expected / 1e6:.1f} MB"


@dataclass(frozen=True)
class Task:
    """A program to run: its arguments, and what is added to pidoctor's environment variables.

    ``at_terminal`` is for a program that asks the user (sudo): it stays in the terminal's session.
    """

    argv: tuple[str, ...]
    variables: Mapping[str, str]
    at_terminal: bool = False
    arrival: Arrival | None = None


@dataclass(frozen=True)
class Ended:
    """How a program ended and the last lines that it wrote, without escape codes."""

    status: int
    output: tuple[str, ...]


def _shown(line: str) -> str:
    """``line`` as it may be shown and kept: one safe line, no credentials in addresses."""
    return clean_urls(one_line(line, _LINE_LIMIT))


def run_all(tasks: Sequence[Task], stdin: int, progress: Progress) -> list[Ended]:
    """Run the programs side by side and return how each ended.

    When this is interrupted, or one of them cannot be started, all of them are ended before the
    exception goes on. ``stdin`` is the descriptor they get as their standard input.
    """
    running: list[_Running] = []
    try:
        for task in tasks:
            running.append(_Running(task, stdin))
        _listen(running, progress)
        return [process.ended() for process in running]
    except BaseException:
        for process in running:
            process.end()
        raise
    finally:
        for process in running:
            process.output.close()


def _listen(running: Sequence[_Running], progress: Progress) -> None:
    """Pass on what the programs write until they have ended."""
    with selectors.DefaultSelector() as selector:
        for process in running:
            selector.register(process.output, selectors.EVENT_READ, process)
        while selector.get_map():
            ready = selector.select(_PATIENCE_S)
            for key, _ in ready:
                if not key.data.read(progress):
                    selector.unregister(key.fileobj)
            if ready:
                continue
            for key in list(selector.get_map().values()):
                if key.data.has_ended:  # what it started holds the pipe, and says nothing
                    selector.unregister(key.fileobj)
                elif key.data.arrival:
                    progress(f"  {key.data.arrival.told()}")


def read_log(path: Path) -> list[str]:
    """The last lines of a tool's log, as :class:`Ended` gives its output; none without a log."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_LIMIT))
            text = file.read(_LOG_LIMIT).decode("utf-8", "replace")
    except OSError:
        return []
    return [_shown(line) for line in text.splitlines()]


class _Running:
    """A started program, and what it has written so far."""

    def __init__(self, task: Task, stdin: int) -> None:
        self.arrival = task.arrival
        self._own_session = not task.at_terminal
        self._process = subprocess.Popen(
            task.argv,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **task.variables},
            start_new_session=self._own_session,
        )
        self.output = cast("IO[bytes]", self._process.stdout)
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._begun = b""

    def read(self, progress: Progress) -> bool:
        """Take what has been written, which must be something; False at its end."""
        chunk = os.read(self.output.fileno(), _CHUNK)
        *complete, self._begun = (self._begun + chunk).split(b"\n")
        if not chunk or len(self._begun) > _LINE_LIMIT:
            complete, self._begun = [*complete, self._begun], b""
        for raw in complete:
            line = _shown(raw[:_LINE_LIMIT].decode("utf-8", "replace"))
            if line:
                self._lines.append(line)
                progress(f"  {line}")
        return bool(chunk)

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ended(self) -> Ended:
        """Wait for its end, and tell it."""
        return Ended(self._process.wait(), tuple(self._lines))

    def end(self) -> None:
        """End the program and all that it started, and wait for it."""
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_S
        while not self.has_ended and time.monotonic() < deadline:
            time.sleep(0.05)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            if self._own_session:
                os.killpg(self._process.pid, number)
            else:
                self._process.send_signal(number)
        except (ProcessLookupError, PermissionError):
            pass  # it has ended, or is root's (sudo) and ends by itself
