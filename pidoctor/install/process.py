"""Running the installers: output passed on as it comes, nothing left running."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from pidoctor.host import command
from pidoctor.host.command import LINE_LIMIT, Command
from pidoctor.install.failure import stalled, without_end
from pidoctor.report.text import one_line
from pidoctor.time_limit import timeout_of
from pidoctor.urls import clean_urls

_KEPT_LINES = 400
_LOG_LIMIT = 256 << 10
_PATIENCE_S = 3.0
_BESIDE = 32 << 20  # bytes that a tool may keep beside what it downloads
_GRACE_S = 5.0
_WORK = 10  # a second: how finely the work of a program is seen; waiting takes next to none
_NO_NEWS = (b"Retrying (", b"Resuming")  # how pip tells that it got nothing

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Arrival:
    """A folder in which files of these ``sizes`` arrive, in bytes; 0 where a size is not known."""

    folder: Path
    sizes: tuple[int, ...]

    @property
    def expected(self) -> int:
        return sum(self.sizes)

    def found(self) -> int:
        """Bytes that are there by now."""
        found = 0
        for root, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):  # it has been moved meanwhile
                    found += os.stat(os.path.join(root, name)).st_size
        return found

    def arrived(self) -> int:
        """The same, at most what is expected."""
        return min(self.found(), self.expected)

    def is_without_end(self) -> bool:
        """Whether more is there than the files and a second copy of them; pip does not stop."""
        return all(self.sizes) and self.found() > 2 * self.expected + _BESIDE

    def told(self) -> str:
        """How far it is: ``"12.3 of 21.8 MB"``."""
        return f"{self.arrived() / 1e6:.1f} of {self.expected / 1e6:.1f} MB"


@dataclass(frozen=True)
class Task:
    """A program to run: its arguments, and what is added to pidoctor's environment variables,
    of which it does not get those in ``removes``.

    ``at_terminal`` is for a program that asks the user (sudo): it stays in the terminal's session.
    """

    argv: tuple[str, ...]
    variables: Mapping[str, str]
    at_terminal: bool = False
    arrival: Arrival | None = None
    removes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ended:
    """How a program ended and the last lines that it wrote, without escape codes."""

    status: int
    output: tuple[str, ...]


def run_all(tasks: Sequence[Task], stdin: int, progress: Progress) -> list[Ended]:
    """Run the programs side by side and return how each ended.

    When this is interrupted, or one of them cannot be started, all of them are ended before the
    exception goes on. So they are when nothing arrives any more (InstallError).
    ``stdin`` is the descriptor they get as their standard input.
    """
    commands = [
        Command(
            task.argv,
            stdin,
            environment={k: v for k, v in os.environ.items() if k not in task.removes},
            variables=task.variables,
            limit=_LOG_LIMIT,
            tail=True,
            joined=True,
            at_terminal=task.at_terminal,
        )
        for task in tasks
    ]

    arrivals = [task.arrival for task in tasks if task.arrival is not None]
    patience = _Patience(arrivals, timeout_of(os.environ)) if arrivals else None

    def line(text: bytes) -> None:
        shown = _shown(text)
        if shown:
            progress(f"  {shown}")
        if patience and not any(word in text for word in _NO_NEWS):
            patience.news()

    def waiting(worked: float) -> None:
        for arrival in arrivals:
            progress(f"  {arrival.told()}")
        if patience:
            patience.check(worked)

    done = command.run_all(commands, line, waiting, _PATIENCE_S, _GRACE_S)
    return [Ended(ended.returncode, tuple(_last_lines(ended.stdout))) for ended in done]


class _Patience:
    """How long downloads are waited for from which nothing comes: ``limit`` seconds.

    A program that is at work is not one that waits for the network: on a small or busy board pip
    takes minutes to start, and to look through what it has fetched.
    """

    def __init__(self, arrivals: Sequence[Arrival], limit: float) -> None:
        self._arrivals, self._limit = arrivals, limit
        self._expected = sum(arrival.expected for arrival in arrivals)
        self._state = (0, 0)
        self.news()

    def news(self) -> None:
        self._last = time.monotonic()

    def check(self, worked: float) -> None:
        """InstallError when the time is up; what has arrived may take its time.

        ``worked``: seconds of the processor that the programs have used.
        """
        if any(arrival.is_without_end() for arrival in self._arrivals):
            raise without_end(self._expected)
        state = (sum(arrival.arrived() for arrival in self._arrivals), int(worked * _WORK))
        if state != self._state or state[0] >= self._expected:
            self._state = state
            self.news()
        elif time.monotonic() - self._last >= self._limit:
            raise stalled(self._limit)


def read_log(path: Path) -> list[str]:
    """The last lines of a tool's log, as :class:`Ended` gives its output; none without a log."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LOG_LIMIT))
            return _last_lines(file.read(_LOG_LIMIT))
    except OSError:
        return []


def _last_lines(output: bytes) -> list[str]:
    """Its last lines; a first one whose beginning was cut off might hold half a password."""
    lines = output.split(b"\n")[1 if len(output) >= _LOG_LIMIT else 0 :]
    shown = [_shown(line) for line in lines[-2 * _KEPT_LINES :]]
    return [line for line in shown if line][-_KEPT_LINES:]


def _shown(line: bytes) -> str:
    """``line`` as it may be shown and kept: one safe line, no credentials in addresses."""
    text = line[:LINE_LIMIT].decode("utf-8", "replace")
    return clean_urls(one_line(text, LINE_LIMIT))
