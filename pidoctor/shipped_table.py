"""The content of a data table as it ships."""

from __future__ import annotations

import json
import os
from typing import Any


def shipped_table(name: str) -> Any:
    """The content of ``catalog/data/NAME.json``.

    Reads through the loader of this module, so that it works in a zip file as well:
    importlib.resources does the same, and its import takes longer than reading every table.
    """
    path = os.path.join(os.path.dirname(__file__), "catalog", "data", f"{name}.json")
    loader: Any = globals()["__loader__"]
    return json.loads(loader.get_data(path))
