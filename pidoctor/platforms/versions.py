"""Dotted versions made of numbers: of Python, glibc, musl, libstdc++, pip.

Versions of distributions follow PEP 440 and are read by ``packaging.version``.
"""

from __future__ import annotations

from functools import lru_cache

Version = tuple[int, ...]


@lru_cache(maxsize=4096)  # an index names the same few versions thousands of times
def parse_version(text: str) -> Version:
    """``"2.36"`` as ``(2, 36)``; ValueError for anything but dotted numbers."""
    parts = text.split(".")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(f"not a version made of numbers: {text[:40]!r}")
    return tuple(int(part) for part in parts)


def numbers_of(text: str) -> Version:
    """The numbers that a version begins with: ``(3, 11)`` for ``"3.11.x"``; () for none."""
    numbers = []
    for part in text.split("."):
        if not (part.isascii() and part.isdecimal()):
            break
        numbers.append(int(part))
    return tuple(numbers)


def dotted(version: Version) -> str:
    """``"2.36"`` for ``(2, 36)``."""
    return ".".join(map(str, version))


def minor_of(text: str) -> str:
    """``"3.11"`` of ``"3.11.2"``; what has no second part stays as it is."""
    return ".".join(text.split(".")[:2])


def minor_numbers(text: str) -> tuple[int, int] | None:
    """``(3, 11)`` of ``"3.11.2"``; None for what names no minor version of Python."""
    numbers = numbers_of(text)[:2]
    # No Python has a five-digit part; a text that does is no version, whatever it is.
    return (numbers[0], numbers[1]) if len(numbers) == 2 and max(numbers) < 10_000 else None


def newest(*versions: str) -> str:
    """The highest of dotted versions; the empty string is lower than any."""
    return max(versions, key=numbers_of, default="")
