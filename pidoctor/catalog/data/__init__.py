"""Tables of documented facts, as JSON; each row names its source."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def load(name: str) -> Any:
    """The JSON of a table, for example ``load("boards.json")``."""
    return json.loads((files(__name__) / name).read_bytes())
