"""Settings of less common operators that their kernels refuse.

As in ``setting_rules``, whose table these checks complete. All of it was seen to end
tflite-runtime 2.14.0 and ai-edge-litert 1.4.0 and 2.3.0 on models of the one operator.
"""

# ruff: noqa: ARG001 (every check takes the same arguments)
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pidoctor.model.content import Operator
from pidoctor.model.shape_rules import (
    INVOKE,
    Known,
    MisfitError,
    SettingError,
    Shapes,
    option,
    told,
    value_at,
)

_Check = Callable[[Operator, Shapes, Known], None]
_Size = tuple[int, int]  # the place of an input, and an axis of it
_MOST = 99
_VOLUME = 5  # sizes: batch, depth, height, width, channels
_HASH_BITS = 32
_INT32, _INT64 = 2, 4  # schema.fbs, TensorType


def sizes(place: int, least: int, most: int = _MOST) -> _Check:
    """How many sizes the input ``place`` has to have."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        if place < len(shapes) and not least <= len(shapes[place]) <= most:
            wanted = str(least) if least == most else f"{least} or more"
            raise SettingError(f"takes {wanted} sizes as its input {place}, {_not(shapes, place)}")

    return check


def _not(shapes: Shapes, place: int) -> str:
    return f"not {told(shapes[place])}"


def _equal(*ends: _Size) -> _Check:
    """Sizes that have to be equal; those of inputs without such an axis are left out."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        there = [
            (p, a) for p, a in ends if p < len(shapes) and -len(shapes[p]) <= a < len(shapes[p])
        ]
        if len({shapes[place][axis] for place, axis in there}) > 1:
            found = " and ".join(told(shapes[place]) for place in dict(there))
            raise MisfitError(f"takes tensors that fit each other, not {found}")

    return check


def _same_shapes(operator: Operator, shapes: Shapes, values: Known) -> None:
    other = next((shape for shape in shapes if shape != shapes[0]), None)
    if other is not None:
        raise MisfitError(f"takes shapes that are alike, not {told(shapes[0])} and {told(other)}")


def _option_in(field: int, allowed: Sequence[int], code: str = "b") -> _Check:
    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        found = option(operator, field, code, allowed[0])
        if found not in allowed:
            raise SettingError(f"has the setting {found}, which it has no code for")

    return check


def _above_zero(*fields: int, default: int = 0, kind: type[MisfitError] = SettingError) -> _Check:
    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        if operator.options and any(option(operator, it, default=default) < 1 for it in fields):
            raise kind("has a step or a dilation of 0")

    return check


