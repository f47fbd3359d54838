"""How much memory a model takes in a process, named by its parts, for a runtime on a machine.

What is private beyond the import of the runtime: the arena, and what kernels make for themselves:
XNNPACK packs the weights that it multiplies with, float16 ones are unpacked to float32, and a
convolution keeps a pointer for each place of its window. How many bytes a runtime takes for each
byte of a part was measured (catalog/data/model_memory.json).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pidoctor.catalog.tables import load
from pidoctor.model.arena import arena_plan
from pidoctor.model.content import Content, Graph, Operator, Tensor, types_by_name
from pidoctor.model.shapes import settled
from pidoctor.model.summary import dequantised
from pidoctor.model.verdict import RuleScope, Target

# What multiplies with stored weights, and so may keep them packed.
_MULTIPLIES = (
    "BATCH_MATMUL",
    "CONV_2D",
    "CONV_3D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "TRANSPOSE_CONV",
)
ARENA = "arena"
# The pointers of these are a part each: newer runtimes make the second kind while they run.
_INDIRECTION = {"CONV_2D": "window pointers", "DEPTHWISE_CONV_2D": "depthwise window pointers"}
_ROOM = 4_000_000  # bytes that small models were off by; a page table and a heap have steps
# A process that has imported much reuses memory that it has freed. Of 37 runs of 19 models, each in
# a fresh process on x86-64, none took more than 1.05 of the middle, and none less than half of it
# by more than _ROOM.
_LEAST = 0.5


class MemoryRow(NamedTuple):
    """What a runtime takes: ``base`` bytes, and bytes for each byte of a part.

    Parts are the kinds of weights that are multiplied with ("float16": in the bytes of the float32
    that they become), the arena, and the pointers to windows. ``spread`` is the share that models
    took more than the middle, at most; ``source`` says how it was fitted.
    """

    where: RuleScope
    base: int
    parts: Mapping[str, float]
    spread: float
    source: str


class MemoryTable(NamedTuple):
    """model_memory.json; the first row that holds for a runtime counts."""

    source: str
    rows: tuple[MemoryRow, ...]


class MemoryEstimate(NamedTuple):
    """Bytes. ``private`` is what a run takes, least and most; None where it was not measured.

    ``mapped`` is the file, whose pages the system may drop and read again; ``parts`` are what the
    middle of ``private`` is made of, the largest first. ``condition`` says when it holds, if not
    always.
    """

    private: tuple[int, int] | None
    mapped: int
    parts: Mapping[str, int]
    condition: str = ""

    @property
    def peak(self) -> tuple[int, int] | None:
        """With every page of the file in memory."""
        if self.private is None:
            return None
        return self.private[0] + self.mapped, self.private[1] + self.mapped


def model_memory(content: Content, target: Target) -> MemoryEstimate:
    """The memory of a model on a version of a runtime."""
    row = next((row for row in load(MemoryTable).rows if row.where.holds(*target)), None)
    if row is None:
        return MemoryEstimate(None, content.size, {})
    shaped = settled(content)
    plan = arena_plan(shaped.content)
    pointer = 4 if target.architecture.startswith("armv") else 8
    pointers = window_pointers(shaped.content, pointer)
    sizes = {**packed_weights(content), **pointers, ARENA: plan.planned}
    parts = {name: round(size * row.parts.get(name, 0)) for name, size in sizes.items()}
    parts["runtime"] = row.base
    named = sorted(((name, size) for name, size in parts.items() if size), key=lambda it: -it[1])
    least = middle = sum(parts.values())
    most, spread = middle + plan.outside, row.spread
    if not plan.late.isdisjoint(_MULTIPLIES):  # XNNPACK may take no part of it, and pack nothing
        least, spread = parts[ARENA] + row.base, 2 * row.spread
    low = max(round(least * _LEAST) - _ROOM, 0)
    high = most + max(round(most * spread), _ROOM)
    open_ = bool(plan.outside) and not (shaped.whole and len(content.graphs) == 1)
    return MemoryEstimate((low, high), content.size, dict(named), _condition(content, open_))


def _condition(content: Content, is_open: bool) -> str:
    own = {op.name for graph in content.graphs for op in graph.operators if op.custom}
    said = ["if the shapes that it computes are those that the file stores"] if is_open else []
    said += [f"without what {', '.join(sorted(own))} keeps for itself"] if own else []
    return ", and ".join(said)


def packed_weights(content: Content) -> dict[str, int]:
    """Bytes of the weights that are multiplied with, by kind; each tensor counts once."""
    found: dict[tuple[int, int], tuple[str, int]] = {}
    for at, graph in enumerate(content.graphs):
        origins = dequantised(graph)
        for operator in graph.operators:
            for number, tensor in _stored(graph, operator, origins):
                found[at, number] = (_kind(graph, operator, tensor), _size(tensor))
    totals: dict[str, int] = {}
    for kind, size in found.values():
        totals[kind] = totals.get(kind, 0) + size
    return totals


def _stored(
    graph: Graph, operator: Operator, origins: Mapping[int, Tensor]
) -> Iterator[tuple[int, Tensor]]:
    if operator.name not in _MULTIPLIES:
        return
    for number in operator.inputs[:2]:
        if number >= 0:
            tensor = origins.get(number, graph.tensors[number])
            if tensor.stored:
                yield number, tensor


def _size(tensor: Tensor) -> int:
    bits = types_by_name()["FLOAT32" if tensor.type == "FLOAT16" else tensor.type].bits or 0
    return tensor.elements * bits // 8


def _kind(graph: Graph, operator: Operator, tensor: Tensor) -> str:
    if tensor.type.startswith("FLOAT"):
        return tensor.type.lower()
    place = 2 if operator.name == "TRANSPOSE_CONV" else 0
    number = operator.inputs[place] if place < len(operator.inputs) else -1
    hybrid = number >= 0 and graph.tensors[number].type == "FLOAT32"
    return "dynamic range" if hybrid else "integer"


def window_pointers(content: Content, pointer: int) -> dict[str, int]:
    """Bytes of the pointers, of ``pointer`` bytes each, to what windows of convolutions cover."""
    totals: dict[str, int] = {}
    for graph in content.graphs:
        for operator in graph.operators:
            name = _INDIRECTION.get(operator.name)
            if name is None or len(operator.inputs) < 2 or operator.inputs[1] < 0:
                continue
            window = graph.tensors[operator.inputs[1]].shape
            out = graph.tensors[operator.outputs[0]].shape if operator.outputs else ()
            if len(window) == len(out) == 4 and window[1:3] != (1, 1):
                places = max(out[1], 0) * max(out[2], 0) * window[1] * window[2]
                totals[name] = totals.get(name, 0) + places * pointer
    return totals
