"""What shape operators write that take pieces of their data, repeat it or put it elsewhere.

As in ``shape_rules``, whose table these rules complete: a rule gets the operator, the shapes of
its inputs and the values that are known, and gives the shapes of the outputs or None.
"""

# ruff: noqa: ARG001, ARG005 (every rule takes the same arguments)
from __future__ import annotations

from collections.abc import Mapping
from math import prod

from pidoctor.model.content import Operator
from pidoctor.model.shape_rules import (
    VALID,
    Known,
    MisfitError,
    Rule,
    Shape,
    Shapes,
    axis_of,
    option,
    told,
    value_at,
)

_IMAGE, _VOLUME = 4, 5  # sizes: batch, (depth,) height, width, channels
# schema.fbs: the fields of StridedSliceOptions; all but the last hold a bit for each place
_BEGIN, _END, _ELLIPSIS, _NEW, _SHRINK, _OFFSET = range(6)


def _gathered(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    data, places, batches = shapes[0], shapes[1], option(operator, 1)
    axis = axis_of(option(operator, 0), len(data))
    if not 0 <= batches <= min(axis, len(places)):
        return None
    return [(*data[:axis], *places[batches:], *data[axis + 1 :])]


def _picked(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    data, places = shapes
    if not places or places[-1] > len(data):
        return None
    return [(*places[:-1], *data[places[-1] :])]


def _ranged(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    first, end, step = (value_at(values, place) for place in range(3))
    if not (first and end and step and step[0]):
        return None
    return [(max(-((first[0] - end[0]) // step[0]), 0),)]  # len(range()) has a limit


def _looked_up(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    """The first input holds the numbers of rows of the second."""
    return [(*shapes[0], *shapes[1][1:])]


def _cut(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    begins, sizes, shape = value_at(values, 1), value_at(values, 2), shapes[0]
    if begins is None or sizes is None or not len(begins) == len(sizes) == len(shape):
        return None
    rows = zip(shape, begins, sizes)
    return [tuple(size - begin if count == -1 else count for size, begin, count in rows)]


def _strided(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    begins, ends, steps = (value_at(values, place) for place in (1, 2, 3))
    if begins is None or ends is None or steps is None or 0 in steps:
        return None
    if not len(begins) == len(ends) == len(steps):
        return None
    mask = [option(operator, field) for field in range(_OFFSET)]
    counted = option(operator, _OFFSET, "?")  # the ends, from the begins on
    places = range(len(begins))
    added = sum(mask[_NEW] >> at & 1 for at in places if not mask[_ELLIPSIS] >> at & 1)
    result: list[int] = []
    left = list(shapes[0])
    for at in places:
        if mask[_ELLIPSIS] >> at & 1:
            whole = max(len(shapes[0]) - (len(begins) - 1 - added), 0)
            result, left = result + left[:whole], left[whole:]
        elif mask[_NEW] >> at & 1:
            result.append(1)
        elif not left:
            return None
        else:
            size = left.pop(0)
            end = ends[at] + (begins[at] if counted else 0)
            first = None if mask[_BEGIN] >> at & 1 else begins[at]
            last = None if mask[_END] >> at & 1 else end
            if not mask[_SHRINK] >> at & 1:
                result.append(len(range(*slice(first, last, steps[at]).indices(size))))
    return [tuple(result + left)]


def _split(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    axis, shape, parts = value_at(values, 0), shapes[1], len(operator.outputs)
    if not axis:
        return None
    at = axis_of(axis[0], len(shape))
    return [(*shape[:at], shape[at] // parts, *shape[at + 1 :])] * parts


def _split_sizes(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    sizes, axis, shape = value_at(values, 1), value_at(values, 2), shapes[0]
    if sizes is None or not axis:
        return None
    at = axis_of(axis[0], len(shape))
    rest = shape[at] - sum(size for size in sizes if size != -1)
    if rest and not (rest > 0 and sizes.count(-1) == 1):
        raise MisfitError(f"cannot cut {shape[at]} into {told(sizes)}")
    return [(*shape[:at], rest if size == -1 else size, *shape[at + 1 :]) for size in sizes]


def _without_axis(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    axis = (option(operator, 1),) if operator.name == "UNPACK" else value_at(values, 1)
    if not axis:
        return None
    at = axis_of(axis[0], len(shapes[0]))
    return [(*shapes[0][:at], *shapes[0][at + 1 :])] * len(operator.outputs)


def _one_hot(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    deep, shape = value_at(values, 1), shapes[0]
    if not deep:
        return None
    at = option(operator, 0) % (len(shape) + 1)
    return [(*shape[:at], deep[0], *shape[at:])]


def _repeated(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    times = value_at(values, 1)
    if times is None or len(times) != len(shapes[0]):
        return None
    return [tuple(size * by for size, by in zip(shapes[0], times))]


def _largest(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    most = value_at(values, 1)
    return [(*shapes[0][:-1], most[0])] * 2 if most and shapes[0] else None


def _named(place: int) -> Rule:
    """The shape stands in the values of an input."""

    def rule(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
        shape = value_at(values, place)
        return None if shape is None else [shape]

    return rule


def _to_depth(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    block = option(operator, 0)
    if len(shapes[0]) != _IMAGE or block < 1:
        return None
    batch, down, across, channels = shapes[0]
    if operator.name == "SPACE_TO_DEPTH":
        return [(batch, down // block, across // block, channels * block * block)]
    return [(batch, down * block, across * block, channels // (block * block))]


def _to_batch(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    blocks, edges, shape = value_at(values, 1), value_at(values, 2), shapes[0]
    if blocks is None or edges is None or len(shape) != len(blocks) + 2:
        return None
    if len(edges) != 2 * len(blocks) or min(blocks, default=1) < 1:
        return None
    edge = [edges[2 * at] + edges[2 * at + 1] for at in range(len(blocks))]
    if operator.name == "SPACE_TO_BATCH_ND":
        middle = [(size + more) // by for size, more, by in zip(shape[1:], edge, blocks)]
        return [(shape[0] * prod(blocks), *middle, shape[-1])]
    middle = [size * by - less for size, less, by in zip(shape[1:], edge, blocks)]
    return [(shape[0] // prod(blocks), *middle, shape[-1])]


def _convolved(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    """A CONV_3D: its weights are depth, height, width, channels in, channels out."""
    if len(shapes[0]) != _VOLUME or len(shapes[1]) != _VOLUME:
        return None
    data, window = shapes[0], shapes[1]
    if data[4] != window[3]:
        raise MisfitError(f"takes {window[3]} channels, not those of {told(data)}")
    sizes = []
    for at, (step, wide) in enumerate(((1, 5), (3, 7), (2, 6))):  # depth, height, width
        by, covers = option(operator, step), (window[at] - 1) * option(operator, wide, "i", 1) + 1
        if by < 1:
            return None
        size = data[at + 1]
        valid = option(operator, 0, "b") == VALID
        if valid and size < covers:
            raise MisfitError(f"slides a window of {covers} over {size}")
        sizes.append((size - covers) // by + 1 if valid else -(-size // by))
    return [(data[0], *sizes, window[4])]


def _segments(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    count = value_at(values, 2)
    return [(count[0], *shapes[0][len(shapes[1]) :])] if count else None


def _spectrum(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    lengths = value_at(values, 1)
    if lengths is None or len(lengths) != 2 or len(shapes[0]) < 2:
        return None
    return [(*shapes[0][:-2], lengths[0], lengths[1] // 2 + 1)]


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("ARG_MAX", "ARG_MIN", "UNPACK"), _without_axis),
    **dict.fromkeys(("DEPTH_TO_SPACE", "SPACE_TO_DEPTH"), _to_depth),
    **dict.fromkeys(("BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"), _to_batch),
    **dict.fromkeys(("TRANSPOSE_CONV", "CONV_3D_TRANSPOSE", "FILL"), _named(0)),
    **dict.fromkeys(("BROADCAST_TO", "SPARSE_TO_DENSE"), _named(1)),
    **{f"UNSORTED_SEGMENT_{kind}": _segments for kind in ("MAX", "MIN", "PROD", "SUM")},
    "CONV_3D": _convolved,
    "EMBEDDING_LOOKUP": _looked_up,
    "GATHER": _gathered,
    "GATHER_ND": _picked,
    "MATRIX_DIAG": lambda operator, shapes, values: [(*shapes[0], *shapes[0][-1:])],
    "ONE_HOT": _one_hot,
    "RANK": lambda operator, shapes, values: [()],
    "RFFT2D": _spectrum,
    "SCATTER_ND": _named(2),
    "SELECT": lambda operator, shapes, values: [shapes[1]],
    "SLICE": _cut,
    "SPLIT": _split,
    "SPLIT_V": _split_sizes,
    "STRIDED_SLICE": _strided,
    "RANGE": _ranged,
    "TILE": _repeated,
    "TOPK_V2": _largest,
}
