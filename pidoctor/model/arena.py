"""How large the arena is that a runtime plans for the tensors of a model, without a delegate.

As tflite-runtime 2.14.0 plans it: a tensor lives from the operator that writes it to the last one
that reads it, the larger ones are placed first, each in the smallest gap that holds it. Source of
the order of placement: tensorflow/lite/arena_planner.cc; its figures are the test's.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from pidoctor.model.content import NO_TENSOR, Content, Graph, Operator, Tensor, types_by_name

ALIGNMENT = 64  # bytes, kDefaultTensorAlignment
_MARGIN = 2 * ALIGNMENT  # what a runtime asks for beyond the last tensor
_MOST = 3000  # tensors that are planned; the time grows with the square
_FOREVER = 1 << 31
# Which input of an operator sets the shape of its output.
_SHAPE_INPUT = {
    "RESHAPE": 1,
    "FILL": 0,
    "TILE": 1,
    "BROADCAST_TO": 1,
    "EXPAND_DIMS": 1,
    "RESIZE_BILINEAR": 1,
    "RESIZE_NEAREST_NEIGHBOR": 1,
    "TRANSPOSE_CONV": 0,
    "PAD": 1,
    "PADV2": 1,
    "MIRROR_PAD": 1,
    "SLICE": 1,
    "STRIDED_SLICE": 1,
    "TRANSPOSE": 1,
}
# Operators with memory of their own that is not planned here, and whose size only a run tells.
_UNPLANNED = (
    "VAR_HANDLE",
    "WHERE",
    "UNIQUE",
    "RANGE",
    "NON_MAX_SUPPRESSION_V4",
    "NON_MAX_SUPPRESSION_V5",
    "UNIDIRECTIONAL_SEQUENCE_LSTM",
    "BIDIRECTIONAL_SEQUENCE_LSTM",
    "UNIDIRECTIONAL_SEQUENCE_RNN",
    "LSTM",
    "SVDF",
)
# Operators whose output may lie where an input lies: with the data as it is, or written over it.
_UNCHANGED = ("RESHAPE", "EXPAND_DIMS", "SQUEEZE", "BITCAST")
_OVERWRITES = ("ADD", "SUB", "MUL", "DIV", "SOFTMAX")


class _Life(NamedTuple):
    """Bytes that are needed from one operator to another, both included."""

    number: int
    size: int
    first: int
    last: int


class ArenaPlan(NamedTuple):
    """Bytes in the stored shapes: ``planned`` together, and ``outside`` of the plan at most.

    What an operator writes whose shape is computed lies outside, each tensor in a place of its own,
    and so do the patches of the largest convolution behind it; what is computed from it is planned
    again once its shape is known. ``late`` are the names of operators behind it.
    """

    planned: int
    outside: int
    late: frozenset[str]


def arena_plan(content: Content) -> ArenaPlan:
    """The plans of all graphs; the tensors of one with thousands lie outside."""
    planned = outside = 0
    names: set[str] = set()
    for graph in content.graphs:
        size = _planned(graph)
        every = frozenset(range(len(graph.tensors)))
        reached = _reached(graph) if size is not None else every
        alone = _written_late(graph) if size is not None else every
        planned += size or 0
        found = (graph.tensors[number] for number in alone)
        outside += sum(_aligned(tensor.bytes) for tensor in found if _computed(tensor))
        late = [op for op in graph.operators if not reached.isdisjoint(op.inputs)]
        outside += max((_patches(graph, op) for op in late), default=0)
        names.update(op.name for op in late)
    return ArenaPlan(planned, outside, frozenset(names))


def _written_late(graph: Graph) -> frozenset[int]:
    """The tensors whose size itself is computed while the model runs."""
    late = (operator for operator in graph.operators if _only_known_later(graph, operator))
    return frozenset(number for op in late for number in op.outputs if number != NO_TENSOR)


def _reached(graph: Graph) -> frozenset[int]:
    """The tensors whose size depends on values that are computed."""
    found: set[int] = set()
    for operator in graph.operators:
        if _only_known_later(graph, operator) or not found.isdisjoint(operator.inputs):
            found.update(number for number in operator.outputs if number != NO_TENSOR)
    return frozenset(found)


def arena_bytes(content: Content) -> int | None:
    """The arena of a model in the stored shapes, in bytes.

    None where it is not known before it runs: with shapes that are computed, resource variables,
    several graphs, or thousands of tensors.
    """
    graph = content.main
    if len(content.graphs) > 1 or any(_only_known_later(graph, op) for op in graph.operators):
        return None
    return _planned(graph)


def _planned(graph: Graph) -> int | None:
    shared = _shared(graph)
    lives = [*_tensors(graph, shared), *_temporaries(graph)]
    if len(lives) > _MOST:
        return None
    placed: list[tuple[int, _Life]] = []
    for life in sorted(lives, key=_order):
        placed.append((_offset(placed, life), life))
        placed.sort(key=lambda item: item[0])
    end = max((_aligned(start + life.size) for start, life in placed), default=0)
    return end + _MARGIN if end else 0


def _only_known_later(graph: Graph, operator: Operator) -> bool:
    """Whether the size of what an operator writes depends on values that are computed."""
    place = _SHAPE_INPUT.get(operator.name)
    if operator.name in _UNPLANNED or operator.custom:
        return True
    if place is None or place >= len(operator.inputs) or operator.inputs[place] == NO_TENSOR:
        return False
    return not graph.tensors[operator.inputs[place]].stored


def _order(life: _Life) -> tuple[int, int, int]:
    """What lives throughout comes first, then by size."""
    if life.first == 0 and life.last == _FOREVER:
        return (0, life.number, 0)
    return (1, -life.size, life.first)


def _offset(placed: list[tuple[int, _Life]], life: _Life) -> int:
    """The smallest gap between what lives at the same time, else behind it."""
    best, best_gap, end = -1, _FOREVER << 8, 0
    for start, other in placed:
        if other.last < life.first or life.last < other.first:
            continue
        at = _aligned(end)
        gap = start - at
        if life.size <= gap < best_gap:
            best, best_gap = at, gap
        end = max(end, start + other.size)
    return best if best >= 0 else _aligned(end)


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def _computed(tensor: Tensor) -> bool:
    return not tensor.stored and not tensor.variable and tensor.bytes > 0


def _tensors(graph: Graph, shared: Mapping[int, int]) -> list[_Life]:
    first: dict[int, int] = {}
    last: dict[int, int] = {}
    for number in graph.inputs:
        if number != NO_TENSOR:
            first[number] = 0
            last[number] = _FOREVER
    constant = _constants(graph)
    for at, operator in enumerate(graph.operators):
        for number in operator.outputs:
            if number not in constant:
                first.setdefault(shared.get(number, number), at)
                last[shared.get(number, number)] = max(last.get(shared.get(number, number), at), at)
        for number in operator.inputs:
            root = shared.get(number, number)
            if root in first:
                last[root] = max(last[root], at)
    for number in graph.outputs:
        last[shared.get(number, number)] = _FOREVER
    return [
        _Life(number, graph.tensors[number].bytes, start, last[number])
        for number, start in first.items()
        if _computed(graph.tensors[number])
    ]


def _constants(graph: Graph) -> set[int]:
    """Outputs of DEQUANTIZE of stored tensors: they are kept apart, for as long as it runs."""
    return {
        op.outputs[0]
        for op in graph.operators
        if op.name in ("DEQUANTIZE", "DENSIFY")
        and op.inputs
        and op.outputs
        and graph.tensors[op.inputs[0]].stored
    }


def _shared(graph: Graph) -> dict[int, int]:
    """Tensors that lie where another lies: each to the first of its chain."""
    reads: dict[int, int] = {}
    for operator in graph.operators:
        for number in operator.inputs:
            reads[number] = reads.get(number, 0) + 1
    fixed = {*graph.inputs, *graph.outputs}
    roots: dict[int, int] = {}
    for operator in graph.operators:
        for number in _sharable(graph, operator) if operator.outputs else ():
            output = operator.outputs[0]
            root = roots.get(number, number)
            if root in graph.inputs or output in graph.outputs:
                continue
            same = graph.tensors[root].bytes == graph.tensors[output].bytes
            if same and (operator.name in _UNCHANGED or (reads[number] == 1 and root not in fixed)):
                roots[output] = root
                break
    return roots


def _sharable(graph: Graph, operator: Operator) -> tuple[int, ...]:
    if operator.name in _UNCHANGED:
        inputs: tuple[int, ...] = operator.inputs[:1]
    elif operator.name in _OVERWRITES:
        inputs = operator.inputs[:2]
    else:
        return ()
    return tuple(n for n in inputs if n != NO_TENSOR and _computed(graph.tensors[n]))


def _temporaries(graph: Graph) -> list[_Life]:
    """The patches of integer convolutions, which are planned."""
    return [
        _Life(len(graph.tensors) + at, _patches(graph, op), at, at)
        for at, op in enumerate(graph.operators)
        if op.inputs and graph.tensors[op.inputs[0]].type in ("INT8", "UINT8")
    ]


def _patches(graph: Graph, operator: Operator) -> int:
    """Bytes of what the window of a convolution covers, gathered into a matrix; else none."""
    if operator.name != "CONV_2D" or len(operator.inputs) < 2 or min(operator.inputs[:2]) < 0:
        return 0
    data, weights = (graph.tensors[number] for number in operator.inputs[:2])
    if len(weights.shape) != 4 or not operator.options or not operator.outputs:
        return 0
    strides = (operator.options.scalar(1, "i"), operator.options.scalar(2, "i"))
    if weights.shape[1:3] == (1, 1) and strides == (1, 1):
        return 0
    places = prod(graph.tensors[operator.outputs[0]].shape[:3])
    bits = types_by_name()[data.type].bits or 0
    return max(places * prod(weights.shape[1:]), 0) * bits // 8
