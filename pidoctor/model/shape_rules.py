"""What shape each operator writes, and which shapes it cannot take.

A rule gets the operator, the shapes of its inputs (those that are left out are left out) and the
values of those whose values are known. It gives the shapes of the outputs, None where they are
not known, and raises MisfitError for inputs that the kernel refuses.
"""

# ruff: noqa: ARG001 (every rule takes the same arguments)
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Optional

from pidoctor.model.content import Operator

Shape = tuple[int, ...]
Values = tuple[int, ...]
Shapes = Sequence[Shape]
Known = Sequence[Optional[Values]]
Rule = Callable[[Operator, Shapes, Known], Optional[list[Shape]]]
VALID = 1  # schema.fbs: enum Padding { SAME, VALID }


ALLOCATE, INVOKE = "allocate", "invoke"


class MisfitError(Exception):
    """Why an operator cannot take shapes, and at which stage that ends a run."""

    def __init__(self, why: str, stage: str = ALLOCATE) -> None:
        super().__init__(why)
        self.stage = stage


class SettingError(MisfitError):
    """Why an operator cannot run in any size of its inputs."""


def value_at(values: Known, place: int) -> Values | None:
    return values[place] if place < len(values) else None


def told(shape: Shape) -> str:
    return "[" + ", ".join(map(str, shape)) + "]"


def option(operator: Operator, field: int, code: str = "i", default: int = 0) -> int:
    return int(operator.options.scalar(field, code, default)) if operator.options else default


