"""A capture: what the probes once read on a machine, in one JSON file, to be asked again anywhere.

The format, ``pidoctor-capture/1`` (all parts but the first optional; paths are the machine's own,
the user's home folder is ``~``)::

    schema        "pidoctor-capture/1"
    origin        what the machine was, for people
    complete      true: a path that is not in it is not there; false: nobody looked
    can_run       whether programs of the machine could be run
    files         path -> {"text"} or {"base64"}, and {"modified": seconds} where that was asked
    folders       path -> names
    real_paths    path -> the path behind its links, where they differ
    present       paths that exist and whose content was not read
    missing       paths that were looked for and are not there
    unreadable    path -> why
    searches      [{"path", "pattern", "found": [text]}]
    commands      [{"argv", "returncode", "stdout", "stderr", "timed_out"}]
    environment   name -> value or null
    disks         path -> {"total", "free", "read_only"}
    uname         {"system", "release", "machine"}
    memory        {"total", "available", "swap"}; distribution {"id", "version", ...}: only of
                  machines without /proc and os-release
    page_size, now, group_ids, home, working_folder, interpreter
"""

from __future__ import annotations

import base64
import binascii
import json
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
    Pattern,
    Uname,
    UnreadableError,
)

SCHEMA = "pidoctor-capture/1"
FILE_NAME = "capture.json"
MAX_BYTES = 32 << 20
MAX_DEPTH = 12
MAX_ENTRIES = 50_000
_NOT_CAPTURED = "was not captured"

# The parts and what each has to be; a list or object is empty where the part is left out.
_PARTS: Mapping[str, type] = {
    "files": dict,
    "folders": dict,
    "real_paths": dict,
    "present": list,
    "missing": list,
    "unreadable": dict,
    "searches": list,
    "commands": list,
    "environment": dict,
    "disks": dict,
}


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
    if len(content) > MAX_BYTES:
        raise UsageError(f"capture {shown}: larger than {MAX_BYTES >> 20} MiB")
    return CaptureHost(parse_capture(content, shown), f"capture {given.name}")


def parse_capture(content: bytes, shown: str) -> Mapping[str, Any]:
    """The JSON of a capture with every part of the right kind; :class:`UsageError` otherwise."""
    try:
        data = json.loads(content, parse_int=_number, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"capture {shown}: not JSON ({type(error).__name__})") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"capture {shown}: not a pidoctor capture ({SCHEMA})")
    _check_size(data, shown)
    for part, kind in _PARTS.items():
        if not isinstance(data.setdefault(part, kind()), kind):
            raise UsageError(f"capture {shown}: {part}: expected {kind.__name__}")
    return data


def _number(digits: str) -> int:
    """A number that fits 64 bits: reading millions of digits would take minutes."""
    if len(digits) > 19:
        raise ValueError("a number of more than 19 digits")
    return int(digits)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _check_size(data: Any, shown: str) -> None:
    """Refuse what is nested too deeply or has too many entries."""
    level, depth, entries = [data], 0, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise UsageError(f"capture {shown}: nested more than {MAX_DEPTH} levels deep")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        entries += len(below)
        if entries > MAX_ENTRIES:
            raise UsageError(f"capture {shown}: more than {MAX_ENTRIES} entries")
        level = [value for value in below if isinstance(value, (dict, list))]


