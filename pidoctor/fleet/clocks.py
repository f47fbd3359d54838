"""Times that boards wrote down: many have no clock of their own, and start in 1970."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from pidoctor.units import ISO_TIME

_FIRST = datetime(2020, 1, 1, tzinfo=timezone.utc)  # nothing that pidoctor wrote is as old
_AHEAD = timedelta(days=400)


def board_time(said: str, written: str) -> str:
    """``said`` by a board in UTC, or ``written``, its file's time, where no right clock said it.

    Both as ISO 8601; ``written`` may be empty. Else the last thing that a board says in 1970 never
    counted, and the first that it said in 2038 always.
    """
    there = _parsed(said)
    if there is None or there < _FIRST:
        return written
    here = _parsed(written)
    if here is not None and there > here + _AHEAD:
        return written
    return there.strftime(ISO_TIME)


def _parsed(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=timezone.utc)
        return found.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None
