"""Texts of the tables that have a form of their own."""

from __future__ import annotations


class Dotted(str):
    """A version made of numbers alone: "3.11.2"."""

    __slots__ = ()

    def __new__(cls, text: str) -> Dotted:
        if not all(part.isascii() and part.isdecimal() for part in text.split(".")):
            raise ValueError("not a version made of numbers")
        return super().__new__(cls, text)
