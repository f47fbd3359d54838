"""What to do on the bench to get each failure, and each success: the rows of recipes.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Recipe:
    """One sample: its causes, the Python, pip and packages to have, and the lines to type.

    `files` are put into the home folder first; a content that begins with @ names a model.
    """

    cause: str
    causes: tuple[str, ...]
    name: str
    script: str
    python: str
    pip: str
    packages: str
    env: Mapping[str, str]
    files: Mapping[str, str]


def recipes() -> Iterator[Recipe]:
    """All of them; a row with several pips is as many recipes."""
    rows = json.loads(Path(__file__).with_name("recipes.json").read_text(encoding="utf-8"))
    for row in rows:
        for python, pip in row["pips"]:
            yield Recipe(
                cause=row["cause"],
                causes=tuple(row.get("causes", [row["cause"]])),
                name=row["name"] if len(row["pips"]) == 1 else f"{row['name']}-pip{pip}",
                script="\n".join(row["script"]),
                python=python,
                pip=pip,
                packages=row.get("packages", ""),
                env=row.get("env", {}),
                files=row.get("files", {}),
            )
