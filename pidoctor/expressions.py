"""Regular expressions that are compiled when they are first used.

Compiling the expressions of all modules takes a tenth of the time of a short command, which uses
few of them.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def expression(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As ``re.compile``, but compiled on first use: what is wrong with ``text`` is told then."""
    return cast("re.Pattern[AnyStr]", _Later(text, flags))


class _Later:
    """Has what a compiled expression has."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Python asks here for a method that the object does not have; from then on it has it."""
        found = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, found)
        return found
