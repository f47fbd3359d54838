"""Documented troubles: packages that mislead, what old pips cannot see, fragile libraries.

The rows are in ``catalog/data/known_troubles.json``, each with its source.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from pidoctor.catalog.tables import load_table


class InstalledTrouble(NamedTuple):
    """A version of a package that does harm where it is installed.

    ``architectures`` is empty when it does so everywhere; "{python}" in a command stands for the
    interpreter.
    """

    id: str
    name: str
    specifier: str
    architectures: tuple[str, ...]
    message: str
    remedy: str
    commands: tuple[str, ...]
    source: str


class PipLevel(NamedTuple):
    """The first pip that accepts wheels whose platform tag begins like this."""

    pip: str
    platform: str
    source: str


class OptionalLibrary(NamedTuple):
    """A library of a wheel that only some of its uses load."""

    library: str
    use: str
    instead: str
    source: str


class Troubles(NamedTuple):
    """The whole table."""

    installed: tuple[InstalledTrouble, ...]
    pip_levels: tuple[PipLevel, ...]
    optional_libraries: tuple[OptionalLibrary, ...]


@lru_cache(maxsize=1)
def load_troubles() -> Troubles:
    """The table of known_troubles.json."""
    table = load_table("known_troubles")
    return Troubles(
        installed=tuple(
            InstalledTrouble(
                id=row["id"],
                name=row["name"],
                specifier=row["specifier"],
                architectures=tuple(row["architectures"]),
                message=row["message"],
                remedy=row["remedy"],
                commands=tuple(row["commands"]),
                source=row["source"],
            )
            for row in table["installed"]
        ),
        pip_levels=tuple(PipLevel(**row) for row in table["pip_levels"]),
        optional_libraries=tuple(OptionalLibrary(**row) for row in table["optional_libraries"]),
    )
