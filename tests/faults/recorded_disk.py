"""A disk that keeps every write, and can be put back to any moment of its past.

The disk is one file, served to the kernel over the protocol of /dev/fuse by a process of its own,
with a loop device above it: a file system on that is a real one, and each of its writes and flushes
passes here. The protocol: https://docs.kernel.org/filesystems/fuse.html and linux/fuse.h.

Needs root, /dev/fuse, loop devices and mkfs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import random
import shutil
import signal
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_GETATTR, _OPEN, _READ, _WRITE, _STATFS = 3, 14, 15, 16, 17
_RELEASE, _FSYNC, _FLUSH, _INIT = 18, 20, 25, 26
_NO_ANSWER = (2, 36, 42)  # FORGET, INTERRUPT, BATCH_FORGET
_BIG_WRITES, _MAX_PAGES = 1 << 5, 1 << 22
# Without what ext4 does later, in the background, to a disk that was just made.
_MAKE = {
    "ext4": (
        *("mkfs.ext4", "-q", "-b", "4096", "-J", "size=4", "-N", "4096"),
        *("-E", "lazy_itable_init=0,lazy_journal_init=0"),
    ),
    "f2fs": ("mkfs.f2fs", "-q"),
}
_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_RECORD = struct.Struct("<QI")  # where, how many bytes; a flush has none of either


class Write(NamedTuple):
    """A write to the disk; a flush, before which all earlier ones are on it, has no ``data``."""

    at: int
    data: bytes


def missing() -> str:
    """What a recorded disk needs and this machine has not; empty where it can be had."""
    if os.geteuid() != 0:
        return "root"
    devices = [name for name in ("/dev/fuse", "/dev/loop-control") if not os.path.exists(name)]
    tools = [name for name in ("losetup", "mount") if not shutil.which(name, path=_PATH)]
    return ", ".join([*devices, *tools])


def file_systems() -> list[str]:
    """Those that can be made and mounted here."""
    known = Path("/proc/filesystems").read_text().split()
    return [kind for kind in _MAKE if kind in known and shutil.which(_MAKE[kind][0], path=_PATH)]


class RecordedDisk:
    """A file system of a ``kind`` at ``folder``, whose writes are recorded until it is taken out.

    ``work`` takes the files of the disk itself.
    """

    def __init__(self, work: Path, folder: Path, kind: str, megabytes: int) -> None:
        work.mkdir()
        folder.mkdir()
        self._folder, self._device = folder, ""
        self._image, self._log = work / "disk", work / "log"
        self._served, self._first = work / "served", work / "first"
        with open(self._image, "wb") as file:
            file.truncate(megabytes << 20)
        _run(*_MAKE[kind], str(self._image))
        _copy(self._image, self._first)
        self._served.touch()
        words = (str(path) for path in (self._image, self._log, self._served))
        command = (sys.executable, "-m", "tests.faults.recorded_disk", *words)
        self._server = subprocess.Popen(
            command, cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL
        )
        while not self._served.stat().st_size:  # that of the disk, as soon as it is served
            assert self._server.poll() is None, "the disk is not served"
            time.sleep(0.01)
        self._device = _run("losetup", "--find", "--show", str(self._served)).strip()
        _run("mount", self._device, str(folder))

    def brought_down(self) -> int:
        """Bring everything to the disk; how much was recorded until now."""
        sync_one(self._folder)
        return self.recorded()

    def recorded(self) -> int:
        """How many writes and flushes there were."""
        return sum(1 for _ in self._records())

    def take_out(self) -> None:
        """Unmount it; what was recorded stays."""
        if self._device:
            _run("umount", str(self._folder))
            _run("losetup", "--detach", self._device)
            _run("umount", "--lazy", str(self._served))
            self._device = ""
            self._server.terminate()
            self._server.wait()

    @contextmanager
    def mounted(self, image: Path) -> Iterator[None]:
        """Start with ``image`` as a machine does after the power came back."""
        _run("mount", "-o", "loop", str(image), str(self._folder))
        try:
            yield
        finally:
            _run("umount", str(self._folder))

    def crashes(self, start: int, end: int, seed: int = 1) -> Iterator[tuple[str, Path]]:
        """The disk after each of the writes ``start`` to ``end``, and with some of those since
        the last flush left out, as a cache that is written in any order may leave them."""
        chance, pending = random.Random(seed), list[Write]()  # noqa: S311
        at = self._first.with_name("at")
        _copy(self._first, at)
        for number, write in enumerate(self._records(), 1):
            if number > end:
                return
            if not write.data:
                if number > start and len(pending) > 1:
                    lost = [one for one in pending if chance.random() < 0.5]
                    yield f"{number}, {len(lost)} lost", self._with(at, pending, lost)
                _apply(at, pending)
                pending = []
            else:
                pending.append(write)
            if start <= number:
                yield f"{number}", self._with(at, pending, [])

    def _with(self, at: Path, writes: list[Write], without: list[Write]) -> Path:
        image = self._first.with_name("crashed")
        _copy(at, image)
        _apply(image, [write for write in writes if write not in without])
        return image

    def _records(self) -> Iterator[Write]:
        with open(self._log, "rb") as log:
            while len(head := log.read(_RECORD.size)) == _RECORD.size:
                at, size = _RECORD.unpack(head)
                yield Write(at, log.read(size))


def sync_one(folder: Path) -> None:
    """Bring the file system of a folder to the disk: syncfs(2)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor):
            raise OSError(ctypes.get_errno(), "syncfs")
    finally:
        os.close(descriptor)


