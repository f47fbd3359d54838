"""Settings of operators that their kernels refuse: an axis that is not there, a step of 0, ...

A check gets what a rule about shapes gets, and raises SettingError for what no size of an input
would mend, MisfitError for what other sizes would. All of it was seen to end tflite-runtime 2.14.0
and ai-edge-litert 1.0.1, 1.4.0, 2.1.0 and 2.3.0 on models of the one operator.
"""

# ruff: noqa: ARG001, ARG005 (every check takes the same arguments)
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

from pidoctor.model.content import Operator
from pidoctor.model.shape_rules import (
    ALLOCATE,
    INVOKE,
    Known,
    MisfitError,
    SettingError,
    Shape,
    Shapes,
    axis_of,
    option,
    told,
    value_at,
)

_Check = Callable[[Operator, Shapes, Known], None]
_MOST_AXES = 8  # of BROADCAST_TO; ai-edge-litert 2.3.0 takes 9
_IMAGE = 4  # sizes: batch, height, width, channels


def _axis(place: int, stage: str = ALLOCATE) -> _Check:
    """The axes of the data are the stored input ``place``."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        for axis in value_at(values, place) or ():
            axis_of(axis, len(shapes[0]), stage)

    return check


def _one_hot(operator: Operator, shapes: Shapes, values: Known) -> None:
    axis = option(operator, 0)
    if not -1 <= axis <= len(shapes[0]):
        raise SettingError(f"cannot put an axis {axis} into {told(shapes[0])}")


def _bias(filters: int, kind: type[MisfitError]) -> _Check:
    """A bias for each filter; ``filters`` is the place of their number in the weights' shape."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        if len(shapes) > 2 and prod(shapes[2]) != shapes[1][filters]:
            raise kind(f"has a bias of {prod(shapes[2])} numbers for {shapes[1][filters]}")

    return check


def _positive(*fields: int, kind: type[MisfitError] = SettingError, default: int = 0) -> _Check:
    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        image = operator.options and any(len(shape) == _IMAGE for shape in shapes)
        if image and any(option(operator, field, default=default) < 1 for field in fields):
            raise kind("has a step, a dilation or a block of 0")

    return check


def _groups(operator: Operator, shapes: Shapes, values: Known) -> None:
    """Filters that take a part of the channels each: as many for every part."""
    if len(shapes) < 2:
        return
    filters, takes, channels = shapes[1][0], shapes[1][3], shapes[0][3]
    parts = channels // takes if takes else 0
    if parts and filters % parts:
        raise MisfitError(f"shares {filters} filters out among {parts} groups of channels")


def _multiples(operator: Operator, shapes: Shapes, values: Known) -> None:
    """As many filters for every channel; some runtimes run it all the same."""
    if len(shapes) < 2:
        return
    if not shapes[0][3] or shapes[1][3] % shapes[0][3] or shapes[1][0] != 1:
        raise MisfitError(f"has the weights {told(shapes[1])} for {told(shapes[0])}")


def _chosen(operator: Operator, shapes: Shapes, values: Known) -> None:
    """A SELECT: its condition is of the shape of the data, or says it for each first number."""
    if len(shapes) < 3:
        return
    condition, data, other = shapes
    if data != other or condition not in ((), data[:1], data):
        raise MisfitError(f"cannot choose with {told(condition)} from {told(data)}")


def _sizes(
    place: int, least: int, most: int = 99, kind: type[MisfitError] = SettingError
) -> _Check:
    """How many sizes the data at input ``place`` has to have."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        if place < len(shapes) and not least <= len(shapes[place]) <= most:
            wanted = f"{least} sizes{'' if least == most else ' or more'}"
            raise kind(f"takes {wanted}, not {told(shapes[place])}")

    return check


def _split(operator: Operator, shapes: Shapes, values: Known) -> None:
    axis = value_at(values, 0)
    parts = option(operator, 0)
    if not axis or parts < 1:
        return
    size = shapes[1][axis_of(axis[0], len(shapes[1]))]
    if size % parts:
        raise MisfitError(f"cannot cut {size} into {parts} equal parts")


def _unpacked(operator: Operator, shapes: Shapes, values: Known) -> None:
    axis = axis_of(option(operator, 1), len(shapes[0]))
    if shapes[0][axis] != len(operator.outputs):
        raise MisfitError(f"makes {len(operator.outputs)} of {told(shapes[0])} along axis {axis}")


def _gathered(operator: Operator, shapes: Shapes, values: Known) -> None:
    size = shapes[0][axis_of(option(operator, 0), len(shapes[0]))]
    for index in value_at(values, 1) or ():
        if index < 0:
            raise SettingError(f"takes the element {index}; they count from 0", INVOKE)
        if index >= size:
            raise MisfitError(f"takes the element {index} of {size}", INVOKE)


def _picked(indices: int, data: Callable[[Shapes, Known], Shape | None]) -> _Check:
    """Elements by the numbers along several axes: the last size says of how many."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        shape, deep = data(shapes, values), (shapes[indices] or (0,))[-1]
        if shape is None:
            return
        if deep > len(shape):
            raise SettingError(f"takes {deep} numbers for an element of {told(shape)}")
        found = value_at(values, indices) or ()
        for at, index in enumerate(found if deep else ()):
            if not 0 <= index < shape[at % deep]:
                raise MisfitError(f"takes the element {index} of {shape[at % deep]}", INVOKE)

    return check


