"""The runtimes that run a .tflite model, in the order in which they are tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from pidoctor.catalog.tables import load


@dataclass(frozen=True)
class Runtime:
    """A runtime: its distribution, others that bring the same module, and how to import it.

    ``import_line`` leaves the class ``Interpreter`` behind; a proof runs this very line.
    """

    JSON_NAMES = {"import_line": "import"}  # noqa: RUF012 (read by the decoder)

    distribution: str
    distributions: tuple[str, ...]
    module: str
    import_line: str


class RuntimesTable(NamedTuple):
    """runtimes.json."""

    source: str
    runtimes: tuple[Runtime, ...]


def load_runtimes() -> tuple[Runtime, ...]:
    """The runtimes that ship with pidoctor, preferred first, then the user's own."""
    return load(RuntimesTable).runtimes
