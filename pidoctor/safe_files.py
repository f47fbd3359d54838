"""Files of the user's: one way to open what may be anything, one way to write what must be whole.

What is opened is a regular file of bounded size; a device, a named pipe or a folder is refused
before a byte is read. What is written appears at once and whole, or not at all.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Callable, Union

from pidoctor.errors import CouldNotCheckError, UsageError

# O_NONBLOCK: opening a named pipe must not wait for a writer that never comes.
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISLNK, "a symbolic link"),
)
_STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")

AnyPath = Union[str, "os.PathLike[str]"]


def is_zip(path: AnyPath) -> bool:
    """Whether a regular file begins as a zip file does: a support bundle, perhaps."""
    try:
        with open_regular(path) as stream:
            return stream.read(4) == b"PK\x03\x04"
    except UsageError:
        return False


def sha256_of(path: AnyPath) -> str:
    """The SHA-256 of a regular file, in hexadecimal; errors as of :func:`open_regular`."""
    import hashlib  # brings in OpenSSL: a check looks for names only

    digest = hashlib.sha256()
    with open_regular(path) as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def open_regular(path: AnyPath, limit: int | None = None) -> BinaryIO:
    """The file at ``path``, opened for reading.

    Raises :class:`UsageError` with one line for what is not there, is no regular file, or has more
    than ``limit`` bytes.
    """
    shown = os.fspath(path)
    try:
        descriptor = os.open(path, _READ)
    except OSError as error:
        why = "it is a socket" if error.errno == errno.ENXIO else error.strerror
        raise UsageError(f"{shown}: cannot be read ({why})") from error
    except ValueError:
        raise UsageError(f"{shown}: no file can have that name") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{shown}: cannot be read (it is {_kind(status.st_mode)})")
        if limit is not None and status.st_size > limit:
            raise UsageError(f"{shown}: is too large ({status.st_size} bytes; at most {limit})")
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def is_standard_output(path: AnyPath) -> bool:
    """Whether that name means standard output."""
    return os.fspath(path) in _STANDARD_OUTPUT


def write_output(path: AnyPath, content: str | bytes) -> None:
    """Write what a command makes to the file that its user named.

    The old file stays until the new one is whole on the disk, and keeps its permissions. Raises
    :class:`UsageError` for what is no name of a file, and :class:`CouldNotCheckError` where
    nothing can be written: to a device, through a link, on a full disk.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    fill_output(path, lambda file: file.write(data))


def fill_output(path: AnyPath, fill: Callable[[BinaryIO], object]) -> None:
    """The same for what is too large to be held in memory: ``fill`` writes it."""
    shown = os.fspath(path)
    if not shown or "\0" in shown:
        raise UsageError("no file can be written to an empty name" if not shown else _BAD_NAME)
    if is_standard_output(path):
        raise UsageError("this document does not go to standard output; name a file")
    try:
        replace_file(Path(path), fill)
    except OSError as error:
        raise CouldNotCheckError(f"{shown}: cannot be written ({error.strerror})") from error


def make_folder(folder: Path) -> None:
    """Make a folder that the user named, with those above it; UsageError where it cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made ({error.strerror})") from error
    except ValueError:
        raise UsageError(f"{folder}: no folder can have that name") from None


_BAD_NAME = "the name of the file to write has a NUL in it"


def replace_file(path: Path, fill: Callable[[BinaryIO], object]) -> None:
    """What :func:`fill_output` does, for a file of pidoctor's own: OSError where it cannot be."""
    old = _regular_or_absent(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    temporary = f".pidoctor-{os.urandom(8).hex()}.partial"
    try:
        descriptor = os.open(temporary, _CREATE, 0o666, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                if old is not None:
                    _keep_owner(file.fileno(), old)
                fill(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
        with suppress(OSError):  # some file systems have no fsync for folders
            os.fsync(folder)
    finally:
        os.close(folder)


def _regular_or_absent(path: Path) -> os.stat_result | None:
    """The state of the file that will be replaced; None where there is none yet."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        if not path.name:
            raise CouldNotCheckError(f"{path}: cannot be written (it is a directory)") from None
        return None
    if not stat.S_ISREG(status.st_mode):
        hint = f"; it points to {os.path.realpath(path)}" if stat.S_ISLNK(status.st_mode) else ""
        raise CouldNotCheckError(
            f"{path}: cannot be written (it is {_kind(status.st_mode)}, not a regular file{hint})"
        )
    if not os.access(path, os.W_OK):
        raise CouldNotCheckError(f"{path}: cannot be written (the file is read-only for you)")
    return status


def _keep_owner(descriptor: int, old: os.stat_result) -> None:
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode) & 0o777)
    with suppress(PermissionError):  # only root may give a file away
        os.fchown(descriptor, old.st_uid, old.st_gid)


def _kind(mode: int) -> str:
    return next((name for test, name in _KINDS if test(mode)), "something else")
