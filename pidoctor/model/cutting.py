"""Cutting a model into one of each of its operators, to see what share of the time each takes.

A cut is the same file with other lists: its only graph has one operator, the inputs of that, and
its outputs. Nothing is copied but those lists, so that a cut is as sound as its file. What makes
constants of an operator (weights that are stored as float16, or sparse) goes along with it.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from pidoctor.model.content import NO_TENSOR, Content, Graph
from pidoctor.model.flatbuffer import FlatTable, Reader

_GRAPHS, _SIGNATURES = 2, 7  # fields of the model
_INPUTS, _OUTPUTS, _OPERATORS = 1, 2, 3  # fields of a graph
_OF_CONSTANTS = ("DEQUANTIZE", "DENSIFY")


class Cut(NamedTuple):
    """An operator alone: bytes to write over those of the file at a place, and to append."""

    name: str
    patches: tuple[tuple[int, bytes], ...]
    tail: bytes


class _Places(NamedTuple):
    """Where the lists of the first graph lie: the fields that point at them, and the operators."""

    size: int
    inputs: int
    outputs: int
    operators: int
    tables: tuple[int, ...]
    signatures: int | None


def cuts(data: memoryview, content: Content) -> list[Cut]:
    """Every operator of the first graph, alone. Empty where the file cannot be cut."""
    places = _places(data)
    if places is None:
        return []
    graph = content.main
    groups = _groups(graph)
    return [_cut(graph, group, places) for group in groups]


def _places(data: memoryview) -> _Places | None:
    reader = Reader(data)
    root = reader.root()
    graph = next(root.tables(_GRAPHS))
    fields = [graph.place(field) for field in (_INPUTS, _OUTPUTS, _OPERATORS)]
    inputs, outputs, operators = fields
    if inputs is None or outputs is None or operators is None:
        return None
    start = reader.pointer(operators)
    tables = tuple(
        reader.pointer(start + 4 + 4 * number) for number in range(graph.count(_OPERATORS, 4))
    )
    return _Places(len(data), inputs, outputs, start, tables, _vector(root, reader))


def _vector(root: FlatTable, reader: Reader) -> int | None:
    place = root.place(_SIGNATURES)
    return None if place is None else reader.pointer(place)


def _groups(graph: Graph) -> list[list[int]]:
    """The operators, each behind those that make its constants."""
    made_of_constants = {
        number
        for number, operator in enumerate(graph.operators)
        if operator.name in _OF_CONSTANTS
        and all(it == NO_TENSOR or graph.tensors[it].stored for it in operator.inputs)
    }
    maker = {tensor: n for n in made_of_constants for tensor in graph.operators[n].outputs}
    return [
        [*sorted({maker[it] for it in operator.inputs if it in maker}), number]
        for number, operator in enumerate(graph.operators)
        if number not in made_of_constants
    ]


def _cut(graph: Graph, group: Sequence[int], places: _Places) -> Cut:
    last = graph.operators[group[-1]]
    made = {tensor for number in group[:-1] for tensor in graph.operators[number].outputs}
    given = [
        it
        for it in dict.fromkeys(last.inputs)
        if it != NO_TENSOR
        and it not in made
        and not graph.tensors[it].stored
        and not graph.tensors[it].variable
    ]
    end = -(-places.size // 4) * 4
    inputs, outputs = _numbers(given), _numbers(last.outputs)
    patches = [
        (places.inputs, struct.pack("<I", end - places.inputs)),
        (places.outputs, struct.pack("<I", end + len(inputs) - places.outputs)),
        (places.operators, struct.pack("<I", len(group))),
    ]
    for at, number in enumerate(group):
        place = places.operators + 4 + 4 * at
        patches.append((place, struct.pack("<I", places.tables[number] - place)))
    if places.signatures is not None:
        patches.append((places.signatures, bytes(4)))
    return Cut(last.name, tuple(patches), bytes(end - places.size) + inputs + outputs)


def _numbers(items: Sequence[int]) -> bytes:
    return struct.pack(f"<I{len(items)}i", len(items), *items)
