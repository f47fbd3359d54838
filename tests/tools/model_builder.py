"""Writing the smallest models: for measuring which operators a runtime knows, and for tests."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, Union

from pidoctor.catalog.file_kinds import MAGIC


class Numbers(NamedTuple):
    """A vector of numbers; ``code`` is that of the module struct."""

    code: str
    items: Sequence[float]


class Number(NamedTuple):
    code: str
    value: float


class Fields(dict[int, Any]):
    """A table: its fields by number, each a Value."""


Value = Union[Number, Numbers, str, Fields, list[Fields]]

_OFFSET = 4


class _Writer:
    """Appends objects one behind the other; an offset always leads forward, as the format asks."""

    def __init__(self) -> None:
        self.data = bytearray()

    def align(self, size: int, ahead: int = 0) -> None:
        while (len(self.data) + ahead) % size:
            self.data.append(0)

    def point(self, at: int, target: int) -> None:
        struct.pack_into("<I", self.data, at, target - at)

    def table(self, fields: Fields) -> int:
        """A table behind its vtable; where it begins."""
        places, size = _layout(fields)
        last = max(fields, default=-1)
        vtable_size = 4 + 2 * (last + 1)
        self.align(8, vtable_size)
        vtable = len(self.data)
        self.data += struct.pack("<HH", vtable_size, size)
        for number in range(last + 1):
            self.data += struct.pack("<H", places.get(number, 0))
        start = len(self.data)
        self.data += struct.pack("<i", start - vtable) + bytes(size - 4)
        for number, value in fields.items():
            if isinstance(value, Number):
                struct.pack_into(f"<{value.code}", self.data, start + places[number], _plain(value))
        for number, value in fields.items():
            if not isinstance(value, Number):
                self.point(start + places[number], self.value(value))
        return start

    def value(self, value: Value) -> int:
        if isinstance(value, Fields):
            return self.table(value)
        if isinstance(value, str):
            return self.vector(value.encode(), 1, b"\0")
        if isinstance(value, Numbers):
            packed = b"".join(
                struct.pack(f"<{value.code}", _plain(Number(value.code, item)))
                for item in value.items
            )
            return self.vector(packed, struct.calcsize(f"<{value.code}"))
        if isinstance(value, Number):
            raise TypeError("a number is part of its table")
        start = self.vector(bytes(_OFFSET * len(value)), _OFFSET)
        for number, entry in enumerate(value):
            self.point(start + 4 + _OFFSET * number, self.table(entry))
        return start

    def vector(self, content: bytes, item: int, end: bytes = b"") -> int:
        self.align(max(item, 4), 4)
        start = len(self.data)
        self.data += struct.pack("<I", len(content) // item) + content + end
        return start


def _layout(fields: Fields) -> tuple[dict[int, int], int]:
    """Where each field lies in its table, and the table's size: each aligned to its own size."""
    places: dict[int, int] = {}
    size = 4
    for number, value in sorted(fields.items()):
        width = struct.calcsize(f"<{value.code}") if isinstance(value, Number) else _OFFSET
        size += -size % width
        places[number] = size
        size += width
    return places, size


def _plain(number: Number) -> float:
    return number.value if number.code in "fd" else int(number.value)


def build(model: Fields) -> bytes:
    """A flatbuffer with the root ``model`` and the identifier of .tflite files."""
    writer = _Writer()
    writer.data += bytes(4) + MAGIC
    writer.point(0, writer.table(model))
    return bytes(writer.data)


def one_operator(code: int, version: int, custom: str = "") -> bytes:
    """A model of one operator without options, from one float to another; about 200 bytes."""
    operator_code: Fields = Fields({0: Number("b", min(code, 127)), 2: Number("i", version)})
    operator_code[3] = Number("i", code)
    if custom:
        operator_code[1] = custom
    tensors = [
        Fields({0: Numbers("i", (1,)), 2: Number("I", 0), 3: name}) for name in ("in", "out")
    ]
    operator = Fields({0: Number("I", 0), 1: Numbers("i", (0,)), 2: Numbers("i", (1,))})
    graph = Fields({0: tensors, 1: Numbers("i", (0,)), 2: Numbers("i", (1,)), 3: [operator]})
    return build(Fields({0: Number("I", 3), 1: [operator_code], 2: [graph], 4: [Fields()]}))
