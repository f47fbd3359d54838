"""Which index is used: the user's own where it is valid and newer, else the shipped one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pidoctor.catalog.wheels import (
    SCHEMA,
    CatalogError,
    IndexedProject,
    WheelsIndex,
    read_document,
    shipped_index,
)
from pidoctor.decoding import Form, Line
from pidoctor.expressions import expression
from pidoctor.records import NamedTuple

POINTER = "current.json"
_RETRIEVED = expression(rb'"retrieved": "(\d{4}-\d\d-\d\d)"')
PlainName = Annotated[str, Form("a name without a path", re.compile(r"\w[\w.-]*").fullmatch)]
_HEAD = 256  # bytes of an index file that hold its date


def user_cache(environ: Mapping[str, str] | None = None) -> Path:
    """The user's folder for what can be made again (XDG base directories).

    Not by platformdirs: its import takes longer than all of the reading that a quick command does.
    For a user without a home the path is not absolute.
    """
    environ = os.environ if environ is None else environ
    base = environ.get("XDG_CACHE_HOME", "")
    if not base.startswith("/"):
        base = os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".cache")
    return Path(base) / "pidoctor"


def cache_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Where ``pidoctor index update`` keeps the user's own index."""
    return user_cache(environ) / "wheels-index"


class Pointer(NamedTuple):
    """Which folder of the cache holds the user's index, and what it should look like."""

    folder: PlainName
    retrieved: Line
    sizes: Mapping[PlainName, int]  # file name -> bytes
    digests: Mapping[PlainName, str] = {}  # file name -> SHA-256; none in old ones

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "folder": self.folder,
            "retrieved": self.retrieved,
            "sizes": dict(sorted(self.sizes.items())),
            "digests": dict(sorted(self.digests.items())),
        }


class UserIndex(WheelsIndex):
    """The user's own index; from the first unusable file on, the shipped one instead."""

    def __init__(self, folder: Path, pointer: Pointer, shipped: Path) -> None:
        super().__init__(folder)
        self._files = pointer.sizes.keys()
        self._digests = pointer.digests
        self._shipped = shipped

    def _load(self, name: str) -> IndexedProject | None:
        try:
            project = super()._load(name)
        except CatalogError as error:
            if self.folder == self._shipped:
                raise
            return self._give_up(name, str(error))
        if project is None and f"{name}.json" in self._files and self.folder != self._shipped:
            # Removed since it was opened: another program has just updated the index.
            return self._give_up(name, f"{self.folder / name}.json: gone")
        return project

    def _read(self, path: Path) -> bytes:
        content = super()._read(path)
        stated = self._digests.get(path.name) if self.folder != self._shipped else None
        if stated is not None:
            import hashlib  # brings in OpenSSL, which the index that comes with pidoctor spares

            if hashlib.sha256(content).hexdigest() != stated:
                raise CatalogError(f"{path}: is not the file that was published (another SHA-256)")
        return content

    def _give_up(self, name: str, why: str) -> IndexedProject | None:
        self.note = _note(why)
        self.folder = self._shipped
        self.forget()
        return super()._load(name)


def open_index(cache: Path | None = None, shipped: Path | None = None) -> WheelsIndex:
    """The index to answer from. Its ``note`` says why the user's own was refused, if it was."""
    cache = cache_folder() if cache is None else cache
    shipped = shipped_index() if shipped is None else shipped
    try:
        pointer = read_pointer(cache)
    except CatalogError as error:
        return WheelsIndex(shipped, _note(str(error)))
    if pointer is None or pointer.retrieved < retrieved(shipped):
        return WheelsIndex(shipped)
    return UserIndex(cache / pointer.folder, pointer, shipped)


def read_pointer(cache: Path) -> Pointer | None:
    """The pointer of the cache; None when there is no user's index.

    Raises :class:`CatalogError` when there is one that must not be used: of another schema, or
    with files that are missing or cut short.
    """
    path = cache / POINTER
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise CatalogError(f"{path}: cannot be read") from error
    if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
        raise CatalogError(f"{path}: written by another version of pidoctor")
    pointer = read_document(Pointer, data, str(path))
    for name, size in pointer.sizes.items():
        if _size(cache / pointer.folder / name) != size:
            raise CatalogError(f"{cache / pointer.folder / name}: missing or cut short")
    return pointer


def retrieved(folder: Path) -> str:
    """The day an index was last refreshed (ISO 8601); empty when it holds nothing."""
    for path in sorted(folder.glob("*.json"))[:1]:
        with path.open("rb") as file:
            match = _RETRIEVED.search(file.read(_HEAD))
        if match:
            return match[1].decode("ascii")
    return ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _note(error: str) -> str:
    return f"{error}; the index that came with pidoctor is used (`pidoctor index update` mends it)"
