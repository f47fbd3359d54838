"""Reading the data tables that ship with pidoctor (catalog/data/*.json)."""

from __future__ import annotations

import json
import os
from typing import Any


def load_table(name: str) -> dict[str, Any]:
    """The table ``catalog/data/NAME.json``; works in a wheel, a checkout and a zip file.

    Reads through the loader of this module: importlib.resources does the same, and its import
    takes longer than reading every table.
    """
    path = os.path.join(os.path.dirname(__file__), "data", f"{name}.json")
    loader: Any = globals()["__loader__"]
    table: dict[str, Any] = json.loads(loader.get_data(path))
    return table
