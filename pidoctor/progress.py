"""What a long command says while it works: lines, some of which know more than their words.

Whoever only prints lines takes them as texts. A display that moves asks the line what it is of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Arriving(Protocol):
    """Something that comes in, and can be asked how much of it is there."""

    @property
    def expected(self) -> int:
        """Bytes in all."""

    def arrived(self) -> int:
        """Bytes that are there by now."""


class Announced(str):
    """A step that begins. ``arriving`` is what it downloads, and ``parts`` the files of it by name.

    A step ``at_terminal`` may ask the user something: nothing else is drawn meanwhile.
    """

    arriving: Arriving | None
    parts: Mapping[str, Arriving]
    at_terminal: bool

    def __new__(
        cls,
        title: str,
        arriving: Arriving | None = None,
        parts: Mapping[str, Arriving] | None = None,
        at_terminal: bool = False,
    ) -> Announced:
        made = super().__new__(cls, title)
        made.arriving, made.parts, made.at_terminal = arriving, parts or {}, at_terminal
        return made