class CaptureHost:
    """A machine that was captured. Nothing of the machine that runs pidoctor shows through."""

    def __init__(self, data: Mapping[str, Any], origin: str) -> None:
        self._data = data
        self.origin = origin
        self.can_run = data.get("can_run", True) is True

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        entry = self._data["files"].get(self.real_path(path), self._data["files"].get(path))
        if entry is None:
            raise self._why_not(path)
        text, encoded = _part(entry, "text", str, path), _part(entry, "base64", str, path)
        if text is not None:
            return str(text).encode("utf-8", "replace")[:limit]
        try:
            return base64.b64decode(encoded or "", validate=True)[:limit]
        except (binascii.Error, ValueError) as error:
            raise UnreadableError(path, "its content in the capture is broken") from error

    def search(
        self,
        path: str,
        pattern: Pattern,
        limit: int = SEARCH_LIMIT,  # noqa: ARG002 (the Host protocol's argument)
    ) -> tuple[bytes, ...]:
        for entry in self._data["searches"]:
            asked = (_part(entry, "path", str, path), _part(entry, "pattern", str, path))
            if asked == (path, pattern.name):
                found = _part(entry, "found", list, path) or []
                return tuple(sorted(str(item).encode("utf-8") for item in found))
        raise self._why_not(path)

    def list_dir(self, path: str) -> tuple[str, ...]:
        names = self._data["folders"].get(path)
        if not isinstance(names, list):
            raise self._why_not(path)
        return tuple(sorted(str(name) for name in names))

    def real_path(self, path: str) -> str:
        real = self._data["real_paths"].get(path, path)
        return real if isinstance(real, str) else path

    def exists(self, path: str) -> bool:
        data = self._data
        return (
            path in data["files"]
            or path in data["folders"]
            or path in data["present"]
            or path in data["real_paths"]
        )

    def modified(self, path: str) -> float:
        entry = self._data["files"].get(path, self._data["files"].get(self.real_path(path)))
        moment = None if entry is None else _part(entry, "modified", (int, float), path)
        if moment is None:
            raise self._why_not(path)
        return float(moment)

    def disk_usage(self, path: str) -> DiskUsage:
        disk = self._data["disks"].get(path)
        if not isinstance(disk, dict):
            raise UnreadableError(path, _NOT_CAPTURED)
        total, free = (_part(disk, name, int, path) for name in ("total", "free"))
        return DiskUsage(total or 0, free or 0, disk.get("read_only") is True)

    def run(
        self,
        argv: tuple[str, ...],
        timeout: float,  # noqa: ARG002 (the Host protocol's arguments)
        stdin: bytes = b"",  # noqa: ARG002
    ) -> Completed:
        for entry in self._data["commands"]:
            if _part(entry, "argv", list, argv[0]) == list(argv):
                code = _part(entry, "returncode", int, argv[0])
                stdout, stderr = (_part(entry, name, str, argv[0]) or "" for name in OUTPUTS)
                return Completed(
                    1 if code is None else code,
                    stdout.encode("utf-8", "replace"),
                    stderr.encode("utf-8", "replace"),
                    entry.get("timed_out") is True,
                )
        raise UnreadableError(argv[0], f"running it {_NOT_CAPTURED}")

    def uname(self) -> Uname:
        entry = self._object("uname")
        return Uname(*(_part(entry, name, str, "uname") or "" for name in Uname._fields))

    def page_size(self) -> int:
        return int(self._value("page_size", int))

    def memory(self) -> MemoryUse:
        return MemoryUse(
            *(_part(self._object("memory"), name, int, "memory") or 0 for name in MemoryUse._fields)
        )

    def distribution(self) -> Distribution:
        entry = self._object("distribution")
        return Distribution(
            *(_part(entry, name, str, "distribution") or "" for name in Distribution._fields)
        )

    def environ(self, name: str) -> str | None:
        value = self._data["environment"].get(name)
        return value if isinstance(value, str) else None

    def now(self) -> float:
        return float(self._value("now", (int, float)))

    def group_ids(self) -> tuple[int, ...]:
        groups = self._value("group_ids", list)
        return tuple(group for group in groups if isinstance(group, int))

    def home(self) -> str:
        return "~"

    def working_folder(self) -> str:
        return str(self._value("working_folder", str))

    def interpreter(self) -> str:
        if self._data.get("interpreter") is None:
            raise MissingError("/usr/bin/python3")
        return str(self._value("interpreter", str))

    def runs_here(self, executable: str) -> bool:  # noqa: ARG002 (a capture is another machine)
        return False

    def _object(self, name: str) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self._value(name, dict)
        return value

    def _value(self, name: str, kind: type | tuple[type, ...]) -> Any:
        if name not in self._data:
            raise UnreadableError(name, _NOT_CAPTURED)
        return _part(self._data, name, kind, name)

    def _why_not(self, path: str) -> HostError:
        reason = self._data["unreadable"].get(path)
        if isinstance(reason, str):
            return UnreadableError(path, reason)
        if path in self._data["missing"] or self._data.get("complete") is True:
            return MissingError(path)
        return UnreadableError(path, _NOT_CAPTURED)


OUTPUTS = ("stdout", "stderr")


def _part(entry: Any, name: str, kind: type | tuple[type, ...], shown: str) -> Any:
    """A value of an object of the capture, None where it is left out; an error of another kind."""
    value = entry.get(name) if isinstance(entry, dict) else entry
    if value is None and isinstance(entry, dict):
        return None
    if not isinstance(entry, dict) or not isinstance(value, kind) or isinstance(value, bool):
        raise UnreadableError(shown, "the capture is malformed there")
    return value
