"""From the end of a process to its cause: exit status and output to a :class:`Death`.

The causes are rows of ``deaths.json``: "output" rows are recognised by what was printed, "signals"
rows by the signal, the more particular before the general. The first row that fits decides.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources

from pidoctor.proof.proof import Death

STEPS = {
    "start": "while Python was starting",
    "import": "while it was imported",
    "construct": "while the interpreter was built",
    "allocate": "while memory for the model was laid out",
    "invoke": "during the inference",
    "compare": "after the inference",
    "exit": "after the last inference, when the process ended",
}

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
_EVIDENCE_LENGTH = 300
_LINE_LENGTH = 4096
_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Cause:
    """A row of the table; ``signal`` is None for a cause told by its output alone."""

    kind: str
    pattern: str
    detail: str  # a template for the groups of the pattern
    message: str
    signal: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Causes:
    """The table: causes by output, causes by signal."""

    output: tuple[Cause, ...]
    signals: tuple[Cause, ...]


def load_causes() -> Causes:
    """The rows of ``deaths.json``."""
    table = resources.files("pidoctor.proof").joinpath("deaths.json")
    data = json.loads(table.read_text(encoding="utf-8"))

    def rows(name: str) -> tuple[Cause, ...]:
        return tuple(
            Cause(
                kind=row["kind"],
                pattern=row["pattern"],
                detail=row["detail"],
                message=row["message"],
                signal=row.get("signal"),
                name=row.get("name", ""),
            )
            for row in data[name]
        )

    return Causes(rows("output"), rows("signals"))


def clean(text: str) -> str:
    """One line without escape sequences and control characters, at most 300 characters."""
    plain = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", text))
    return " ".join(plain.split())[:_EVIDENCE_LENGTH]


def signal_of(returncode: int) -> int | None:
    """The signal that ended a process: -4, or 132 where a shell or an emulator stood between."""
    if returncode < 0:
        return -returncode
    if 128 < returncode <= 128 + 64:
        return returncode - 128
    return None


def decode(
    returncode: int, stderr: str, step: str, model: str | None = None, subject: str = "The runtime"
) -> Death:
    """The cause of death of a process that ended with ``returncode`` at ``step``.

    ``stderr`` is the (tail of the) text it printed; it is not trusted. ``subject`` begins the
    message.
    """
    causes = load_causes()
    lines = _lines(stderr)
    signal = signal_of(returncode)
    place = _Place(step, model, subject, _exception(lines) or _last_line(lines))
    if signal is None:
        return _by_output(causes.output, lines, place)
    for cause in causes.signals:
        match = _last_match(cause.pattern, lines)
        if cause.signal == signal and (match or not cause.pattern):
            return _death(cause, match, place)
    other = "another process or the system ended it"
    return _death(Cause("error", "", "", other, signal), None, place)


def timed_out(
    seconds: float, output: str, step: str, model: str | None = None, subject: str = "The runtime"
) -> Death:
    """The death of a process that was killed because its time was up."""
    cause = Cause("timeout", "", f"{seconds:g} s", "it did not finish within {detail}")
    return _death(cause, None, _Place(step, model, subject, _last_line(_lines(output))))


@dataclass(frozen=True)
class _Place:
    """Where it happened, and the line to show when none fits better."""

    step: str
    model: str | None
    subject: str
    line: str


def _by_output(causes: tuple[Cause, ...], lines: list[str], place: _Place) -> Death:
    """The last exception first: what was printed before it may be harmless noise."""
    for part in (lines[_last_traceback(lines) :], lines):
        for cause in causes:
            match = _last_match(cause.pattern, part)
            if match:
                return _death(cause, match, place)
    words = "{detail}" if place.line else "it ended without an answer"
    return _death(Cause("error", "", place.line, words), None, place)


def _death(cause: Cause, match: re.Match[str] | None, place: _Place) -> Death:
    detail = clean(match.expand(cause.detail) if match else cause.detail)
    what = f"died of signal {cause.signal}" if cause.signal else "failed"
    what = f"died ({cause.name})" if cause.name else what
    where = STEPS[place.step] + (f" ({clean(place.model)} model)" if place.model else "")
    reason = cause.message.replace("{detail}", detail).rstrip(".")
    return Death(
        kind=cause.kind,
        signal=cause.signal,
        step=place.step,
        model=place.model,
        detail=detail or None,
        message=f"{place.subject} {what} {where}: {reason}.",
        evidence=clean(match.string) if match else place.line,
    )


def _lines(output: str) -> list[str]:
    """Lines, each cut to a length that no pattern is slow on."""
    return [line[:_LINE_LENGTH] for line in output.splitlines()]


def _last_match(pattern: str, lines: list[str]) -> re.Match[str] | None:
    """Where a pattern fits in the last line in which it does."""
    for line in reversed(lines) if pattern else ():
        match = re.search(pattern, line)
        if match:
            return match
    return None


def _last_traceback(lines: list[str]) -> int:
    """The number of the line in which the last traceback begins; 0 when there is none."""
    return max((number for number, line in enumerate(lines) if _TRACEBACK in line), default=0)


def _exception(lines: list[str]) -> str:
    """The text of the exception that ended the last traceback, which may have several lines."""
    start = _last_traceback(lines)
    if not lines or _TRACEBACK not in lines[start]:
        return ""
    rest = lines[start + 1 :]
    frames = next((n for n, line in enumerate(rest) if line.strip() and line[0] != " "), len(rest))
    return clean(" ".join(rest[frames:]))


def _last_line(lines: list[str]) -> str:
    return next((clean(line) for line in reversed(lines) if clean(line)), "")