def _broadcast_to(operator: Operator, shapes: Shapes, values: Known) -> None:
    wanted = value_at(values, 1)
    if wanted is None:
        return
    if len(wanted) < len(shapes[0]):
        raise SettingError(f"cannot make {told(wanted)} of {told(shapes[0])}")
    if len(wanted) > _MOST_AXES or any(
        a not in (1, b) for a, b in zip(shapes[0][::-1], wanted[::-1])
    ):
        raise MisfitError(f"cannot make {told(wanted)} of {told(shapes[0])}")


def _blocks(operator: Operator, shapes: Shapes, values: Known) -> None:
    blocks, middle = value_at(values, 1), shapes[0][1:-1]
    if blocks is None:
        return
    if len(blocks) != len(middle) or min(blocks, default=1) < 1:
        raise SettingError(f"takes {len(middle)} blocks of 1 or more, not {told(blocks)}")
    pads = value_at(values, 2)
    if operator.name == "SPACE_TO_BATCH_ND" and pads and len(pads) == 2 * len(middle):
        padded = [size + sum(pads[2 * at : 2 * at + 2]) for at, size in enumerate(middle)]
        if any(size % block for size, block in zip(padded, blocks)):
            raise MisfitError(f"cannot cut {told(tuple(padded))} into blocks of {told(blocks)}")
    if operator.name == "BATCH_TO_SPACE_ND" and shapes[0][0] % prod(blocks):
        raise MisfitError(f"cannot put {shapes[0][0]} images together in blocks of {told(blocks)}")


def _deep_blocks(operator: Operator, shapes: Shapes, values: Known) -> None:
    block = option(operator, 0)
    if block < 1:
        raise SettingError("has a block of 0")
    sizes = shapes[0][1:3] if operator.name == "SPACE_TO_DEPTH" else shapes[0][3:]
    by = block if operator.name == "SPACE_TO_DEPTH" else block * block
    if len(shapes[0]) == _IMAGE and any(size % by for size in sizes):
        raise MisfitError(f"cannot cut {told(shapes[0])} into blocks of {block}")


