"""The runtimes that run a .tflite model, in the order in which they are tried."""

from __future__ import annotations

from typing import NamedTuple

from pidoctor.catalog.tables import load_table


class Runtime(NamedTuple):
    """A runtime: its distribution, others that bring the same module, and how to import it.

    ``import_line`` leaves the class ``Interpreter`` behind; a proof runs this very line.
    """

    distribution: str
    distributions: tuple[str, ...]
    module: str
    import_line: str


def load_runtimes() -> tuple[Runtime, ...]:
    """The rows of ``data/runtimes.json``, preferred first."""
    return tuple(
        Runtime(row["distribution"], tuple(row["distributions"]), row["module"], row["import"])
        for row in load_table("runtimes")["runtimes"]
    )
