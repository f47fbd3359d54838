"""A wheel as a zip file: its members by random access, in bounded memory, with bounded trust."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import IO, Any

from pidoctor.errors import UsageError
from pidoctor.units import size


class RandomAccess(io.RawIOBase):
    """A stream of ``size`` bytes; what is based on it reads from ``_position`` on."""

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position


_MOST_MEMBERS = 100_000  # tensorflow's wheels have about 20,000
_LARGEST = 16 << 30
_RATIO = 100  # wheels of real libraries unpack to less than ten times their size
_CHUNK = 1 << 18
_FEED = 1 << 15
_CHECKPOINT_EVERY = 8 << 20
_KEPT = 16  # blocks of _CHUNK bytes
_STORED, _DEFLATED = 0, 8
# What zipfile raises about files that are none, beside its own error.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    ValueError,
    struct.error,
)


class Archive:
    """A wheel opened for reading. Raises :class:`UsageError` when it is no sound wheel."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self.name = name
        self._file = file
        try:
            self._zip = zipfile.ZipFile(file)
        except _ZIP_ERRORS as error:
            raise UsageError(f"{name}: not a wheel ({_short(error)})") from error
        self.size = file.seek(0, io.SEEK_END)
        self.members = self._zip.infolist()
        self.unpacked_size = sum(member.file_size for member in self.members)
        self._refuse_unsound()

    def open(self, member: zipfile.ZipInfo) -> io.BufferedReader:
        """The content of ``member``, seekable; reading it may raise :class:`UsageError`."""
        return io.BufferedReader(Blocks(MemberStream(self._file, member, self.name)), _CHUNK)

    def elf_members(self) -> Iterator[zipfile.ZipInfo]:
        """The members that begin like an ELF file."""
        for member in self.members:
            if member.file_size >= 52:
                with self.open(member) as stream:
                    if stream.read(4) == b"\x7fELF":
                        yield member

    def _refuse_unsound(self) -> None:
        if len(self.members) > _MOST_MEMBERS:
            raise UsageError(f"{self.name}: {len(self.members)} members are too many for a wheel")
        if self.unpacked_size > min(_LARGEST, _RATIO * self.size + (64 << 20)):
            raise UsageError(
                f"{self.name}: would unpack to {size(self.unpacked_size)} "
                f"from {size(self.size)}; not read"
            )
        names = set()
        for member in self.members:
            if _unsafe(member.filename):
                raise UsageError(
                    f"{self.name}: has a member with the unsafe name {member.filename[:80]!a}"
                )
            if member.filename in names:
                raise UsageError(f"{self.name}: has two members named {member.filename[:80]!a}")
            names.add(member.filename)


class MemberStream(RandomAccess):
    """One member of a zip file, with random access.

    Deflate can only be read forwards, so the state of the decompressor is kept every 8 MB (about
    40 kB each): a seek costs at most 8 MB of decompression, and a member of 1 GB never has to be
    in memory or on disk.
    """

    def __init__(self, file: IO[bytes], member: zipfile.ZipInfo, archive: str) -> None:
        super().__init__(member.file_size)
        self._file = file
        self._name = f"{archive}: {member.filename[:80]!a}"
        self._compressed_size = member.compress_size
        self._method = member.compress_type
        if self._method not in (_STORED, _DEFLATED) or member.flag_bits & 1:
            raise UsageError(f"{self._name} is compressed or encrypted in a way no wheel is")
        if self._method == _STORED and self._compressed_size != self.size:
            raise UsageError(f"{self._name} has a size that contradicts itself")
        self._start = self._find_start(member)
        # (position in the member, in the compressed data, decompressor, bytes not yet given out)
        self._states: list[tuple[int, int, Any]] = [(0, 0, zlib.decompressobj(-15))]
        self._current: tuple[int, int, Any] = (0, 0, zlib.decompressobj(-15))

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.size - self._position)
        if count <= 0:
            return 0
        data = self._stored(count) if self._method == _STORED else self._inflated(count)
        if not data:
            raise UsageError(f"{self._name} is cut short or damaged")
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _find_start(self, member: zipfile.ZipInfo) -> int:
        self._file.seek(max(0, member.header_offset))
        header = self._file.read(30)
        if member.header_offset < 0 or len(header) < 30 or header[:4] != b"PK\x03\x04":
            raise UsageError(f"{self._name} is cut short or damaged")
        name_length, extra_length = struct.unpack_from("<HH", header, 26)
        return member.header_offset + 30 + int(name_length) + int(extra_length)

    def _stored(self, count: int) -> bytes:
        self._file.seek(self._start + self._position)
        return self._file.read(count)

    def _inflated(self, count: int) -> bytes:
        if not self._current[0] <= self._position < self._current[0] + _CHECKPOINT_EVERY:
            before = [state for state in self._states if state[0] <= self._position]
            position, consumed, inflater = before[-1]
            if not position <= self._current[0] <= self._position:
                self._current = (position, consumed, inflater.copy())
        while self._current[0] < self._position:
            if not self._inflate(min(_CHUNK, self._position - self._current[0])):
                return b""
        return self._inflate(count)

    def _inflate(self, count: int) -> bytes:
        """Up to ``count`` more bytes from where the decompressor stands."""
        position, consumed, inflater = self._current
        data = b""
        while not data and not inflater.eof:
            feed = inflater.unconsumed_tail
            if not feed:
                self._file.seek(self._start + consumed)
                feed = self._file.read(min(_FEED, self._compressed_size - consumed))
                consumed += len(feed)
                if not feed:
                    break
            try:
                data = inflater.decompress(feed, count)
            except zlib.error as error:
                raise UsageError(f"{self._name} is damaged ({error})") from error
        self._current = (position + len(data), consumed, inflater)
        if self._current[0] - self._states[-1][0] >= _CHECKPOINT_EVERY:
            self._states.append((*self._current[:2], inflater.copy()))
        return data


class Blocks(RandomAccess):
    """A stream whose last blocks are kept: headers and tables of an ELF file are read in turns."""

    def __init__(self, raw: MemberStream) -> None:
        super().__init__(raw.size)
        self._raw = raw
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def readinto(self, buffer: Any) -> int:
        number, offset = divmod(self._position, _CHUNK)
        data = self._block(number)[offset : offset + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _block(self, number: int) -> bytes:
        if number not in self._kept:
            self._raw.seek(number * _CHUNK)
            block = b""
            while len(block) < _CHUNK and (more := self._raw.read(_CHUNK - len(block))):
                block += more
            self._kept[number] = block
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(number)
        return self._kept[number]


def _unsafe(name: str) -> bool:
    return (
        name.startswith(("/", "\\"))
        or ".." in name.replace("\\", "/").split("/")
        or "\\" in name
        or any(ord(character) < 32 or ord(character) == 127 for character in name)
    )


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:100] or type(error).__name__
