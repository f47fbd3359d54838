"""A fact about a machine: what is known, how well, and where it was read."""

from __future__ import annotations

from enum import Enum
from typing import Callable, Generic, TypeVar

from pidoctor.records import dataclass

T = TypeVar("T")
U = TypeVar("U")


class State(str, Enum):
    """How well a fact is known.

    ``ABSENT`` means that we looked and the thing is not there (no swap, no revision code);
    ``UNREADABLE`` that the place to look at could not be read; ``UNPARSABLE`` that it was read
    and made no sense. Only ``KNOWN`` facts have a value.
    """

    KNOWN = "known"
    ABSENT = "absent"
    UNREADABLE = "unreadable"
    UNPARSABLE = "unparsable"


@dataclass(frozen=True)
class Fact(Generic[T]):
    """A value with its state and its source (a file, a command, or a table of documented facts).

    ``detail`` says in a few words why a fact is not known, or what is wrong with a known one.
    """

    value: T | None
    state: State
    source: str
    detail: str = ""

    @staticmethod
    def known(value: T, source: str) -> Fact[T]:
        return Fact(value, State.KNOWN, source)

    @staticmethod
    def absent(source: str, detail: str = "") -> Fact[T]:
        return Fact(None, State.ABSENT, source, detail)

    @staticmethod
    def unreadable(source: str, detail: str = "") -> Fact[T]:
        return Fact(None, State.UNREADABLE, source, detail)

    @staticmethod
    def unparsable(source: str, detail: str = "") -> Fact[T]:
        return Fact(None, State.UNPARSABLE, source, detail)

    @property
    def is_known(self) -> bool:
        return self.state is State.KNOWN

    def map(self, change: Callable[[T], U]) -> Fact[U]:
        """The same fact with its value changed; a fact that is not known stays as it is."""
        return self.then(lambda value: Fact(change(value), self.state, self.source, self.detail))

    def then(self, find: Callable[[T], Fact[U]]) -> Fact[U]:
        """The fact that is found by the value; a fact that is not known stays as it is."""
        if self.value is None:
            return Fact(None, self.state, self.source, self.detail)
        return find(self.value)

    def or_else(self, default: T) -> T:
        """The value where it is known, else ``default``."""
        return default if self.value is None else self.value
