"""Numbers and lists in words that people use."""

from __future__ import annotations

from collections.abc import Sequence

ISO_TIME = "%Y-%m-%dT%H:%M:%SZ"
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(number: float) -> str:
    """Bytes as "412 MB", "3.7 GB"; a unit is 1000 of the next smaller, as on every package index.

    See :func:`memory` for what a board is sold with.
    """
    unit = 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number /= 1000
        unit += 1
    digits = 0 if unit < 3 or number >= 99.95 or abs(number - round(number)) < 0.05 else 1
    return f"{number:.{digits}f} {_UNITS[unit]}"


def memory(number: int) -> str:
    """Bytes of memory: a board sold with "4 GB" has 4 times 2 to the 30; else as :func:`size`."""
    if number and number % 2**30 == 0:
        return f"{number // 2**30} GB"
    if number in (2**28, 2**29):
        return f"{number // 2**20} MB"
    return size(number)


def pages(number: int) -> str:
    """A page size as "16 KiB"."""
    return f"{number // 1024} KiB"


def shape(sizes: Sequence[int]) -> str:
    """The sizes of a tensor: "1 x 224 x 224 x 3"."""
    return " x ".join(map(str, sizes)) or "one value"


def seconds(number: float) -> str:
    """A time as "1.2 ms", "3.4 s", "2 min"."""
    if number < 1:
        return f"{number * 1000:.2g} ms" if number < 0.1 else f"{number * 1000:.0f} ms"
    return f"{number:.1f} s" if number < 100 else f"{number / 60:.0f} min"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 wheel", "3 wheels"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items as a sentence has them: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def moment(number: float, form: str = "%Y-%m-%d %H:%M UTC") -> str:
    """Seconds since the epoch as a date and a time; in seconds where no calendar has them."""
    return _utc(number, form) or f"{number:g} s"


def iso_time(number: float) -> str:
    """Seconds since the epoch as ISO 8601 in UTC; empty where no calendar has them."""
    return _utc(number, ISO_TIME)


def _utc(number: float, form: str) -> str:
    from datetime import datetime, timezone

    try:
        return datetime.fromtimestamp(number, timezone.utc).strftime(form)
    except (OverflowError, ValueError, OSError):
        return ""


def days_between(earlier: str, later: str) -> int | None:
    """Days from one ISO date to another; None for what is no date, or the wrong way round."""
    from datetime import date

    try:
        days = (date.fromisoformat(later) - date.fromisoformat(earlier)).days
    except ValueError:
        return None
    return days if days >= 0 else None
