"""Bounded reading of files by descriptor, shared by the hosts that read real file systems."""

from __future__ import annotations

import errno
import mmap
import os
import re
import stat
from itertools import islice

from pidoctor.host.base import LIST_LIMIT, DiskUsage, HostError, MissingError, UnreadableError

# O_NONBLOCK: opening a FIFO must not wait for a writer that never comes.
_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


def as_host_error(path: str, error: OSError) -> HostError:
    """The host error that an OSError means."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return MissingError(path)
    if error.errno == errno.ENXIO:
        return UnreadableError(path, "it is a socket")
    return UnreadableError(path, (error.strerror or type(error).__name__).lower())


def _open(shown: str, real: str) -> int:
    try:
        descriptor = os.open(real, _FLAGS)
    except OSError as error:
        raise as_host_error(shown, error) from error
    except ValueError as error:
        raise UnreadableError(shown, str(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError(shown, "is not a regular file")
    return descriptor


def read_bytes(shown: str, real: str, limit: int) -> bytes:
    """The first ``limit`` bytes of the file ``real``; errors name ``shown``."""
    descriptor = _open(shown, real)
    try:
        chunks = []
        while limit > 0:
            chunk = os.read(descriptor, min(limit, 1 << 18))
            if not chunk:
                break
            chunks.append(chunk)
            limit -= len(chunk)
        return b"".join(chunks)
    except OSError as error:
        raise as_host_error(shown, error) from error
    finally:
        os.close(descriptor)


def search(shown: str, real: str, pattern: bytes, limit: int) -> tuple[bytes, ...]:
    """What the first group of ``pattern`` matches in the file, each once, sorted."""
    descriptor = _open(shown, real)
    try:
        size = min(os.fstat(descriptor).st_size, limit)
        if not size:
            return ()
        with mmap.mmap(descriptor, size, prot=mmap.PROT_READ) as content:
            return tuple(sorted({match.group(1) for match in re.finditer(pattern, content)}))
    except OSError as error:
        raise as_host_error(shown, error) from error
    finally:
        os.close(descriptor)


def list_dir(shown: str, real: str) -> tuple[str, ...]:
    """The names in the folder ``real``, sorted; a folder that is too large is refused."""
    try:
        with os.scandir(real) as entries:
            names = [entry.name for entry in islice(entries, LIST_LIMIT + 1)]
    except OSError as error:
        raise as_host_error(shown, error) from error
    if len(names) > LIST_LIMIT:
        raise UnreadableError(shown, f"has more than {LIST_LIMIT} entries")
    return tuple(sorted(names))


def modified(shown: str, real: str) -> float:
    """The file's time of last change, seconds since the epoch."""
    try:
        return os.stat(real).st_mtime
    except OSError as error:
        raise as_host_error(shown, error) from error


def disk_usage(shown: str, real: str) -> DiskUsage:
    """The file system that holds ``real``."""
    try:
        status = os.statvfs(real)
    except OSError as error:
        raise as_host_error(shown, error) from error
    return DiskUsage(
        total=status.f_blocks * status.f_frsize,
        free=status.f_bavail * status.f_frsize,
        read_only=bool(status.f_flag & os.ST_RDONLY),
    )
