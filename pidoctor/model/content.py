"""What a .tflite file holds, as values.

The field numbers are those of schema.fbs (the ``source`` of catalog/data/tflite_schema.json); a
field's number is its place in its table there, deprecated fields included.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from math import prod
from typing import NamedTuple

from pidoctor.catalog.tables import load
from pidoctor.model.flatbuffer import FlatTable, ModelError, Reader

CUSTOM = "CUSTOM"
NO_TENSOR = -1  # an optional input that is left out

_METADATA_LIMIT = 1 << 16  # bytes; the longest kept by converters is a few kilobytes
_MOST_VALUES = 64  # bytes of whole numbers that are kept: shapes, axes and paddings are small
# Types of whole numbers: the code of the module struct, and bytes.
_WHOLE = {
    "INT8": ("b", 1),
    "UINT8": ("B", 1),
    "INT16": ("h", 2),
    "INT32": ("i", 4),
    "INT64": ("q", 8),
}
_DETAILS = {1: "custom", 2: "blockwise", 3: "multi-axis"}


class TensorType(NamedTuple):
    """An element type: its name in the schema, and its size in bits (None: varies)."""

    name: str
    bits: int | None


class TfliteSchemaTable(NamedTuple):
    """tflite_schema.json: element types and builtin operators, each in the order of its number."""

    schema: str
    source: str
    types: tuple[TensorType, ...]
    operators: tuple[str, ...]


class Quantisation(NamedTuple):
    """How stored numbers become real ones: ``real = scale * (stored - zero_point)``.

    ``channels`` is the number of scales: 1 is per tensor, more is per channel along ``axis``.
    ``details`` names another scheme ("blockwise").
    """

    scale: float
    zero_point: int
    channels: int
    axis: int
    details: str = ""


class Tensor(NamedTuple):
    """A tensor. ``shape`` has -1 where ``dynamic``; ``stored`` are bytes in the file (0: computed).

    ``shape`` is the stored one; ``signature`` is empty or has -1 in the dimensions that may be
    set before the model runs. ``values`` are those of a small stored list of whole numbers.
    """

    name: str
    type: str
    shape: tuple[int, ...]
    signature: tuple[int, ...]
    buffer: int
    stored: int
    quantisation: Quantisation | None
    variable: bool
    values: tuple[int, ...] = ()

    @property
    def elements(self) -> int:
        """How many numbers it has in the stored shape."""
        return prod(max(size, 0) for size in self.shape)

    @property
    def dynamic(self) -> bool:
        return any(size < 0 for size in (*self.shape, *self.signature))

    @property
    def bytes(self) -> int:
        """Its size in memory in the stored shape; 0 for strings, resources and variants."""
        bits = types_by_name()[self.type].bits or 0
        return (self.elements * bits + 7) // 8


class Operator(NamedTuple):
    """One step of a graph. ``name`` is the builtin's, or the custom operator's own.

    ``inputs`` and ``outputs`` are numbers of tensors of its graph, -1 for one that is left out.
    """

    name: str
    version: int
    custom: bool
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: FlatTable | None

    @property
    def flex(self) -> bool:
        """Whether it is one of TensorFlow's own operators (the Flex delegate's)."""
        return self.custom and self.name.startswith("Flex")


class Graph(NamedTuple):
    """A graph: its tensors, and its operators in the order in which they run."""

    name: str
    tensors: tuple[Tensor, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]


class Signature(NamedTuple):
    """A named entry: names of arguments and results to tensors of a graph."""

    key: str
    graph: int
    inputs: Mapping[str, int]
    outputs: Mapping[str, int]


class Content(NamedTuple):
    """Everything that a file says of its model. ``metadata`` holds the first 64 KiB of each."""

    size: int
    description: str
    graphs: tuple[Graph, ...]
    signatures: tuple[Signature, ...]
    metadata: Mapping[str, bytes]

    @property
    def main(self) -> Graph:
        return self.graphs[0]


@lru_cache(maxsize=1)
def types() -> tuple[TensorType, ...]:
    """The element types by their number."""
    return load(TfliteSchemaTable).types


@lru_cache(maxsize=1)
def types_by_name() -> Mapping[str, TensorType]:
    unknown = TensorType("UNKNOWN", None)
    return {**{kind.name: kind for kind in types()}, unknown.name: unknown}


@lru_cache(maxsize=1)
def operator_names() -> tuple[str, ...]:
    """The builtin operators by their number."""
    return load(TfliteSchemaTable).operators


class _Buffer(NamedTuple):
    """Where the content of a buffer lies: in the flatbuffer, or behind it from 2 GB on."""

    table: FlatTable
    size: int


def read_content(data: memoryview) -> Content:
    """The content of a file that begins as a .tflite file does.

    Raises :class:`ModelError` with what is wrong with it.
    """
    reader = Reader(data)
    model = reader.root()
    buffers = [_buffer(table, reader.size) for table in model.tables(4)]
    codes = [_code(table) for table in model.tables(1)]
    graphs = tuple(_graph(table, buffers, codes) for table in model.tables(2))
    if not graphs:
        raise ModelError("it has no graph")
    return Content(
        size=reader.size,
        description=model.string(3),
        graphs=graphs,
        signatures=tuple(_signature(table, graphs) for table in model.tables(7)),
        metadata=_metadata(model, buffers),
    )


def _buffer(table: FlatTable, file_size: int) -> _Buffer:
    offset, size = table.scalar(1, "Q"), table.scalar(2, "Q")
    if offset > 1:  # 0 and 1 stand for "in here"
        if offset + size > file_size:
            raise ModelError("it is cut short: weights lie behind its end")
        return _Buffer(table, size)
    return _Buffer(table, max(table.count(0), 0))


class _Code(NamedTuple):
    name: str
    version: int
    custom: bool


def _code(table: FlatTable) -> _Code:
    """Old files have the number in a byte, newer ones in an int: the greater counts."""
    number = max(table.scalar(0, "b"), table.scalar(3, "i"))
    names = operator_names()
    name = names[number] if 0 <= number < len(names) else f"BUILTIN_{number}"
    if name == CUSTOM:
        return _Code(table.string(1), table.scalar(2, "i", 1), True)
    return _Code(name, table.scalar(2, "i", 1), False)


def _graph(table: FlatTable, buffers: list[_Buffer], codes: list[_Code]) -> Graph:
    tensors = tuple(_tensor(entry, buffers) for entry in table.tables(0))
    return Graph(
        name=table.string(4),
        tensors=tensors,
        inputs=_known(table.numbers(1, "i"), len(tensors)),
        outputs=_known(table.numbers(2, "i"), len(tensors)),
        operators=tuple(_operator(entry, codes, len(tensors)) for entry in table.tables(3)),
    )


def _known(numbers: tuple[int, ...], count: int) -> tuple[int, ...]:
    """Numbers of tensors, all of which exist."""
    if any(not NO_TENSOR <= number < count for number in numbers):
        raise ModelError("it refers to a tensor that it does not have")
    return numbers


def _operator(table: FlatTable, codes: list[_Code], tensors: int) -> Operator:
    index = table.scalar(0, "I")
    if index >= len(codes):
        raise ModelError("it refers to an operator that it does not have")
    code = codes[index]
    return Operator(
        name=code.name,
        version=code.version,
        custom=code.custom,
        inputs=_known(table.numbers(1, "i"), tensors),
        outputs=_known(table.numbers(2, "i"), tensors),
        options=table.table(12 if code.name.startswith("STABLEHLO_") else 4),
    )


def _tensor(table: FlatTable, buffers: list[_Buffer]) -> Tensor:
    number, buffer = table.scalar(1, "b"), table.scalar(2, "I")
    if buffer >= max(len(buffers), 1):
        raise ModelError("it refers to a buffer that it does not have")
    known = types()
    kind = known[number].name if 0 <= number < len(known) else "UNKNOWN"
    content = buffers[buffer] if buffer < len(buffers) else None
    return Tensor(
        name=table.string(3),
        type=kind,
        shape=table.numbers(0, "i"),
        signature=table.numbers(7, "i"),
        buffer=buffer,
        stored=content.size if content else 0,
        values=_values(kind, content) if content else (),
        quantisation=_quantisation(table.table(4)),
        variable=table.scalar(5, "?", False),
    )


def _values(kind: str, content: _Buffer) -> tuple[int, ...]:
    code, size = _WHOLE.get(kind, ("", 1))
    if not code or not 0 < content.size <= _MOST_VALUES or content.size % size:
        return ()
    data = content.table.bytes(0, _MOST_VALUES)
    return struct.unpack(f"<{len(data) // size}{code}", data[: len(data) // size * size])


def _quantisation(table: FlatTable | None) -> Quantisation | None:
    if table is None:
        return None
    details = _DETAILS.get(table.scalar(4, "B"), "")
    scales, zeros = table.numbers(2, "f"), table.numbers(3, "q")
    if not scales and not details:
        return None  # converters write an empty table, or a range only
    scale = scales[0] if scales else 0.0
    return Quantisation(scale, zeros[0] if zeros else 0, len(scales), table.scalar(6, "i"), details)


def _signature(table: FlatTable, graphs: tuple[Graph, ...]) -> Signature:
    number = table.scalar(4, "I")
    if number >= len(graphs):
        raise ModelError("it has a signature of a graph that it does not have")
    count = len(graphs[number].tensors)

    def named(field: int) -> dict[str, int]:
        found = {entry.string(0): entry.scalar(1, "I") for entry in table.tables(field)}
        _known(tuple(found.values()), count)
        return found

    return Signature(table.string(2), number, named(0), named(1))


def _metadata(model: FlatTable, buffers: list[_Buffer]) -> dict[str, bytes]:
    found = {}
    for entry in model.tables(6):
        number = entry.scalar(1, "I")
        if number < len(buffers):
            found[entry.string(0)] = buffers[number].table.bytes(0, _METADATA_LIMIT)
    return found
