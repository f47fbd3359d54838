"""Numbers that a model computes from shapes before it runs: the sizes for a RESHAPE, for example.

As in ``shape_rules``: a rule gets the operator, the shapes of its inputs and the values that are
known. Only whole numbers in a list, or one alone, are followed, and no further than they fit into a
shape: a model may have been made to square a number a thousand times.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from math import prod
from operator import add, floordiv, mod, mul, sub
from typing import Callable

from pidoctor.model.content import Operator
from pidoctor.model.shape_rules import Known, Shapes, Values, option

_Rule = Callable[[Operator, Sequence[Values]], "Values | None"]


def computed_numbers(operator: Operator, shapes: Shapes, values: Known) -> Sequence[Values]:
    """The values of what an operator on whole numbers writes, for each of its outputs; nothing
    where they are not known. ``shapes`` and ``values`` are those of its inputs, in order.
    """
    if operator.name == "SHAPE":
        return (shapes[0],)
    if operator.name == "RANK":
        return ((len(shapes[0]),),)
    known = [value for value in values if value is not None]
    if operator.name in _UNCHANGED:
        return () if values[0] is None else (values[0],)
    if len(known) < len(values) or any(len(shape) > 1 for shape in shapes):
        return ()
    if operator.name == "SPLIT_V":
        return _split(known)
    rule = _RULES.get(operator.name)
    found = rule(operator, known) if rule else None
    return () if found is None or not _fits_a_shape(found) else (found,)


def _fits_a_shape(numbers: Values) -> bool:
    return len(numbers) <= _LONGEST and all(abs(number) < _LARGEST for number in numbers)


def _split(values: Sequence[Values]) -> Sequence[Values]:
    """A list in parts of the sizes that the second list holds; one of -1 takes what is left."""
    numbers, sizes = values[:2]
    rest = len(numbers) - sum(size for size in sizes if size >= 0)
    parts, at = list[Values](), 0
    for size in (rest if it < 0 else it for it in sizes):
        parts.append(numbers[at : at + size])
        at += size
    return parts if at == len(numbers) and rest >= 0 else ()


def _counted_up(operator: Operator, values: Sequence[Values]) -> Values | None:
    """A RANGE, of which no more is made than it takes to see that it is too long."""
    del operator
    (first,), (end,), (step,) = values
    return tuple(islice(range(first, end, step), _LONGEST + 1)) if step else None


def _sliced(operator: Operator, values: Sequence[Values]) -> Values | None:
    """A STRIDED_SLICE of a list, as ``tf.shape(x)[0]`` is converted to."""
    if len(values) < 4 or any(len(value) != 1 for value in values[1:4]):
        return None
    begin, end, step = (value[0] for value in values[1:4])
    if option(operator, 4):
        return values[0][begin : begin + 1] if begin >= 0 else values[0][begin:][:1]
    first = None if option(operator, 0) else begin
    return values[0][first : None if option(operator, 1) else end : step or 1]


def _cut(operator: Operator, values: Sequence[Values]) -> Values | None:
    del operator
    numbers, begin, size = values
    if len(begin) != 1 or len(size) != 1 or begin[0] < 0:
        return None
    return numbers[begin[0] :][: None if size[0] < 0 else size[0]]


def _picked(operator: Operator, values: Sequence[Values]) -> Values | None:
    """Of a list, the numbers at the places that the second list holds."""
    numbers, places = values
    if option(operator, 0) or not all(0 <= place < len(numbers) for place in places):
        return None
    return tuple(numbers[place] for place in places)


def _joined(operator: Operator, values: Sequence[Values]) -> Values:
    del operator
    return tuple(number for value in values for number in value)


def _product(operator: Operator, values: Sequence[Values]) -> Values:
    del operator
    return (prod(values[0]),)


def _pairs(compute: Callable[[int, int], int]) -> _Rule:
    """The rule of an operator on two lists of one length, or a list and a single number."""

    def rule(operator: Operator, values: Sequence[Values]) -> Values | None:
        one, two = values[0], values[-1]
        if len(one) != len(two) and 1 not in (len(one), len(two)):
            return None
        if option(operator, 0, "b"):  # an activation, which changes what is written
            return None
        length = max(len(one), len(two)) if one and two else 0
        wide = (value * (length // len(value) if value else 0) for value in (one, two))
        try:
            return tuple(compute(a, b) for a, b in zip(*wide))
        except ZeroDivisionError:
            return None

    return rule


_LONGEST = 64  # numbers in a list of sizes
_LARGEST = 1 << 31  # sizes are int32
_UNCHANGED = ("CAST", "RESHAPE", "SQUEEZE", "EXPAND_DIMS")
_RULES: Mapping[str, _Rule] = {
    "STRIDED_SLICE": _sliced,
    "SLICE": _cut,
    "GATHER": _picked,
    "PACK": _joined,
    "CONCATENATION": _joined,
    "REDUCE_PROD": _product,
    "RANGE": _counted_up,
    "ADD": _pairs(add),
    "SUB": _pairs(sub),
    "MUL": _pairs(mul),
    "FLOOR_DIV": _pairs(floordiv),
    "FLOOR_MOD": _pairs(mod),
    "MAXIMUM": _pairs(max),
    "MINIMUM": _pairs(min),
}
