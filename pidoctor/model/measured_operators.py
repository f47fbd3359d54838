"""Which operators each runtime's wheel was measured to know (data/operator_versions.json)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pidoctor.catalog.tables import load


class Measured(NamedTuple):
    """What one wheel accepts. ``sha256`` is that of the wheel that was measured.

    ``operators`` maps a builtin operator to the last version that it has an implementation for;
    the first is 1, or stands in ``first``. ``custom`` are the custom operators that it registers.
    """

    distribution: str
    version: str
    wheel: str
    sha256: str
    custom: tuple[str, ...]
    first: Mapping[str, int]
    operators: Mapping[str, int]

    def knows(self, operator: str, version: int) -> bool:
        """Whether the runtime has an implementation for a builtin operator in a version."""
        return self.first.get(operator, 1) <= version <= self.operators.get(operator, 0)


class OperatorVersionsTable(NamedTuple):
    """operator_versions.json, as measured by ``python -m tests.tools.measure_operators``.

    ``custom_operators`` are the names that each wheel is asked for.
    """

    source: str
    custom_operators: tuple[str, ...]
    wheels: tuple[Measured, ...]


def measured(distribution: str, version: str) -> Measured | None:
    """What was measured of a version of a runtime; None where nothing was."""
    for row in load(OperatorVersionsTable).wheels:
        if (row.distribution, row.version) == (distribution, version):
            return row
    return None
