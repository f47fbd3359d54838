"""A capture: what the probes once read on a machine, to be asked again anywhere."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import TypeVar

from pidoctor.errors import UsageError
from pidoctor.host import bounded_files
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
    SearchPattern,
    Uname,
    UnreadableError,
)
from pidoctor.host.capture_format import MAX_BYTES, Capture, CapturedFile, parse_capture

FILE_NAME = "capture.json"
_NOT_CAPTURED = "was not captured"

Part = TypeVar("Part")


def load_capture(path: str | os.PathLike[str]) -> CaptureHost:
    """The machine in a capture file, or in the ``capture.json`` of a folder.

    Raises :class:`UsageError` with one line when it is none, is malformed or exceeds the limits.
    """
    given = Path(path)
    file = given / FILE_NAME if given.is_dir() else given
    shown = os.fspath(given)
    try:
        content = bounded_files.read_bytes(shown, os.fspath(file), MAX_BYTES + 1)
    except HostError as error:
        raise UsageError(f"capture {error}") from error
    return CaptureHost(parse_capture(content, shown), f"capture {given.name}")


class CaptureHost:
    """A machine that was captured. Nothing of the machine that runs pidoctor shows through."""

    def __init__(self, capture: Capture, origin: str) -> None:
        self._capture = capture
        self.origin = origin
        self.can_run = capture.can_run

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        entry = self._file(path)
        if entry.text is not None:
            return entry.text.encode("utf-8", "replace")[:limit]
        if entry.base64 is None:
            raise self._why_not(path)
        try:
            return base64.b64decode(entry.base64, validate=True)[:limit]
        except (binascii.Error, ValueError) as error:
            raise UnreadableError(path, "its content in the capture is broken") from error

    def search(
        self,
        path: str,
        pattern: SearchPattern,
        limit: int = SEARCH_LIMIT,  # noqa: ARG002 (the Host protocol's argument)
    ) -> tuple[bytes, ...]:
        for entry in self._capture.searches:
            if (entry.path, entry.pattern) == (path, pattern.name):
                return tuple(sorted(item.encode("utf-8", "replace") for item in entry.found))
        raise self._why_not(path)

    def list_dir(self, path: str) -> tuple[str, ...]:
        names = self._capture.folders.get(path)
        if names is None:
            raise self._why_not(path)
        return tuple(sorted(names))

    def real_path(self, path: str) -> str:
        return self._capture.real_paths.get(path, path)

    def exists(self, path: str) -> bool:
        seen = self._capture
        return any(
            path in part for part in (seen.files, seen.folders, seen.real_paths, seen.present)
        )

    def modified(self, path: str) -> float:
        moment = self._file(path).modified
        if moment is None:
            raise self._why_not(path)
        return moment

    def disk_usage(self, path: str) -> DiskUsage:
        disk = self._capture.disks.get(path)
        if disk is None or disk.total is None or disk.free is None:
            raise UnreadableError(path, _NOT_CAPTURED)
        return DiskUsage(disk.total, disk.free, disk.read_only)

    def run(
        self,
        argv: tuple[str, ...],
        timeout: float,  # noqa: ARG002 (the Host protocol's arguments)
        stdin: bytes = b"",  # noqa: ARG002
    ) -> Completed:
        for entry in self._capture.commands:
            if entry.argv == argv and entry.returncode is not None:
                stdout, stderr = (
                    text.encode("utf-8", "replace") for text in (entry.stdout, entry.stderr)
                )
                return Completed(entry.returncode, stdout, stderr, entry.timed_out)
        raise UnreadableError(argv[0], f"running it {_NOT_CAPTURED}")

    def uname(self) -> Uname:
        entry = _captured(self._capture.uname, "uname")
        return Uname(*(entry.get(name, "") for name in Uname._fields))

    def page_size(self) -> int:
        return _captured(self._capture.page_size, "page_size")

    def memory(self) -> MemoryUse:
        entry = _captured(self._capture.memory, "memory")
        return MemoryUse(*(entry.get(name, 0) for name in MemoryUse._fields))

    def distribution(self) -> Distribution:
        entry = _captured(self._capture.distribution, "distribution")
        return Distribution(*(entry.get(name, "") for name in Distribution._fields))

    def environ(self, name: str) -> str | None:
        return self._capture.environment.get(name)

    def now(self) -> float:
        return _captured(self._capture.now, "now")

    def group_ids(self) -> tuple[int, ...]:
        return _captured(self._capture.group_ids, "group_ids")

    def is_mine(self, path: str) -> bool:
        return path in self._capture.mine

    def home(self) -> str:
        return "~"

    def working_folder(self) -> str:
        return _captured(self._capture.working_folder, "working_folder")

    def interpreter(self) -> str:
        if self._capture.interpreter is None:
            raise MissingError("/usr/bin/python3")
        return self._capture.interpreter

    def own_pip(self) -> OwnPip:
        entry = _captured(self._capture.own_pip, "own_pip")
        return OwnPip(*(entry.get(name, "") for name in OwnPip._fields))

    def runs_here(self, executable: str) -> bool:  # noqa: ARG002 (a capture is another machine)
        return False

    def _file(self, path: str) -> CapturedFile:
        files = self._capture.files
        entry = files.get(self.real_path(path)) or files.get(path)
        if entry is None:
            raise self._why_not(path)
        return entry

    def _why_not(self, path: str) -> HostError:
        reason = self._capture.unreadable.get(path)
        if reason is not None:
            return UnreadableError(path, reason)
        if path in self._capture.missing or (self._capture.complete and not self._named(path)):
            return MissingError(path)
        return UnreadableError(path, _NOT_CAPTURED)

    def _named(self, path: str) -> bool:
        """Whether a listing names the path or a folder above it, of which it holds nothing more."""
        folders = self._capture.folders
        while path not in folders and path:
            parent, _, name = path.rpartition("/")
            if name in folders.get(parent, ()):
                return True
            path = parent
        return False


def _captured(part: Part | None, name: str) -> Part:
    if part is None:
        raise UnreadableError(name, _NOT_CAPTURED)
    return part
