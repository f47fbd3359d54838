"""Whole folders: copied without sharing, removed at once, checked for what lies in them."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.install.durable import rename
from pidoctor.report.text import one_line

# Share the blocks of a file until one of the two is written to: linux/fs.h; btrfs, XFS, bcachefs.
_FICLONE = 0x40049409


def copy(source: Path, target: Path) -> None:
    """Copy ``source`` to ``target``, which must not exist, with owners, modes and times.

    Nothing that is written to one of them shows in the other: blocks are shared where the file
    system does that by itself (a reflink), and are copied elsewhere. Links stay links.
    """
    _Copy().folder(source, target)


class _Copy:
    """One copy under way; whether the file system clones is found out once."""

    def __init__(self) -> None:
        self._clones = True

    def folder(self, source: Path, target: Path) -> None:
        target.mkdir(mode=0o700)
        for entry in sorted(os.scandir(source), key=lambda item: item.name):
            path, copied = Path(entry.path), target / entry.name
            if entry.is_symlink():
                copied.symlink_to(os.readlink(path))
                _like(path, copied)
            elif entry.is_dir():
                self.folder(path, copied)
            else:
                self._file(path, copied)
        _like(source, target)

    def _file(self, source: Path, target: Path) -> None:
        if not stat.S_ISREG(os.lstat(source).st_mode):
            raise special_file(source)
        if not self._cloned(source, target):
            shutil.copyfile(source, target, follow_symlinks=False)
        _like(source, target)

    def _cloned(self, source: Path, target: Path) -> bool:
        if not self._clones:
            return False
        with source.open("rb") as original, target.open("xb") as new:
            try:
                fcntl.ioctl(new.fileno(), _FICLONE, original.fileno())
            except OSError:
                self._clones = False
                new.close()
                target.unlink()
        return self._clones


def _like(source: Path, target: Path) -> None:
    """Give ``target`` the owner, mode and times of ``source``."""
    wanted, made = os.lstat(source), os.lstat(target)
    if (wanted.st_uid, wanted.st_gid) != (made.st_uid, made.st_gid):
        with suppress(PermissionError):  # only root may give away a file
            os.chown(target, wanted.st_uid, wanted.st_gid, follow_symlinks=False)
    shutil.copystat(source, target, follow_symlinks=False)


def special_file(path: Path) -> UsageError:
    """What is said of a FIFO, a socket or a device in an environment."""
    return UsageError(
        f"{one_line(str(path))} is no regular file but a pipe, a socket or a device, and no "
        "installer makes one in an environment; remove it, or choose another place with --venv"
    )


def remove(path: Path, discard: Path) -> None:
    """Remove ``path``, whatever it is: it disappears by one rename, then its content goes.

    A link goes itself; what it leads to stays.
    """
    _delete(discard)
    if os.path.lexists(path):
        rename(path, discard)
        _delete(discard)


def _delete(path: Path) -> None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    if stat.S_ISDIR(status.st_mode):
        shutil.rmtree(path)
    else:
        path.unlink()


def own_bytes(folder: Path) -> int:
    """The bytes that removing ``folder`` would free: those of files not shared by hard links."""
    total = 0
    for path in files(folder):
        status = path.lstat()
        if status.st_nlink == 1:
            total += status.st_blocks * 512
    return total


def files(folder: Path) -> Iterator[Path]:
    """Everything below ``folder`` that is no folder; links are not followed."""
    for root, folders, names in os.walk(folder):
        for name in names:
            yield Path(root, name)
        for name in folders:
            path = Path(root, name)
            if path.is_symlink():
                yield path


def links_out(folder: Path) -> list[Path]:
    """The links below ``folder`` to folders outside it: writing below them would leave it."""
    real = os.path.realpath(folder)
    found = []
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(root, name)
            if os.path.islink(path):
                leads_to = os.path.realpath(path)
                if leads_to != real and not leads_to.startswith(real + os.sep):
                    found.append(Path(path))
    return sorted(found)


def is_mount(folder: Path) -> bool:
    """Whether another file system, or another folder, is mounted there: it cannot be renamed."""
    if os.path.ismount(folder):
        return True
    try:
        table = Path("/proc/self/mountinfo").read_bytes()
    except OSError:
        return False
    wanted = os.fsencode(os.path.realpath(folder.parent)) + b"/" + os.fsencode(folder.name)
    shown = b"".join(b"\\%03o" % byte if byte in b" \t\n\\" else bytes([byte]) for byte in wanted)
    return any(line.split(b" ")[4:5] == [shown] for line in table.splitlines())
