"""One install of an environment, one update of the index, at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from pidoctor.errors import PidoctorError


class LockedError(PidoctorError):
    """Another pidoctor does the same at this moment."""

    exit_code = 1


class Lock:
    """An exclusive lock on a file, held until released and by every process that inherits it.

    The file is the standard input of the tools that an install starts. Should pidoctor be killed
    while one of them still writes, the lock stays held until the tool has ended too, and nobody
    repairs an environment that is still being written. (This is why it is not a
    ``filelock.FileLock``, whose descriptor is its own.) ``doing`` is what the holder does:
    "install of this environment".
    """

    def __init__(self, path: Path, doing: str) -> None:
        self._path = path
        self._doing = doing
        self._descriptor = -1

    @property
    def descriptor(self) -> int:
        return self._descriptor

    def __enter__(self) -> Lock:
        while self._descriptor < 0:
            descriptor = self._open()
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._still_there(descriptor):
                    self._descriptor = descriptor
            except BlockingIOError:
                raise LockedError(
                    f"another {self._doing} is running (it holds {self._path}); "
                    "wait until it has ended"
                ) from None
            finally:
                if self._descriptor < 0:
                    os.close(descriptor)
        return self

    def _open(self) -> int:
        """Open the file, made with its folder if need be: its last holder may remove both."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        while True:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            with suppress(FileNotFoundError):
                if os.path.lexists(self._path) and not stat.S_ISREG(os.lstat(self._path).st_mode):
                    os.unlink(self._path)  # a link or a FIFO: pidoctor makes none
                return os.open(self._path, flags, 0o600)

    def _still_there(self, descriptor: int) -> bool:
        """Whether the locked file is the one of that name: its last holder may have removed it."""
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(descriptor))
        except FileNotFoundError:
            return False

    def remove(self) -> None:
        """Remove the file while it is held; its name is free for the next lock."""
        self._path.unlink(missing_ok=True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)
        self._descriptor = -1
