"""How long a command waits for a network that brings nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pidoctor.errors import UsageError

TIMEOUT_VARIABLE = "PIDOCTOR_TIMEOUT"
USUAL_TIMEOUT = 60.0  # seconds without news


def timeout_of(environ: Mapping[str, str]) -> float:
    """Seconds without news after which a command gives up; PIDOCTOR_TIMEOUT overrules 60."""
    text = environ.get(TIMEOUT_VARIABLE, "")
    if not text:
        return USUAL_TIMEOUT
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= 86_400:
        raise UsageError(f"{TIMEOUT_VARIABLE}: give seconds from 1 to 86400, as in 60")
    return seconds
