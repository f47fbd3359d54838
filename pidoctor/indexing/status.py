"""How old the index in use is, what it holds, and where that came from."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pidoctor.catalog.location import retrieved
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.units import days_between
from pidoctor.value_rules import Amount


@dataclass(frozen=True)
class IndexStatus:
    """``origin`` is "shipped" or "updated"; ``age_days`` is None when the clock makes no sense."""

    origin: Literal["shipped", "updated"]
    folder: Path
    retrieved: str
    age_days: Amount | None
    packages: Amount
    wheels: Amount
    with_evidence: Amount
    sources: dict[str, int]  # wheels per source
    note: str


def status(index: WheelsIndex, today: str = "") -> IndexStatus:
    """Reads the whole index; raises CatalogError when a shipped file cannot be read."""
    projects = [index.project(name) for name in index.names()]
    wheels = [wheel for project in projects if project for wheel in project.wheels]
    date = retrieved(index.folder)
    return IndexStatus(
        origin="shipped" if index.folder == shipped_index() else "updated",
        folder=index.folder,
        retrieved=date,
        age_days=days_between(date, today or time.strftime("%Y-%m-%d")),
        packages=len(projects),
        wheels=len(wheels),
        with_evidence=sum(1 for wheel in wheels if wheel.evidence is not None),
        sources=dict(sorted(Counter(wheel.source for wheel in wheels).items())),
        note=index.note,
    )
