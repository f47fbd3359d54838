"""Reading the data tables that ship with pidoctor (catalog/data/*.json)."""

from __future__ import annotations

import json
import pkgutil
from typing import Any


def load_table(name: str) -> dict[str, Any]:
    """The table ``catalog/data/NAME.json``; works in a wheel, a checkout and a zip file."""
    content = pkgutil.get_data("pidoctor.catalog", f"data/{name}.json")
    table: dict[str, Any] = json.loads(content or b"{}")
    return table
