"""From the end of a process to its cause: exit status and output to a :class:`Death`.

The causes are rows of ``deaths.json``: "output" rows are recognised by what was printed, "signals"
rows by the signal, the more particular before the general. The first row that fits decides.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import resources

from pidoctor.smoke.proof import Death

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
    table = resources.files("pidoctor.smoke").joinpath("deaths.json")
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


def decode(returncode: int, stderr: str, step: str, model: str | None = None) -> Death:
    """The cause of death of a process that ended with ``returncode`` at ``step``.

    ``stderr`` is the (tail of the) text it printed; it is not trusted.
    """
    causes = load_causes()
    signal = signal_of(returncode)
    if signal is None:
        return _by_output(causes.output, stderr, step, model)
    lines = stderr.splitlines()
    for cause in causes.signals:
        match = _last_match(cause.pattern, lines)
        if cause.signal == signal and (match or not cause.pattern):
            return _death(cause, match, stderr, step, model)
    unknown = Cause("error", "", "", "another process or the system ended it", signal)
    return _death(unknown, None, stderr, step, model)


def timed_out(seconds: float, output: str, step: str, model: str | None = None) -> Death:
    """The death of a process that was killed because its time was up."""
    cause = Cause("timeout", "", f"{seconds:g} s", "it did not finish within {detail}")
    return _death(cause, None, output, step, model)


def _by_output(causes: tuple[Cause, ...], output: str, step: str, model: str | None) -> Death:
    """The last exception first: what was printed before it may be harmless noise."""
    for text in (output[max(output.rfind(_TRACEBACK), 0) :], output):
        for cause in causes:
            match = _last_match(cause.pattern, text.splitlines())
            if match:
                return _death(cause, match, output, step, model)
    last = _last_line(output)
    words = "it ended with an error: {detail}" if last else "it ended without an answer"
    return _death(Cause("error", "", last, words), None, output, step, model)


def _last_match(pattern: str, lines: list[str]) -> re.Match[str] | None:
    """The last place where a pattern fits; line by line, so that one huge line costs no more."""
    found = None
    for line in lines if pattern else []:
        for found in re.finditer(pattern, line):  # noqa: B007 - the last one is wanted
            pass
    return found


def _death(
    cause: Cause, match: re.Match[str] | None, output: str, step: str, model: str | None
) -> Death:
    detail = clean(match.expand(cause.detail) if match else cause.detail)
    where = STEPS.get(step, f"at step {clean(step)}") + (
        f" ({clean(model)} model)" if model else ""
    )
    what = f"died of signal {cause.signal}" if cause.signal else "failed"
    what = f"died ({cause.name})" if cause.name else what
    message = cause.message.replace("{detail}", detail)
    return Death(
        kind=cause.kind,
        signal=cause.signal,
        step=step,
        model=model,
        detail=detail or None,
        message=f"It {what} {where}: {message}.",
        evidence=clean(match.string) if match else _last_line(output),
    )


def _last_line(output: str) -> str:
    for line in reversed(output.splitlines()):
        if clean(line):
            return clean(line)
    return ""