def _same(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    return [shapes[0]] * len(operator.outputs)


def _broadcast(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    result: Shape = ()
    for shape in shapes:
        rank = max(len(result), len(shape))
        one = (1,) * (rank - len(result)) + result
        two = (1,) * (rank - len(shape)) + shape
        if any(a != b and 1 not in (a, b) for a, b in zip(one, two)):
            raise MisfitError(f"cannot take {told(result)} with {told(shape)}")
        result = tuple(b if a == 1 else a for a, b in zip(one, two))
    return [result]


def axis_of(axis: int, rank: int, stage: str = ALLOCATE) -> int:
    """The axis, counted from 0. Of a single number, some kernels take the axis 0."""
    if not -rank <= axis < rank:
        kind = SettingError if rank else MisfitError
        raise kind(f"has no axis {axis} in {rank} sizes", stage)
    return axis % rank


def _expand(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(values) < 2 or values[1] is None:
        return None
    at, shape = axis_of(values[1][0], len(shapes[0]) + 1), shapes[0]
    return [(*shape[:at], 1, *shape[at:])]


def _squeeze(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    shape = shapes[0]
    asked = operator.options.numbers(0, "i") if operator.options else ()
    axes = {axis_of(axis, len(shape)) for axis in asked}
    if any(shape[axis] != 1 for axis in axes):
        raise MisfitError(f"leaves out a size of {told(shape)} that is not 1")
    gone = axes or {axis for axis, size in enumerate(shape) if size == 1}
    return [tuple(size for axis, size in enumerate(shape) if axis not in gone)]


def _transpose(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(values) < 2 or values[1] is None or sorted(values[1]) != list(range(len(shapes[0]))):
        return None
    return [tuple(shapes[0][axis] for axis in values[1])]


def _reshape(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    wanted = values[1] if len(values) > 1 else None
    if len(shapes) < 2:
        wanted = operator.options.numbers(0, "i") if operator.options else None
    if wanted is None:
        return None
    total, open_ = prod(shapes[0]), [axis for axis, size in enumerate(wanted) if size == -1]
    fixed = prod(size for size in wanted if size != -1)
    if not total or not fixed:
        if total or (fixed and not open_):
            raise MisfitError(f"cannot make {told(wanted)} of {told(shapes[0])}")
        return None
    if len(open_) == 1 and not total % fixed:
        return [tuple(total // fixed if size == -1 else size for size in wanted)]
    if open_ or total != fixed:
        raise MisfitError(f"cannot make {told(wanted)} of {told(shapes[0])}")
    return [wanted]


def _reduce(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(values) < 2 or values[1] is None:
        return None
    axes = {axis_of(axis, len(shapes[0])) for axis in values[1]}
    if len(axes) < len(values[1]):
        raise MisfitError(f"names an axis twice: {told(values[1])}")
    keep = option(operator, 0, "?")
    sizes = enumerate(shapes[0])
    return [tuple(1 if axis in axes else size for axis, size in sizes if keep or axis not in axes)]


def _concatenated(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    first = shapes[0]
    axis = axis_of(option(operator, 0), len(first))
    for shape in shapes[1:]:
        if len(shape) != len(first) or any(
            a != b for at, (a, b) in enumerate(zip(first, shape)) if at != axis
        ):
            raise MisfitError(f"cannot join {told(first)} and {told(shape)} along axis {axis}")
    total = sum(shape[axis] for shape in shapes)
    return [(*first[:axis], total, *first[axis + 1 :])]


def _packed(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    if any(shape != shapes[0] for shape in shapes):
        other = next(shape for shape in shapes if shape != shapes[0])
        raise MisfitError(f"cannot stack {told(shapes[0])} and {told(other)}")
    at = axis_of(option(operator, 1), len(shapes[0]) + 1)
    return [(*shapes[0][:at], len(shapes), *shapes[0][at:])]


def _padded(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    pads = values[1] if len(values) > 1 else None
    if pads is None or len(pads) != 2 * len(shapes[0]):
        return None
    return [tuple(n + pads[2 * at] + pads[2 * at + 1] for at, n in enumerate(shapes[0]))]


def _slid(operator: Operator, size: int, window: int, step: int, padding: int) -> int:
    """How many places a window has."""
    if padding != VALID:
        return -(-size // max(step, 1))
    if size < window:
        raise MisfitError(f"slides a window of {window} over {size}")
    return (size - window) // max(step, 1) + 1


def _slide(operator: Operator, data: Shape, window: tuple[int, int], channels: int) -> Shape:
    """``window`` is its height and width; width stands first in the options."""
    padding = option(operator, 0, "b")
    down = _slid(operator, data[1], window[0], option(operator, 2), padding)
    across = _slid(operator, data[2], window[1], option(operator, 1), padding)
    return data[0], down, across, channels


def _convolved(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(shapes) < 2 or len(shapes[0]) != 4 or len(shapes[1]) != 4:
        return None
    data, weights, deep = shapes[0], shapes[1], operator.name == "DEPTHWISE_CONV_2D"
    takes = weights[3]
    if not deep and (not takes or data[3] % takes):
        raise MisfitError(f"takes {takes} channels, not those of {told(data)}")
    first = 5 if deep else 4  # the field of the dilation
    across, down = option(operator, first, "i", 1), option(operator, first + 1, "i", 1)
    window = ((weights[1] - 1) * down + 1, (weights[2] - 1) * across + 1)
    return [_slide(operator, data, window, takes if deep else weights[0])]


def _pooled(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(shapes[0]) != 4:
        return None
    window = (option(operator, 4), option(operator, 3))
    return [_slide(operator, shapes[0], window, shapes[0][3])]


def _dense(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(shapes) < 2 or len(shapes[1]) != 2:
        return None
    units, size = shapes[1]
    if not size or prod(shapes[0]) % size:
        raise MisfitError(f"takes {size} numbers in a row, not {told(shapes[0])}")
    if option(operator, 2, "?"):
        if not shapes[0] or shapes[0][-1] != size:
            raise MisfitError(f"takes {size} numbers in a row, not {told(shapes[0])}")
        return [(*shapes[0][:-1], units)]
    return [(prod(shapes[0]) // size, units)]


def _multiplied(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(shapes) < 2 or min(len(shapes[0]), len(shapes[1])) < 2:
        return None
    left, right = shapes[0], shapes[1]
    rows, inner = left[-2:][::-1] if option(operator, 0, "?") else left[-2:]
    other, columns = right[-2:][::-1] if option(operator, 1, "?") else right[-2:]
    if inner != other:
        raise MisfitError(f"cannot multiply {told(left)} with {told(right)}")
    batch = _broadcast(operator, (left[:-2], right[:-2]), ())[0]
    return [(*batch, rows, columns)]


def _resized(operator: Operator, shapes: Shapes, values: Known) -> list[Shape] | None:
    if len(values) < 2 or values[1] is None or len(values[1]) != 2 or len(shapes[0]) != 4:
        return None
    return [(shapes[0][0], *values[1], shapes[0][3])]


def _shape(operator: Operator, shapes: Shapes, values: Known) -> list[Shape]:
    return [(len(shapes[0]),)]


_UNARY = [
    "ABS",
    "CAST",
    "CEIL",
    "COS",
    "DEQUANTIZE",
    "ELU",
    "EXP",
    "FLOOR",
    "GELU",
    "HARD_SWISH",
    "L2_NORMALIZATION",
    "LEAKY_RELU",
    "LOG",
    "LOGICAL_NOT",
    "LOGISTIC",
    "LOG_SOFTMAX",
    "NEG",
    "QUANTIZE",
    "RELU",
    "RELU6",
    "RELU_0_TO_1",
    "RELU_N1_TO_1",
    "ROUND",
    "RSQRT",
    "SIGN",
    "SIN",
    "SOFTMAX",
    "SQRT",
    "SQUARE",
    "TANH",
    "ZEROS_LIKE",
    "LOCAL_RESPONSE_NORMALIZATION",
    "CUMSUM",
    "REVERSE_V2",
]
_BINARY = [
    "ADD",
    "SUB",
    "MUL",
    "DIV",
    "FLOOR_DIV",
    "FLOOR_MOD",
    "MAXIMUM",
    "MINIMUM",
    "POW",
    "SQUARED_DIFFERENCE",
    "PRELU",
    "EQUAL",
    "NOT_EQUAL",
    "GREATER",
    "GREATER_EQUAL",
    "LESS",
    "LESS_EQUAL",
    "LOGICAL_AND",
    "LOGICAL_OR",
    "SELECT_V2",
    "ATAN2",
    "BITWISE_XOR",
    "RIGHT_SHIFT",
]
_REDUCES = ["MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"]

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_UNARY, _same),
    **dict.fromkeys(_BINARY, _broadcast),
    **dict.fromkeys(_REDUCES, _reduce),
    "EXPAND_DIMS": _expand,
    "SQUEEZE": _squeeze,
    "TRANSPOSE": _transpose,
    "RESHAPE": _reshape,
    "CONCATENATION": _concatenated,
    "PACK": _packed,
    "PAD": _padded,
    "PADV2": _padded,
    "MIRROR_PAD": _padded,
    "CONV_2D": _convolved,
    "DEPTHWISE_CONV_2D": _convolved,
    "AVERAGE_POOL_2D": _pooled,
    "MAX_POOL_2D": _pooled,
    "L2_POOL_2D": _pooled,
    "FULLY_CONNECTED": _dense,
    "BATCH_MATMUL": _multiplied,
    "RESIZE_BILINEAR": _resized,
    "RESIZE_NEAREST_NEIGHBOR": _resized,
    "SHAPE": _shape,
}
# Operators that refuse some shapes: what goes into them has to be known.
_REFUSE = (_broadcast, _squeeze, _reshape, _concatenated, _packed, _convolved, _pooled, _dense)
CHECKED = (
    *(name for name, rule in RULES.items() if rule in (*_REFUSE, _multiplied)),
    *("GATHER", "SPLIT", "SLICE"),
)