def _pads(operator: Operator, shapes: Shapes, values: Known) -> None:
    pads = value_at(values, 1)
    if pads is None:
        return
    if len(pads) != 2 * len(shapes[0]):
        raise SettingError(f"has {len(pads) // 2} pairs of paddings for {told(shapes[0])}")
    if operator.name != "MIRROR_PAD" and min(pads, default=0) < 0:
        raise SettingError("has a padding below 0")
    if operator.name == "MIRROR_PAD" and any(
        not 0 <= pad <= shapes[0][at // 2] for at, pad in enumerate(pads)
    ):
        raise MisfitError(f"has paddings {told(pads)} for {told(shapes[0])}")


def _slice(operator: Operator, shapes: Shapes, values: Known) -> None:
    """Older runtimes read beyond the data, newer ones refuse it: that settles nothing."""
    begins, sizes, shape = value_at(values, 1), value_at(values, 2), shapes[0]
    if begins is None or sizes is None:
        return
    fits = len(begins) == len(sizes) == len(shape) and all(
        0 <= begin <= size and -1 <= count <= size - begin
        for begin, count, size in zip(begins, sizes, shape)
    )
    if not fits:
        raise MisfitError(f"cannot take {told(sizes)} from {told(begins)} on of {told(shape)}")


def _resize(operator: Operator, shapes: Shapes, values: Known) -> None:
    size = value_at(values, 1)
    if size is None:
        return
    bilinear = operator.name == "RESIZE_BILINEAR"
    if min(size, default=1) < int(bilinear) or (not bilinear and len(size) != 2):
        raise SettingError(f"cannot make an image of {told(size)}")
    if len(size) != 2:  # some runtimes take the first two
        raise MisfitError(f"cannot make an image of {told(size)}")


def _strided(operator: Operator, shapes: Shapes, values: Known) -> None:
    if 0 in (value_at(values, 3) or ()):
        raise SettingError("has a step of 0")
    begins, last = value_at(values, 1), value_at(values, 2)
    if begins is not None and last is not None and len(begins) != len(last):
        raise SettingError(f"begins at {told(begins)}, and ends at {told(last)}")


def _tiled(operator: Operator, shapes: Shapes, values: Known) -> None:
    times = value_at(values, 1)
    if times is not None and (len(times) != len(shapes[0]) or min(times, default=0) < 0):
        raise SettingError(f"cannot repeat {told(shapes[0])} {told(times)} times")


def _top(operator: Operator, shapes: Shapes, values: Known) -> None:
    most, shape = value_at(values, 1), shapes[0]
    if most and shape and most[0] > shape[-1]:
        raise MisfitError(f"takes the largest {most[0]} of {shape[-1]}")


def _order(operator: Operator, shapes: Shapes, values: Known) -> None:
    """A list of another length, or with an axis twice, is taken by some runtimes."""
    order, axes = value_at(values, 1), len(shapes[0])
    if order is None:
        return
    if any(not -axes <= axis < axes for axis in order):
        raise SettingError(f"has the order {told(order)} for {told(shapes[0])}")
    if len({axis % axes for axis in order}) != len(order) or len(order) != axes:
        raise MisfitError(f"has the order {told(order)} for {told(shapes[0])}")


def _alike(operator: Operator, shapes: Shapes, values: Known) -> None:
    """Some runtimes read beyond the smaller one of as many sizes."""
    if len(shapes) > 1 and shapes[0] != shapes[1]:
        kind = MisfitError if len(shapes[0]) == len(shapes[1]) else SettingError
        raise kind(f"takes two shapes that are alike, not {told(shapes[0])} and {told(shapes[1])}")


def _spread(operator: Operator, shapes: Shapes, values: Known) -> None:
    """A TRANSPOSE_CONV: its inputs are the shape of the output, the weights and the data."""
    if len(shapes) < 3 or len(shapes[1]) != _IMAGE or len(shapes[2]) != _IMAGE:
        return
    out = value_at(values, 0)
    if out is not None and len(out) != _IMAGE:
        raise SettingError(f"cannot write the shape {told(out)}")
    if shapes[1][3] != shapes[2][3]:
        raise SettingError(f"takes {shapes[1][3]} channels, not those of {told(shapes[2])}")


CHECKS: Mapping[str, Sequence[_Check]] = {
    **dict.fromkeys(("ARG_MAX", "ARG_MIN"), (_sizes(0, 1), _axis(1))),
    **dict.fromkeys(("BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"), (_blocks,)),
    **dict.fromkeys(("DEPTH_TO_SPACE", "SPACE_TO_DEPTH"), (_deep_blocks,)),
    **dict.fromkeys(("MIRROR_PAD", "PAD", "PADV2"), (_pads,)),
    **dict.fromkeys(("MATRIX_DIAG", "SOFTMAX", "WHERE"), (_sizes(0, 1),)),
    **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), (_resize,)),
    **dict.fromkeys(
        ("AVERAGE_POOL_2D", "L2_POOL_2D", "MAX_POOL_2D"),
        (_sizes(0, _IMAGE, kind=MisfitError), _positive(1, 2)),
    ),
    "CONV_3D": (_sizes(0, 5, 5), _sizes(1, 5, 5)),
    "CONV_2D": (
        *(_sizes(0, 4, 4), _sizes(1, 4, 4), _bias(0, MisfitError), _groups),
        *(_positive(1, 2, kind=MisfitError), _positive(4, 5, kind=MisfitError, default=1)),
    ),
    "DEPTHWISE_CONV_2D": (
        *(_sizes(0, 4, 4), _sizes(1, 4, 4), _bias(3, MisfitError), _multiples),
        *(_positive(1, 2, kind=MisfitError), _positive(5, 6, kind=MisfitError, default=1)),
    ),
    "ATAN2": (_alike,),
    "BATCH_MATMUL": (_sizes(0, 2), _sizes(1, 2)),
    "BROADCAST_TO": (_broadcast_to,),
    "CUMSUM": (_axis(1, stage=INVOKE),),
    "FULLY_CONNECTED": (_sizes(1, 2, 2), _bias(0, SettingError)),
    "GATHER": (_gathered,),
    "GATHER_ND": (_picked(1, lambda shapes, values: shapes[0]),),
    "ONE_HOT": (_one_hot,),
    "REVERSE_V2": (_axis(1, stage=INVOKE),),
    "SCATTER_ND": (_picked(0, lambda shapes, values: value_at(values, 2)),),
    "SELECT": (_chosen,),
    "SLICE": (_slice,),
    "SPLIT": (_split,),
    "SPLIT_V": (_axis(2),),
    "STRIDED_SLICE": (_strided,),
    "TILE": (_tiled,),
    "TOPK_V2": (_top,),
    "TRANSPOSE": (_order,),
    "TRANSPOSE_CONV": (_positive(1, 2), _spread),
    "UNIQUE": (_sizes(0, 1, 1),),
    "UNPACK": (_unpacked,),
}