def _numbers(place: int, axis_of: int | None = None, count: int = 0) -> _Check:
    """As many stored numbers as input ``axis_of`` has sizes, or ``count``."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        wanted = count if axis_of is None else len(shapes[axis_of])
        found = value_at(values, place)
        if found is not None and len(found) != wanted:
            raise SettingError(f"is told {told(found)}, and takes {wanted} numbers")

    return check


def _not_below(place: int, least: int, stage: str) -> _Check:
    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        found = value_at(values, place) or ()
        if any(number < least for number in found):
            raise SettingError(f"is told {told(found)}, and takes numbers from {least} on", stage)

    return check


def _prefix(operator: Operator, shapes: Shapes, values: Known) -> None:
    """The numbers of segments: one for each of the first sizes of the data."""
    data, segments = shapes[0], shapes[1]
    if len(segments) > len(data):
        raise SettingError(f"takes {len(data)} sizes of segments at most, {_not(shapes, 1)}")
    if data[: len(segments)] != segments:
        raise MisfitError(f"has the segments {told(segments)} of {told(data)}")


def _segments_below(operator: Operator, shapes: Shapes, values: Known) -> None:
    found, count = value_at(values, 1), value_at(values, 2)
    if found and count and max(found) >= count[0]:
        raise SettingError(f"has a segment {max(found)} of {count[0]}", INVOKE)


def _in_order(operator: Operator, shapes: Shapes, values: Known) -> None:
    """The numbers of segments begin at 0, and each is the last one or the next."""
    found = value_at(values, 1)
    steps = [b - a for a, b in zip(found or (), (found or ())[1:])]
    if found and (found[0] or any(step not in (0, 1) for step in steps)):
        raise SettingError(f"has the segments {told(found)}, which are not in order", INVOKE)


def _update(operator: Operator, shapes: Shapes, values: Known) -> None:
    data, part = shapes[0], shapes[1]
    if len(data) != len(part):
        raise SettingError(f"writes {told(part)} into {told(data)}")
    if any(size > whole for size, whole in zip(part, data)):
        raise MisfitError(f"writes {told(part)} into {told(data)}")


def _diagonal(operator: Operator, shapes: Shapes, values: Known) -> None:
    data, found = shapes[0], shapes[1]
    wanted = (*data[:-2], min(data[-2:]))
    if len(found) == len(wanted) and found != wanted:
        raise MisfitError(f"writes the diagonal {told(found)} into {told(data)}")


def _boundaries(operator: Operator, shapes: Shapes, values: Known) -> None:
    found: Sequence[Any] = operator.options.numbers(0, "f") if operator.options else ()
    if list(found) != sorted(found):
        raise SettingError("has boundaries that are not sorted")


def _turned(operator: Operator, shapes: Shapes, values: Known) -> None:
    """A REVERSE_SEQUENCE: lengths along one axis, one for each place along another."""
    data, lengths = shapes[0], shapes[1]
    along, each = option(operator, 0), option(operator, 1)
    if along == each or not (0 <= along < len(data) and 0 <= each < len(data)):
        raise SettingError(f"has the axes {along} and {each} of {told(data)}", INVOKE)
    if lengths[0] != data[each]:
        raise MisfitError(f"has {lengths[0]} lengths for {told(data)}", INVOKE)
    if any(length > data[along] for length in value_at(values, 1) or ()):
        raise MisfitError(f"has a length that exceeds {told(data)}", INVOKE)


def _hashed(operator: Operator, shapes: Shapes, values: Known) -> None:
    if shapes[0][1] > _HASH_BITS:
        raise SettingError(f"takes {_HASH_BITS} bits of a hash at most, {_not(shapes, 0)}")


def _as_many(field: int, what: str) -> _Check:
    """An option that counts the inputs or outputs."""

    def check(operator: Operator, shapes: Shapes, values: Known) -> None:
        found = len(operator.inputs if what == "inputs" else operator.outputs)
        counted = option(operator, field, default=found)
        if counted != found:
            raise SettingError(f"counts {counted} {what}, and has {found}")

    return check


def _points(operator: Operator, shapes: Shapes, values: Known) -> None:
    """A SPARSE_TO_DENSE: one value, or one for each point."""
    points, found = shapes[0], shapes[2]
    if found and points and found[0] != points[0]:
        raise MisfitError(f"has values {told(found)} for the points {told(points)}")


_COUNTED = (0, 0)  # the first size of the first input
_DILATED = _above_zero(5, 6, 7, default=1, kind=MisfitError)  # of which 2.3.0 asks more
_SPREAD = (sizes(1, 5, 5), sizes(2, 5, 5), _above_zero(1, 2, 3), _DILATED)
_SEGMENTS = (sizes(0, 1), _prefix, _segments_below)
# Data, weights, recurrent weights, bias, state: all of as many units.
_RECURRENT = (
    *(sizes(1, 2, 2), sizes(2, 2, 2), sizes(3, 1, 1), sizes(4, 2, 2)),
    *(_equal((0, -1), (1, 1)), _equal((1, 0), (2, 0), (2, 1), (3, 0), (4, 1))),
)
_BOXES = (sizes(0, 2, 2), sizes(1, 1, 1), _equal((0, 0), (1, 0)), _not_below(2, 0, "allocate"))

RARER_CHECKS: Mapping[str, Sequence[_Check]] = {
    **dict.fromkeys(("ARG_MAX", "ARG_MIN"), (_option_in(0, (_INT32, _INT64)),)),
    **dict.fromkeys(("NON_MAX_SUPPRESSION_V4", "NON_MAX_SUPPRESSION_V5"), _BOXES),
    **dict.fromkeys(("RNN", "UNIDIRECTIONAL_SEQUENCE_RNN"), _RECURRENT),
    **{f"UNSORTED_SEGMENT_{kind}": _SEGMENTS for kind in ("MAX", "MIN", "PROD", "SUM")},
    **{
        f"STABLEHLO_{kind}": (_same_shapes,)
        for kind in ("ADD", "AND", "MAXIMUM", "MINIMUM", "MULTIPLY", "SHIFT_LEFT")
    },
    "ADD_N": (_same_shapes,),
    "BROADCAST_ARGS": (sizes(0, 1, 1), sizes(1, 1, 1)),
    "BUCKETIZE": (_boundaries,),
    "CONCATENATION": (_option_in(1, (0,)),),
    "CONV_3D": (_above_zero(1, 2, 3, kind=MisfitError), _DILATED),
    "CONV_3D_TRANSPOSE": (*_SPREAD, _numbers(0, count=_VOLUME), _equal((1, 4), (2, 4))),
    "DILATE": (sizes(0, 1), _numbers(1, axis_of=0), _not_below(1, 1, "allocate")),
    "DYNAMIC_UPDATE_SLICE": (_update, _numbers(2, axis_of=0)),
    "EMBEDDING_LOOKUP": (sizes(0, 1, 1), sizes(1, 2)),
    "EMBEDDING_LOOKUP_SPARSE": (
        *(sizes(0, 1, 1), sizes(1, 2, 2), sizes(2, 1, 1), sizes(3, 1, 1), sizes(4, 2)),
        _equal(_COUNTED, (1, 0), (3, 0)),
    ),
    "FAKE_QUANT": (_option_in(3, (0,), "?"),),
    "FILL": (sizes(0, 1, 1), sizes(1, 0, 0)),
    "HASHTABLE_LOOKUP": (sizes(0, 1, 1), sizes(1, 1, 1), sizes(2, 1), _equal((1, 0), (2, 0))),
    "L2_NORMALIZATION": (_option_in(0, (0,)),),
    "LSH_PROJECTION": (sizes(0, 2, 2), sizes(1, 1), _hashed, _option_in(0, (1, 2))),
    "MATRIX_SET_DIAG": (sizes(0, 2), _diagonal),
    "MULTINOMIAL": (sizes(0, 2, 2),),
    "PACK": (_as_many(0, "inputs"),),
    "RANGE": tuple(sizes(place, 0, 0) for place in range(3)),
    "REVERSE_SEQUENCE": (sizes(1, 1, 1), _turned),
    "RFFT2D": (sizes(0, 2), _numbers(1, count=2)),
    "SEGMENT_SUM": (sizes(0, 1), sizes(1, 1, 1), _equal(_COUNTED, (1, 0)), _in_order),
    "SPARSE_TO_DENSE": (_points,),
    "SPLIT": (_as_many(0, "outputs"),),
    "SPLIT_V": (_as_many(0, "outputs"),),
}
