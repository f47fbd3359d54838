"""This machine."""

from __future__ import annotations

import os
import sys
import time

from pidoctor.host import bounded_files
from pidoctor.host.base import (
    READ_LIMIT,
    SEARCH_LIMIT,
    Completed,
    DiskUsage,
    Distribution,
    MemoryUse,
    MissingError,
    OwnPip,
    SearchPattern,
    Uname,
    UnreadableError,
)
from pidoctor.host.trust import why_not_run


class LiveHost:
    """The machine that pidoctor runs on."""

    origin = "this machine"
    can_run = True

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        return bounded_files.read_bytes(path, path, limit)

    def search(
        self, path: str, pattern: SearchPattern, limit: int = SEARCH_LIMIT
    ) -> tuple[bytes, ...]:
        return bounded_files.search(path, path, pattern.expression, limit)

    def list_dir(self, path: str) -> tuple[str, ...]:
        return bounded_files.list_dir(path, path)

    def real_path(self, path: str) -> str:
        return os.path.realpath(path)

    def exists(self, path: str) -> bool:
        return os.path.exists(path)

    def modified(self, path: str) -> float:
        return bounded_files.modified(path, path)

    def disk_usage(self, path: str) -> DiskUsage:
        return bounded_files.disk_usage(path, path)

    def run(self, argv: tuple[str, ...], timeout: float, stdin: bytes = b"") -> Completed:
        # subprocess takes 9 ms to import, and most runs of pidoctor start no program.
        from pidoctor.host import command

        return command.run(argv, timeout, stdin, {**os.environ, "LC_ALL": "C"})

    def uname(self) -> Uname:
        answer = os.uname()
        return Uname(answer.sysname, answer.release, answer.machine)

    def page_size(self) -> int:
        return os.sysconf("SC_PAGE_SIZE")

    def memory(self) -> MemoryUse:
        try:
            import psutil
        except ImportError as error:
            raise UnreadableError("memory", "psutil is not installed") from error
        memory, swap = psutil.virtual_memory(), psutil.swap_memory()
        return MemoryUse(memory.total, memory.available, swap.total)

    def distribution(self) -> Distribution:
        import distro

        return Distribution(distro.id(), distro.version(), distro.codename(), distro.name(True))

    def environ(self, name: str) -> str | None:
        return os.environ.get(name)

    def now(self) -> float:
        return time.time()

    def group_ids(self) -> tuple[int, ...]:
        return tuple(sorted({os.getgid(), *os.getgroups()}))

    def is_mine(self, path: str) -> bool:
        try:
            return os.path.exists(path) and not why_not_run(path)
        except (OSError, ValueError):
            return False

    def home(self) -> str:
        return os.path.expanduser("~")

    def working_folder(self) -> str:
        try:
            return os.getcwd()
        except OSError as error:
            raise UnreadableError("the current folder", "no longer exists") from error

    def interpreter(self) -> str:
        """The interpreter that runs pidoctor or, in a virtual environment, the one behind it."""
        if sys.prefix == sys.base_prefix:
            return sys.executable
        base: str = getattr(sys, "_base_executable", "")
        if base and base != sys.executable and os.path.exists(base):
            return base
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        return os.path.join(sys.base_prefix, "bin", version)

    def own_pip(self) -> OwnPip:
        import importlib.util
        from importlib import metadata

        try:
            spec = importlib.util.find_spec("pip")
            about = metadata.metadata("pip")
        except (ImportError, ValueError, metadata.PackageNotFoundError) as error:
            raise MissingError("pip", "is not beside pidoctor") from error
        if spec is None or spec.origin is None or not about["Version"]:
            raise MissingError("pip", "is not beside pidoctor")
        folder = os.path.dirname(spec.origin)
        return OwnPip(folder, about["Version"], about["Requires-Python"] or "")

    def runs_here(self, executable: str) -> bool:
        return os.path.realpath(executable) == os.path.realpath(self.interpreter()) and (
            not os.path.exists(os.path.join(os.path.dirname(executable), "..", "pyvenv.cfg"))
        )
