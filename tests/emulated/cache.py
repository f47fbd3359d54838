"""Where slow-made things are kept from one test run to the next, and how they are made once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import platformdirs
from filelock import FileLock


def folder() -> Path:
    """The cache: $PIDOCTOR_ROOTS, or a folder of the user's cache. Safe to delete."""
    chosen = os.environ.get("PIDOCTOR_ROOTS")
    return Path(chosen) if chosen else platformdirs.user_cache_path("pidoctor-tests") / "emulated"


def made_once(target: Path, make: Callable[[Path], None]) -> Path:
    """`target`, made by `make(path)` if it is missing.

    It takes its name only when it is complete, so an interrupted run leaves nothing half-made
    under it, and two runs at the same time make it once.
    """
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.exists():
            return target
        unfinished = target.with_name(f"{target.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        make(unfinished)
        unfinished.rename(target)
    return target
