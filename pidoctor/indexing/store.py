"""What was read from package indexes, kept for the next question: small files, bounded in all.

Nothing in here is needed: a file that is missing, old, damaged or cannot be written is read anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pidoctor.catalog.location import user_cache
from pidoctor.decoding import DecodeError, decode, encode
from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing.document import write_atomically

FRESH = 600.0  # seconds; as long as the package index itself lets clients keep a page
_MOST_BYTES = 100 << 20  # of all files together
_MOST_FILES = 5000
_LARGEST = 16 << 20  # bytes of one file
_SCHEMA = 5
T = TypeVar("T")


class Store:
    """JSON objects by kind and key in a folder; ``folder`` None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._written = False

    @classmethod
    def of_user(cls) -> Store:
        """The user's cache; nothing is kept for a user without a home."""
        folder = user_cache() / "packages"
        return cls(folder if folder.is_absolute() else None)

    def read(self, form: type[T], kind: str, key: str, younger: float = float("inf")) -> T | None:
        """What was kept, if it was kept less than ``younger`` seconds ago and has this form."""
        path = self._path(kind, key)
        if path is None or not self.has(kind, key, younger):
            return None
        try:
            found = json.loads(path.read_bytes())
            if not isinstance(found, Mapping) or found.get("schema") != _SCHEMA:
                return None
            return decode(form, found.get("kept"), str(path), exact=False)
        except (OSError, ValueError, RecursionError, DecodeError):
            return None

    def has(self, kind: str, key: str, younger: float = float("inf")) -> bool:
        """Whether something was kept less than ``younger`` seconds ago, of whatever form."""
        try:
            state = os.stat(self._path(kind, key) or "")
        except OSError:
            return False
        return state.st_size <= _LARGEST and 0 <= time.time() - state.st_mtime < younger

    def put(self, kind: str, key: str, kept: object) -> None:
        """Keep a value, where the disk takes it."""
        path = self._path(kind, key)
        if path is None:
            return
        if not self._written:
            self._written = True
            self._tidy()
        with suppress(OSError, CouldNotCheckError):
            content = {"schema": _SCHEMA, "kept": encode(kept)}
            text = json.dumps(content, separators=(",", ":"))
            write_atomically(path, text)

    def _path(self, kind: str, key: str) -> Path | None:
        plain = re.fullmatch(r"[0-9a-f]{64}", key)
        name = key if plain else hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
        return self._folder / f"{kind}-{name}.json" if self._folder else None

    def _tidy(self) -> None:
        """Remove the oldest files where they have become too many."""
        files: list[tuple[float, int, Path]] = []
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                state = entry.stat(follow_symlinks=False)
                files.append((state.st_mtime, state.st_size, Path(entry.path)))
        count, total = len(files), sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if count <= _MOST_FILES and total <= _MOST_BYTES:
                return
            with suppress(OSError):
                path.unlink()
            count, total = count - 1, total - size
