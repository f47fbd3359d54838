"""A capture: what the probes once read on a machine, to be asked again anywhere."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pidoctor.errors import UsageError
from pidoctor.host import files
from pidoctor.host.base import (
    READ_LIMIT,
    SEARCH_LIMIT,
    Completed,
    DiskUsage,
    Distribution,
    HostError,
    MemoryUse,
    MissingError,
    OwnPip,
    Pattern,
    Uname,
    UnreadableError,
)
from pidoctor.host.capture_format import MAX_BYTES, parse_capture

FILE_NAME = "capture.json"
_NOT_CAPTURED = "was not captured"


def load_capture(path: str | os.PathLike[str]) -> CaptureHost:
    """The machine in a capture file, or in the ``capture.json`` of a folder.

    Raises :class:`UsageError` with one line when it is none, is malformed or exceeds the limits.
    """
    given = Path(path)
    file = given / FILE_NAME if given.is_dir() else given
    shown = os.fspath(given)
    try:
        content = files.read_bytes(shown, os.fspath(file), MAX_BYTES + 1)
    except HostError as error:
        raise UsageError(f"capture {error}") from error
    return CaptureHost(parse_capture(content, shown), f"capture {given.name}")


class CaptureHost:
    """A machine that was captured. Nothing of the machine that runs pidoctor shows through."""

    def __init__(self, data: Mapping[str, Any], origin: str) -> None:
        self._data = data
        self.origin = origin
        self.can_run = data.get("can_run") is not False

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        entry = self._file(path)
        if entry.get("text") is not None:
            return str(entry["text"]).encode("utf-8", "replace")[:limit]
        if entry.get("base64") is None:
            raise self._why_not(path)
        try:
            return base64.b64decode(entry["base64"], validate=True)[:limit]
        except (binascii.Error, ValueError) as error:
            raise UnreadableError(path, "its content in the capture is broken") from error

    def search(
        self,
        path: str,
        pattern: Pattern,
        limit: int = SEARCH_LIMIT,  # noqa: ARG002 (the Host protocol's argument)
    ) -> tuple[bytes, ...]:
        for entry in self._list("searches"):
            if (entry.get("path"), entry.get("pattern")) == (path, pattern.name):
                found = entry.get("found") or ()
                return tuple(sorted(item.encode("utf-8", "replace") for item in found))
        raise self._why_not(path)

    def list_dir(self, path: str) -> tuple[str, ...]:
        names = self._table("folders").get(path)
        if names is None:
            raise self._why_not(path)
        return tuple(sorted(names))

    def real_path(self, path: str) -> str:
        real = self._table("real_paths").get(path)
        return path if real is None else str(real)

    def exists(self, path: str) -> bool:
        tables = ("files", "folders", "real_paths")
        return any(path in self._table(name) for name in tables) or path in self._list("present")

    def modified(self, path: str) -> float:
        moment = self._file(path).get("modified")
        if moment is None:
            raise self._why_not(path)
        return float(moment)

    def disk_usage(self, path: str) -> DiskUsage:
        disk = self._table("disks").get(path)
        if disk is None or disk.get("total") is None or disk.get("free") is None:
            raise UnreadableError(path, _NOT_CAPTURED)
        return DiskUsage(disk["total"], disk["free"], disk.get("read_only") is True)

    def run(
        self,
        argv: tuple[str, ...],
        timeout: float,  # noqa: ARG002 (the Host protocol's arguments)
        stdin: bytes = b"",  # noqa: ARG002
    ) -> Completed:
        for entry in self._list("commands"):
            if entry.get("argv") == list(argv) and entry.get("returncode") is not None:
                stdout, stderr = (
                    (entry.get(name) or "").encode("utf-8", "replace")
                    for name in ("stdout", "stderr")
                )
                timed_out = entry.get("timed_out") is True
                return Completed(entry["returncode"], stdout, stderr, timed_out)
        raise UnreadableError(argv[0], f"running it {_NOT_CAPTURED}")

    def uname(self) -> Uname:
        entry = self._value("uname")
        return Uname(*(entry.get(name) or "" for name in Uname._fields))

    def page_size(self) -> int:
        return int(self._value("page_size"))

    def memory(self) -> MemoryUse:
        entry = self._value("memory")
        return MemoryUse(*(entry.get(name) or 0 for name in MemoryUse._fields))

    def distribution(self) -> Distribution:
        entry = self._value("distribution")
        return Distribution(*(entry.get(name) or "" for name in Distribution._fields))

    def environ(self, name: str) -> str | None:
        value: str | None = self._table("environment").get(name)
        return value

    def now(self) -> float:
        return float(self._value("now"))

    def group_ids(self) -> tuple[int, ...]:
        return tuple(self._value("group_ids"))

    def is_mine(self, path: str) -> bool:
        return path in self._list("mine")

    def home(self) -> str:
        return "~"

    def working_folder(self) -> str:
        return str(self._value("working_folder"))

    def interpreter(self) -> str:
        if self._data.get("interpreter") is None:
            raise MissingError("/usr/bin/python3")
        return str(self._data["interpreter"])

    def own_pip(self) -> OwnPip:
        entry = self._value("own_pip")
        return OwnPip(*(entry.get(name) or "" for name in OwnPip._fields))

    def runs_here(self, executable: str) -> bool:  # noqa: ARG002 (a capture is another machine)
        return False

    def _file(self, path: str) -> Mapping[str, Any]:
        table = self._table("files")
        entry: Mapping[str, Any] | None = table.get(self.real_path(path)) or table.get(path)
        if entry is None:
            raise self._why_not(path)
        return entry

    def _table(self, part: str) -> Mapping[str, Any]:
        table: Mapping[str, Any] | None = self._data.get(part)
        return {} if table is None else table

    def _list(self, part: str) -> list[Any]:
        items: list[Any] | None = self._data.get(part)
        return [] if items is None else items

    def _value(self, name: str) -> Any:
        value = self._data.get(name)
        if value is None:
            raise UnreadableError(name, _NOT_CAPTURED)
        return value

    def _why_not(self, path: str) -> HostError:
        reason = self._table("unreadable").get(path)
        if reason is not None:
            return UnreadableError(path, str(reason))
        if path in self._list("missing") or self._data.get("complete") is True:
            return MissingError(path)
        return UnreadableError(path, _NOT_CAPTURED)
