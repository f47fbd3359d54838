"""A directory that holds a root file system: a mounted card, a chroot, an image's contents."""

from __future__ import annotations

import os
import posixpath

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

MAX_LINKS = 40  # as the Linux kernel's limit
_KERNEL_FOLDERS = frozenset({"proc", "sys", "dev", "run"})
_NO_KERNEL = "a directory has no running kernel"


class DirectoryHost:
    """The machine whose root file system lies under ``root``.

    Symbolic links are followed inside the root and never leave it. Nothing is run. Files under
    /proc, /sys, /dev and /run are read only when they are plain copies: where they are another
    file system, it is this machine's kernel that is mounted there.
    """

    can_run = False

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self._root = os.path.realpath(root)
        if not os.path.isdir(self._root):
            raise UsageError(f"{os.fspath(root)}: not a directory")
        self._device = os.stat(self._root).st_dev
        self.origin = f"directory {os.fspath(root)}"

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        return bounded_files.read_bytes(path, self._locate(path), limit)

    def search(
        self, path: str, pattern: SearchPattern, limit: int = SEARCH_LIMIT
    ) -> tuple[bytes, ...]:
        return bounded_files.search(path, self._locate(path), pattern.expression, limit)

    def list_dir(self, path: str) -> tuple[str, ...]:
        return bounded_files.list_dir(path, self._locate(path))

    def real_path(self, path: str) -> str:
        """The path inside the root, links followed; raises where a loop makes that impossible."""
        done: list[str] = []
        left = [part for part in reversed(path.split("/")) if part]
        links = 0
        while left:
            part = left.pop()
            if part == ".":
                continue
            if part == "..":
                del done[-1:]
                continue
            target = self._link("/".join((*done, part)))
            if target is None:
                done.append(part)
                continue
            links += 1
            if links > MAX_LINKS:
                raise UnreadableError(path, "too many levels of symbolic links")
            if target.startswith("/"):
                done.clear()
            left.extend(piece for piece in reversed(target.split("/")) if piece)
        return "/" + "/".join(done)

    def exists(self, path: str) -> bool:
        try:
            return os.path.lexists(self._locate(path))
        except HostError:
            return False

    def modified(self, path: str) -> float:
        return bounded_files.modified(path, self._locate(path))

    def disk_usage(self, path: str) -> DiskUsage:
        return bounded_files.disk_usage(path, self._locate(path))

    def run(
        self,
        argv: tuple[str, ...],
        timeout: float,  # noqa: ARG002 (the Host protocol's arguments)
        stdin: bytes = b"",  # noqa: ARG002
    ) -> Completed:
        raise UnreadableError(argv[0], "nothing is run from a directory")

    def uname(self) -> Uname:
        raise UnreadableError("uname", _NO_KERNEL)

    def page_size(self) -> int:
        raise UnreadableError("page size", _NO_KERNEL)

    def memory(self) -> MemoryUse:
        raise UnreadableError("memory", _NO_KERNEL)

    def distribution(self) -> Distribution:
        raise UnreadableError("distribution", "only its os-release file is read")

    def environ(self, name: str) -> str | None:  # noqa: ARG002
        return None

    def now(self) -> float:
        raise UnreadableError("clock", _NO_KERNEL)

    def group_ids(self) -> tuple[int, ...]:
        raise UnreadableError("groups", "a directory has no logged-in user")

    def is_mine(self, path: str) -> bool:  # noqa: ARG002 (nothing is run from a directory)
        return False

    def home(self) -> str:
        """No user is logged in, so no user's configuration applies."""
        return "/nonexistent"

    def working_folder(self) -> str:
        return "/"

    def interpreter(self) -> str:
        """The distribution's Python; NixOS links its own from one folder."""
        nixos = "/run/current-system/sw/bin/python3"
        for path in ("/usr/bin/python3", "/usr/local/bin/python3", nixos):
            if self.exists(path):
                return path
        raise MissingError("/usr/bin/python3")

    def own_pip(self) -> OwnPip:
        raise MissingError("pip", "pidoctor does not run there")

    def runs_here(self, executable: str) -> bool:  # noqa: ARG002
        return False

    def _link(self, relative: str) -> str | None:
        try:
            return os.readlink(posixpath.join(self._root, relative))
        except (OSError, ValueError):
            return None

    def _locate(self, path: str) -> str:
        """The real path of a path of the machine."""
        inside = self.real_path(path)
        real = self._root + inside
        if inside.split("/")[1] in _KERNEL_FOLDERS and not self._is_copy(real):
            raise UnreadableError(path, _NO_KERNEL)
        return real

    def _is_copy(self, real: str) -> bool:
        """Whether the path is there as an ordinary file or folder of the root's file system."""
        try:
            return os.stat(real).st_dev == self._device
        except OSError:
            return False
