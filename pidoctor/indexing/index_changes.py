"""What an update has read so far, kept on disk: an interrupted update goes on where it stopped."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, TypeVar

from pidoctor.decoding import DecodeError, decode

T = TypeVar("T")


class ReadingLog:
    """An append-only file of JSON lines: (kind, sha256) -> what was read off that wheel.

    Keyed by content hash, so an entry never goes stale. A line cut short by a crash is ignored.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._entries: dict[tuple[str, str], Any] = {}
        self._load()

    def get(self, kind: str, sha256: str) -> Any:
        """What was stored, or None."""
        return self._entries.get((kind, sha256))

    def read(self, form: type[T], kind: str, sha256: str) -> T | None:
        """What was stored, if it has this form."""
        try:
            return decode(form, self.get(kind, sha256), str(self._path), exact=False)
        except DecodeError:
            return None

    def put(self, kind: str, sha256: str, value: Any) -> None:
        """Stores ``value`` (JSON) and writes it through to the disk."""
        line = json.dumps([kind, sha256, value], separators=(",", ":"), ensure_ascii=True)
        with self._lock:
            self._entries[(kind, sha256)] = value
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="ascii") as file:
                file.write(line + "\n")

    def remove(self) -> None:
        """Deletes the file: all that it held has found its place."""
        self._path.unlink(missing_ok=True)

    def _load(self) -> None:
        try:
            text = self._path.read_text("ascii", "replace")
        except OSError:
            return
        for line in text.splitlines():
            try:
                kind, sha256, value = json.loads(line)
                self._entries[(kind, sha256)] = value
            except (ValueError, TypeError, RecursionError):
                continue
        if text and not text.endswith("\n"):
            with self._path.open("a", encoding="ascii") as file:
                file.write("\n")
