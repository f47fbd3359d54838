"""Reading flatbuffers with bounds, without generated code and without copying.

The format: https://flatbuffers.dev/internals/. A file is not trusted: every position is checked
before it is read, and the sum of all that is read is bounded, so that a file in which a million
tables share one vector does not keep us busy for hours.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from pidoctor.errors import UsageError

_INT = struct.Struct("<i")
_UINT = struct.Struct("<I")
_SHORT = struct.Struct("<H")
_SCALARS = {code: struct.Struct(f"<{code}") for code in "bBhHiIqQf?"}
_STRING_LIMIT = 4096  # bytes of a name


class ModelError(UsageError):
    """A file that is no model, or a damaged one."""


class Reader:
    """The file, and how much may still be read of it.

    A sound file has each byte read about once. The budget is a multiple of that.
    """

    def __init__(self, data: Any) -> None:
        self.data = data
        self.size = len(data)
        self._budget = 4 * self.size + (1 << 20)

    def spend(self, count: int) -> None:
        self._budget -= count
        if self._budget < 0:
            raise ModelError("it refers to the same places over and over")

    def scalar(self, kind: struct.Struct, position: int) -> Any:
        if not 0 <= position <= self.size - kind.size:
            raise ModelError("it refers to a place behind its end")
        self.spend(kind.size)
        return kind.unpack_from(self.data, position)[0]

    def pointer(self, position: int) -> int:
        """Where the offset stored at ``position`` leads."""
        return position + int(self.scalar(_UINT, position))

    def root(self) -> FlatTable:
        """The table that the file begins with."""
        return FlatTable(self, self.pointer(0))

    def length(self, position: int, item: int) -> int:
        """The number of items of a vector, all of which lie within the file."""
        count = int(self.scalar(_UINT, position))
        if count * item > self.size - position - 4:
            raise ModelError("it has a list that is longer than the file")
        return count


class FlatTable:
    """A table: fields by their number in the schema, each with a default where it is absent."""

    __slots__ = ("_fields", "_position", "_reader")

    def __init__(self, reader: Reader, position: int) -> None:
        vtable = position - int(reader.scalar(_INT, position))
        size = int(reader.scalar(_SHORT, vtable))
        if size < 4 or size % 2 or size > reader.size - vtable:
            raise ModelError("it has a damaged table")
        reader.spend(size)
        self._reader = reader
        self._position = position
        self._fields = struct.unpack_from(f"<{(size - 4) // 2}H", reader.data, vtable + 4)

    def _at(self, field: int) -> int | None:
        offset = self._fields[field] if field < len(self._fields) else 0
        return self._position + offset if offset else None

    def place(self, field: int) -> int | None:
        """Where the field lies in the file; None where it is absent."""
        return self._at(field)

    def scalar(self, field: int, code: str, default: Any = 0) -> Any:
        """A number; ``code`` is that of the module struct."""
        position = self._at(field)
        return default if position is None else self._reader.scalar(_SCALARS[code], position)

    def numbers(self, field: int, code: str) -> tuple[Any, ...]:
        """A vector of numbers."""
        position = self._at(field)
        if position is None:
            return ()
        start = self._reader.pointer(position)
        kind = _SCALARS[code]
        count = self._reader.length(start, kind.size)
        self._reader.spend(count * kind.size)
        return struct.unpack_from(f"<{count}{code}", self._reader.data, start + 4)

    def count(self, field: int, item: int = 1) -> int:
        """The length of a vector, without reading it; -1 where there is none."""
        position = self._at(field)
        return -1 if position is None else self._reader.length(self._reader.pointer(position), item)

    def bytes(self, field: int, limit: int) -> bytes:
        """At most ``limit`` bytes of a vector of bytes."""
        position = self._at(field)
        if position is None:
            return b""
        start = self._reader.pointer(position)
        count = min(self._reader.length(start, 1), limit)
        self._reader.spend(count)
        return bytes(self._reader.data[start + 4 : start + 4 + count])

    def string(self, field: int) -> str:
        """A text, at most 4 KiB of it; bytes that are no UTF-8 are replaced."""
        return self.bytes(field, _STRING_LIMIT).decode("utf-8", "replace")

    def table(self, field: int) -> FlatTable | None:
        position = self._at(field)
        return None if position is None else FlatTable(self._reader, self._reader.pointer(position))

    def tables(self, field: int) -> Iterator[FlatTable]:
        """The tables of a vector."""
        position = self._at(field)
        if position is None:
            return
        start = self._reader.pointer(position)
        for number in range(self._reader.length(start, 4)):
            yield FlatTable(self._reader, self._reader.pointer(start + 4 + 4 * number))
