"""``PIDOCTOR_UPDATE_GOLDEN=1 pytest tests/unit/report`` writes the expected documents anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares a document with the one that is kept under a name."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("PIDOCTOR_UPDATE_GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return compare
