"""A fixture: the wheel that users get."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pidoctor's wheel, built from this checkout once in a run."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder)]
    subprocess.run([*pip, str(_CHECKOUT)], check=True)
    (built,) = folder.glob("pidoctor-*.whl")
    return built