def _apply(image: Path, writes: list[Write]) -> None:
    with open(image, "r+b") as file:
        for write in writes:
            file.seek(write.at)
            file.write(write.data)


def _copy(image: Path, to: Path) -> None:
    """Copy a disk that is mostly empty."""
    _run("cp", "--sparse=always", str(image), str(to))


def _run(*command: str) -> str:
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={"PATH": _PATH}
    )
    return done.stdout


class _Server:
    """Answers the kernel's requests for one regular file, and writes down what is written."""

    def __init__(self, image: str, log: str) -> None:
        self._file = os.open(image, os.O_RDWR)
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._size = os.fstat(self._file).st_size

    def serve(self, mounted: str) -> None:
        device = os.open("/dev/fuse", os.O_RDWR)
        mode = stat.S_IFREG | 0o600
        options = f"fd={device},rootmode={mode:o},user_id=0,group_id=0"
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"disk", mounted.encode(), b"fuse", 0, options.encode()):
            raise OSError(ctypes.get_errno(), "mount")
        while True:
            try:
                request = os.read(device, 1 << 20)
            except OSError as error:
                if error.errno == errno.ENODEV:  # it was unmounted
                    return
                raise
            _, opcode, unique = struct.unpack_from("<IIQ", request)
            if opcode in _NO_ANSWER:
                continue
            answer = self._answer(opcode, request[40:])
            code = -errno.ENOSYS if answer is None else 0
            body = answer or b""
            os.write(device, struct.pack("<IiQ", 16 + len(body), code, unique) + body)

    def _answer(self, opcode: int, body: bytes) -> bytes | None:
        """The answer to a request; None for what the disk does not know."""
        if opcode == _INIT:
            flags = struct.unpack_from("<IIII", body)[3] & (_BIG_WRITES | _MAX_PAGES)
            pages = 32
            sizes = (16, 12, pages * 4096, 1, pages, 0, 0)
            return struct.pack("<IIIIHHIIHHI28x", 7, 31, 1 << 17, flags, *sizes)
        if opcode == _GETATTR:
            whole = struct.pack("<QQQ", 1, self._size, self._size // 512)
            times = struct.pack("<QQQIII", 0, 0, 0, 0, 0, 0)
            owner = struct.pack("<IIIIIII", stat.S_IFREG | 0o600, 1, 0, 0, 0, 4096, 0)
            return struct.pack("<QII", 3600, 0, 0) + whole + times + owner
        if opcode == _OPEN:
            return struct.pack("<QII", 1, 0, 0)
        if opcode == _READ:
            _, at, size = struct.unpack_from("<QQI", body)
            return os.pread(self._file, size, at)
        if opcode == _WRITE:
            _, at, size = struct.unpack_from("<QQI", body)
            data = body[40 : 40 + size]
            os.pwrite(self._file, data, at)
            os.write(self._log, _RECORD.pack(at, size) + data)
            return struct.pack("<II", size, 0)
        if opcode == _FSYNC:
            os.write(self._log, _RECORD.pack(0, 0))
            return b""
        if opcode == _STATFS:
            return struct.pack("<QQQQQIIII24x", 1 << 20, 1 << 19, 1 << 19, 1, 0, 4096, 255, 4096, 0)
        return b"" if opcode in (_RELEASE, _FLUSH) else None


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Server(sys.argv[1], sys.argv[2]).serve(sys.argv[3])
