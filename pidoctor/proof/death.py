"""From the end of a process to its cause: exit status and output to a :class:`Death`.

What the output and the end mean is the catalogue of troubles' to say, as for a log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pidoctor.expressions import expression
from pidoctor.proof.proof import Death

STEPS = {
    "start": "while Python was starting",
    "import": "while it was imported",
    "delegate": "while the delegate was loaded",
    "construct": "while the interpreter was built",
    "allocate": "while memory for the model was laid out",
    "invoke": "during the inference",
    "compare": "after the inference",
    "exit": "after the last inference, when the process ended",
}
ENDINGS = {
    6: ("abort", "It ended itself (abort)."),
    7: ("error", "The hardware refused an access to memory (bus error)."),
    11: ("segfault", "It used memory that is not its own (segmentation fault)."),
}
"""Signals that say how a process ended, and not why."""

_DETAILS = ("symbol", "library", "version", "module", "feature", "op", "built")
"""What of the evidence names the missing thing."""

_ESCAPES = expression(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
_EVIDENCE_LENGTH = 300
_LINE_LENGTH = 4096
_TRACEBACK = "Traceback (most recent call last)"


def clean(text: str) -> str:
    """One line without escape sequences and control characters, at most 300 characters."""
    plain = "".join(c if c.isprintable() else " " for c in _ESCAPES.sub("", text))
    return " ".join(plain.split())[:_EVIDENCE_LENGTH]


@dataclass(frozen=True)
class _Where:
    """Where it happened, and the line to show when none fits better."""

    step: str
    model: str | None
    subject: str
    line: str
    signal: int | None = None


def decode(
    returncode: int, stderr: str, step: str, model: str | None = None, subject: str = "The runtime"
) -> Death:
    """The cause of death of a process that ended with ``returncode`` at ``step``.

    ``stderr`` is the (tail of the) text it printed; it is not trusted. ``subject`` begins the
    message.
    """
    from pidoctor.triage.ending import notice, signal_of

    lines = [line[:_LINE_LENGTH] for line in stderr.splitlines()]
    number = signal_of(returncode)
    place = _Where(step, model, subject, _exception(lines) or _last_line(lines), number)
    end = [notice(returncode)] if number else []
    known = _known(lines + end, place)
    if known is not None:
        return known
    if number is not None:
        kind, reason = ENDINGS.get(number, ("error", "Another process or the system ended it."))
        return _death(kind, reason, place)
    return _death("error", f"{place.line.rstrip('.') or 'It ended without an answer'}.", place)


def timed_out(
    seconds: float, output: str, step: str, model: str | None = None, subject: str = "The runtime"
) -> Death:
    """The death of a process that was killed because its time was up."""
    place = _Where(step, model, subject, _last_line(output.splitlines()))
    detail = f"{seconds:g} s"
    return _death("timeout", f"It did not finish within {detail}.", place, detail)


def _known(lines: list[str], place: _Where) -> Death | None:
    """The first trouble that the lines show for sure."""
    from pidoctor.triage.diagnose import STRONG, triage

    first = triage([line.encode("utf-8", "replace") + b"\n" for line in lines])[0]
    if first.confidence < STRONG or first.cause in ("unknown", "no-problem"):
        return None
    detail = next((clean(first.shown[name]) for name in _DETAILS if first.shown.get(name)), None)
    said = [e.text for e in first.evidence if e.line < len(lines) or not place.signal]
    death = _death(first.cause, clean(first.explanation), place, detail)
    return replace(death, evidence=clean(said[0]) if said else place.line, remedy=first.fix)


def _death(kind: str, reason: str, place: _Where, detail: str | None = None) -> Death:
    from pidoctor.triage.ending import name

    what = f"died ({name(place.signal)})" if place.signal else "failed"
    where = STEPS[place.step] + (f" ({clean(place.model)} model)" if place.model else "")
    return Death(
        kind=kind,
        signal=place.signal,
        step=place.step,
        model=place.model,
        detail=detail,
        message=f"{place.subject} {what} {where}. {reason}",
        evidence=place.line,
    )


def _exception(lines: list[str]) -> str:
    """The text of the exception that ended the last traceback, which may have several lines."""
    starts = [number for number, line in enumerate(lines, 1) if _TRACEBACK in line]
    if not starts:
        return ""
    rest = lines[starts[-1] :]
    frames = next((n for n, line in enumerate(rest) if line.strip() and line[0] != " "), len(rest))
    return clean(" ".join(rest[frames:]))


def _last_line(lines: list[str]) -> str:
    return next((clean(line) for line in reversed(lines) if clean(line)), "")
