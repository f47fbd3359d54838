"""Running programs: bounded output, a time limit, no dead-lock, no process left behind.

The one place that starts a program. :func:`run` waits for one, :func:`run_all` for several side by
side, and a :class:`Running` is read while it runs.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Callable, Union

from pidoctor.host.base import OUTPUT_LIMIT, Completed, MissingError, UnreadableError

CHUNK = 1 << 16
LINE_LIMIT = 4096  # bytes of a line that are passed on
TICK_S = 0.05  # how often an exit is looked for while the pipes are silent
_FIRST_TICK_S = 0.001
_PIPES_FULL = 16  # chunks, 1 MiB: the largest pipe that an unprivileged process may have

STDOUT, STDERR, REPORTS = "stdout", "stderr", "reports"

Arguments = Union[Sequence[str], Callable[[int], Sequence[str]]]


@dataclass(frozen=True)
class Command:
    """A program to run.

    ``argv``: the program and its arguments, or a function that makes them of the number of a
    descriptor, to which the program may write reports beside its output.
    ``stdin``: what it reads; a descriptor that it reads from; None for pidoctor's own.
    ``environment``: all its variables, pidoctor's own when None; ``variables`` are added to them.
    ``timeout``: seconds, after which it and everything it started are killed; None for no limit.
    ``limit``: bytes that are kept of each stream: the first, or the last with ``tail``.
    ``joined``: stderr goes where stdout goes.
    ``at_terminal``: for a program that asks the user (sudo): it stays in the terminal's session,
    and what it leaves running is not ended with it.
    """

    argv: Arguments
    stdin: bytes | int | None = b""
    environment: Mapping[str, str] | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    limit: int = OUTPUT_LIMIT
    tail: bool = False
    joined: bool = False
    at_terminal: bool = False


def run(
    argv: Sequence[str],
    timeout: float,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    limit: int = OUTPUT_LIMIT,
) -> Completed:
    """Run a program and return how it ended; see :class:`Command`.

    Raises :class:`MissingError` when there is no such program, :class:`UnreadableError` when it
    cannot be started.
    """
    command = Command(argv, stdin, environment, timeout=timeout, limit=limit)
    try:
        return run_all([command])[0]
    except FileNotFoundError as error:
        raise MissingError(argv[0]) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableError(argv[0], f"cannot be run ({reason})") from error


def run_attached(argv: Sequence[str]) -> int:
    """Run a program that talks to the user itself, on the terminal; its exit status."""
    return subprocess.run(list(argv), check=False).returncode


def run_all(
    commands: Sequence[Command],
    line: Callable[[bytes], None] | None = None,
    waiting: Callable[[float], None] | None = None,
    patience: float = 3.0,
    grace: float = 0.0,
) -> list[Completed]:
    """Run the programs side by side and return how each ended.

    ``line`` gets every line of their outputs as it is complete; ``waiting`` is called every
    ``patience`` seconds in which none wrote anything, with the seconds of processor time that they
    have used together. When this is interrupted, or one of them
    cannot be started, all are asked to end and killed ``grace`` seconds later, before the
    exception goes on. OSError or ValueError: one cannot be started.
    """
    running: list[Running] = []
    try:
        for command in commands:
            running.append(Running(command))
        quiet_since = time.monotonic()
        for heard in _follow(running):
            if heard is not None:
                quiet_since = time.monotonic()
                if line is not None:
                    for text in heard.program.lines(heard):
                        line(text)
            elif waiting is not None and time.monotonic() - quiet_since >= patience:
                quiet_since = time.monotonic()
                waiting(sum(program.worked for program in running))
        if line is not None:
            for text in (text for program in running for text in program.last_lines()):
                line(text)
    finally:
        _end(running, grace)
    return [program.completed for program in running]


class Running:
    """A program that was started; iterating gives its stdout as it comes, until it has ended.

    A context manager: at its end nothing of the program is left running. OSError or ValueError
    when it cannot be started.
    """

    def __init__(self, command: Command) -> None:
        self._command = command
        self._begun: dict[str, bytes] = {}
        self._timed_out = False
        with contextlib.ExitStack() as undo:
            argv, passed = self._arguments(undo)
            given = command.stdin
            self._process = subprocess.Popen(
                list(argv),
                stdin=(subprocess.PIPE if given else subprocess.DEVNULL)
                if isinstance(given, bytes)
                else given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if command.joined else subprocess.PIPE,
                env=self._variables(),
                pass_fds=passed,
                start_new_session=not command.at_terminal,
            )
            for descriptor in passed:
                os.close(descriptor)
            undo.pop_all()
        self.deadline = None if command.timeout is None else time.monotonic() + command.timeout
        self._waiting = memoryview(given if isinstance(given, bytes) else b"")
        self._open = dict(self._descriptors())
        self._kept = {name: bytearray() for name in self._open.values()}

    def _arguments(self, undo: contextlib.ExitStack) -> tuple[Sequence[str], tuple[int, ...]]:
        """The arguments, and the descriptor that is passed on; ``undo`` closes it on failure."""
        self._reports = -1
        if not callable(self._command.argv):
            return self._command.argv, ()
        self._reports, end = os.pipe()
        undo.callback(os.close, self._reports)
        undo.callback(os.close, end)
        return self._command.argv(end), (end,)

    def _variables(self) -> dict[str, str] | None:
        command = self._command
        if command.environment is None and not command.variables:
            return None
        own = os.environ if command.environment is None else command.environment
        return {**own, **command.variables}

    def _descriptors(self) -> Iterator[tuple[int, str]]:
        process = self._process
        for pipe, name in ((process.stdout, STDOUT), (process.stderr, STDERR)):
            if pipe is not None:
                yield pipe.fileno(), name
        if self._reports >= 0:
            yield self._reports, REPORTS

    def __enter__(self) -> Running:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _end([self], 0.0)

    def finish(self) -> Completed:
        """Wait for its end."""
        for _ in self:
            pass
        return self.completed

    def __iter__(self) -> Iterator[bytes]:
        for heard in _follow([self]):
            if heard is not None and heard.stream == STDOUT:
                yield heard.chunk

    @property
    def completed(self) -> Completed:
        """How it ended; to be asked when it has."""
        return Completed(
            self._process.wait(), self._said(STDOUT), self._said(STDERR), self._timed_out
        )

    @property
    def reports(self) -> bytes:
        """What it wrote to the descriptor that its arguments named."""
        return self._said(REPORTS)

    def _said(self, stream: str) -> bytes:
        return bytes(self._kept.get(stream, b""))

    @property
    def worked(self) -> float:
        """Seconds of the processor that it has used by now; 0.0 where the system does not tell."""
        try:
            with open(f"/proc/{self._process.pid}/stat", "rb") as file:
                ticks = file.read().rpartition(b")")[2].split()[11:13]
        except OSError:
            return 0.0
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    @property
    def has_ended(self) -> bool:
        """Whether it has; it stays unreaped, so that its group's number remains its own."""
        if self._process.returncode is not None:
            return True
        try:
            options = os.WEXITED | os.WNOWAIT | os.WNOHANG
            return os.waitid(os.P_PID, self._process.pid, options) is not None
        except ChildProcessError:
            return True

    def register(self, selector: selectors.BaseSelector) -> None:
        for descriptor in self._open:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ, self)
        stdin = self._process.stdin
        if stdin is not None:
            os.set_blocking(stdin.fileno(), False)
            selector.register(stdin.fileno(), selectors.EVENT_WRITE, self)

    def serve(self, descriptor: int, selector: selectors.BaseSelector) -> _Heard | None:
        """Read or feed one of its pipes, which is ready; what was read."""
        if descriptor not in self._open:
            self._feed(descriptor, selector)
            return None
        chunk = _read(descriptor)
        if chunk == b"":
            selector.unregister(descriptor)
        return self._keep(descriptor, chunk)

    def rest(self, selector: selectors.BaseSelector) -> Iterator[_Heard]:
        """What it left in its pipes; bounded, for something that it started may write on."""
        for descriptor in self._open:
            for _ in range(_PIPES_FULL):
                heard = self._keep(descriptor, _read(descriptor))
                if heard is None:
                    break
                yield heard
        self.forget(selector)

    def forget(self, selector: selectors.BaseSelector) -> None:
        """Listen to it no more."""
        mine = [key.fd for key in selector.get_map().values() if key.data is self]
        for descriptor in mine:
            selector.unregister(descriptor)

    def time_is_up(self, selector: selectors.BaseSelector) -> None:
        """Kill it, and listen to it no more."""
        self._timed_out = True
        self.signal(signal.SIGKILL)
        self.forget(selector)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and, in a session of its own, to everything it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # root's end by themselves
            if self._command.at_terminal:
                self._process.send_signal(number)
            else:
                os.killpg(self._process.pid, number)

    def close(self) -> None:
        """Reap it and close its pipes."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        if self._reports >= 0:
            os.close(self._reports)
            self._reports = -1

    def lines(self, heard: _Heard) -> list[bytes]:
        """The lines of its outputs that what was heard completes, cut at ``LINE_LIMIT``."""
        if heard.stream == REPORTS:
            return []
        *complete, begun = (self._begun.get(heard.stream, b"") + heard.chunk).split(b"\n")
        self._begun[heard.stream] = begun[:LINE_LIMIT]
        return [text[:LINE_LIMIT] for text in complete]

    def last_lines(self) -> list[bytes]:
        """The lines that its end left without a line feed."""
        return [text for text in self._begun.values() if text]

    def _keep(self, descriptor: int, chunk: bytes | None) -> _Heard | None:
        if not chunk:
            return None
        stream, limit = self._open[descriptor], self._command.limit
        kept = self._kept[stream]
        if self._command.tail:
            kept += chunk
            del kept[: max(0, len(kept) - limit)]
        else:
            kept += chunk[: max(0, limit - len(kept))]
        return _Heard(self, stream, chunk)

    def _feed(self, descriptor: int, selector: selectors.BaseSelector) -> None:
        try:
            self._waiting = self._waiting[os.write(descriptor, self._waiting[:CHUNK]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:  # it does not want the rest
            self._waiting = self._waiting[:0]
        if not self._waiting and self._process.stdin is not None:
            selector.unregister(descriptor)
            self._process.stdin.close()


@dataclass(frozen=True)
class _Heard:
    """A piece of what a program wrote."""

    program: Running
    stream: str
    chunk: bytes


def _follow(programs: Iterable[Running]) -> Iterator[_Heard | None]:
    """What the programs write until all have ended or their time is up; None in a quiet moment."""
    left = list(programs)
    pause = _FIRST_TICK_S
    with selectors.DefaultSelector() as selector:
        for program in left:
            program.register(selector)
        while left:
            for program in list(left):
                if program.has_ended:
                    yield from program.rest(selector)
                    left.remove(program)
                elif program.deadline is not None and time.monotonic() >= program.deadline:
                    program.time_is_up(selector)
                    left.remove(program)
            if not selector.get_map():  # they closed their outputs; most often they end at once
                time.sleep(min(pause, _until(left)))
                pause = min(2 * pause, TICK_S)
                continue
            ready = selector.select(min(TICK_S, _until(left)))
            if not ready:
                yield None
            for key, _ in ready:
                heard = key.data.serve(key.fd, selector)
                if heard is not None:
                    yield heard


def _until(programs: Sequence[Running]) -> float:
    """Seconds until the first of them has run out of time."""
    now = time.monotonic()
    left = (program.deadline - now for program in programs if program.deadline is not None)
    return max(0.0, min(left, default=TICK_S))


def _read(descriptor: int) -> bytes | None:
    try:
        return os.read(descriptor, CHUNK)
    except BlockingIOError:
        return None


def _end(programs: Sequence[Running], grace: float) -> None:
    """End what still runs of the programs, what they started included, and reap them."""
    if grace and not all(program.has_ended for program in programs):
        for program in programs:
            program.signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and not all(p.has_ended for p in programs):
            time.sleep(TICK_S)
    for program in programs:
        program.signal(signal.SIGKILL)
    for program in programs:
        program.close()
