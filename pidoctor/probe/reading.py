"""Turning an attempt to read something into a Fact, or into nothing where it fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, TypeVar

from pidoctor.host.base import READ_LIMIT, Host, HostError, MissingError, read_text
from pidoctor.profile.fact import Fact

T = TypeVar("T")

TEXT_LIMIT = 200  # characters of a name that a machine gives itself


def reading(source: str, read: Callable[[], T | None]) -> Fact[T]:
    """The fact that ``read`` finds at ``source``.

    None means absent; a host error absent or unreadable; a ValueError unparsable, with its text.
    """
    try:
        value = read()
    except MissingError as error:
        return Fact.absent(source, error.reason)
    except HostError as error:
        return Fact.unreadable(source, error.reason)
    except ValueError as error:
        return Fact.unparsable(source, clean(str(error)))
    return Fact.absent(source) if value is None else Fact.known(value, source)


def text_in(host: Host, path: str, limit: int = READ_LIMIT) -> str:
    """A file as text; empty where it is not there or cannot be read."""
    try:
        return read_text(host, path, limit)
    except HostError:
        return ""


def names_in(host: Host, folder: str) -> tuple[str, ...]:
    """The names in a folder; none where it is not there or cannot be looked into."""
    try:
        return host.list_dir(folder)
    except HostError:
        return ()


def entry(read: Fact[dict[str, T]] | Fact[Mapping[str, T]], name: str) -> Fact[T]:
    """One of several values that were read together; an empty text is none."""

    def one(values: Mapping[str, T]) -> Fact[T]:
        value = values.get(name)
        if value is None or value == "":
            return Fact.absent(read.source, f"no {name}")
        return Fact.known(value, read.source)

    return read.then(one)


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """One line of printable text out of whatever a machine says: no control codes, bounded."""
    kept = text[: limit * 4]
    if not kept.isprintable():  # metadata is read a thousand lines at a time, most of them plain
        kept = "".join(char if char.isprintable() else " " for char in kept)
    return " ".join(kept.split())[:limit]


def first_known(*facts: Fact[T]) -> Fact[T]:
    """The first fact that is known; the first of them where none is."""
    return next((fact for fact in facts if fact.is_known), facts[0])
