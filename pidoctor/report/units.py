"""Numbers with their units, held together at the end of a line."""

from __future__ import annotations

from pidoctor import units
from pidoctor.report.layout import NBSP


def _held(text: str) -> str:
    return text.replace(" ", NBSP)


def size(number: float) -> str:
    """Bytes as "412 MB"."""
    return _held(units.size(number))


def pages(number: int) -> str:
    """A page size as "16 KiB"."""
    return _held(units.pages(number))


def seconds(number: float) -> str:
    """A time as "1.2 ms"."""
    return _held(units.seconds(number))


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "3 wheels"."""
    return _held(units.count(number, noun, plural))
