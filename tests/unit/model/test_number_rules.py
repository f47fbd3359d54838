"""Numbers that models compute from shapes, and what follows from them for shapes."""

from __future__ import annotations

import pytest

from pidoctor.model.content import Operator
from pidoctor.model.number_rules import computed_numbers
from pidoctor.model.piece_shapes import RULES
from pidoctor.model.shapes import settled
from tests.unit.model.making import Op, T, content

LISTS = ((3,), (1,), (1,), (1,))


def operator(name: str) -> Operator:
    return Operator(name, 1, False, (), (), None)


@pytest.mark.parametrize(
    ("name", "values", "written"),
    [
        ("ADD", ((1, 2, 3), (4,)), (5, 6, 7)),
        ("SUB", ((9,), (1, 2)), (8, 7)),
        ("MUL", ((2, 3), (4, 5)), (8, 15)),
        ("FLOOR_DIV", ((7, -7), (2,)), (3, -4)),
        ("FLOOR_MOD", ((7, -7), (2,)), (1, 1)),
        ("MAXIMUM", ((1, 5), (3,)), (3, 5)),
        ("MINIMUM", ((1, 5), (3,)), (1, 3)),
        ("RANGE", ((2,), (9,), (3,)), (2, 5, 8)),
        ("RANGE", ((0,), (65,), (1,)), None),  # longer than a list of sizes
        ("CONCATENATION", ((1,) * 40, (1,) * 40), None),
        ("MUL", ((1 << 20,), (1 << 20,)), None),  # larger than a size
        ("RANGE", ((0,), (5,), (0,)), None),
        ("FLOOR_DIV", ((7,), (0,)), None),
        ("ADD", ((1, 2), (1, 2, 3)), None),
        ("SLICE", ((1, 224, 3), (1,), (-1,)), (224, 3)),
        ("SLICE", ((1, 224, 3), (0,), (2,)), (1, 224)),
        ("STRIDED_SLICE", ((1, 224, 3), (1,), (3,), (1,)), (224, 3)),
        ("GATHER", ((1, 224, 3), (2, 0)), (3, 1)),
        ("GATHER", ((1, 224, 3), (3,)), None),
        ("REDUCE_PROD", ((2, 3, 4), (0,)), (24,)),
        ("CONCATENATION", ((1,), (2, 3)), (1, 2, 3)),
        ("TANH", ((1,),), None),
    ],
)
def test_of_lists(
    name: str, values: tuple[tuple[int, ...], ...], written: tuple[int, ...] | None
) -> None:
    shapes = [(len(value),) for value in values]
    assert list(computed_numbers(operator(name), shapes, values)) == [written] * (
        written is not None
    )
    assert not computed_numbers(operator(name), shapes, (None, *values[1:]))


@pytest.mark.parametrize(
    ("sizes", "parts"),
    [((1, 2, 0), [(1,), (224, 3), ()]), ((-1, 1), [(1, 224), (3,)]), ((1, 1), []), ((2, 2), [])],
)
def test_a_list_in_parts(sizes: tuple[int, ...], parts: list[tuple[int, ...]]) -> None:
    values = ((1, 224, 3), sizes, (0,))
    assert list(computed_numbers(operator("SPLIT_V"), LISTS[:3], values)) == parts


def test_a_model_that_squares_a_number_again_and_again_costs_nothing() -> None:
    """Each would be twice as long as the one before."""
    count = 200
    tensors = [T(), T((1,), "INT32", stored=True, values=(3,)), *[T((1,), "INT32")] * count]
    squares = [Op("MUL", (at, at), (at + 1,)) for at in range(1, count + 1)]
    assert settled(content(tensors, squares)).whole


def test_a_shape_is_known_where_no_number_is() -> None:
    assert computed_numbers(operator("SHAPE"), [(1, 8, 8, 3)], [None]) == ((1, 8, 8, 3),)
    assert computed_numbers(operator("RANK"), [(1, 8, 8, 3)], [None]) == ((4,),)
    for name in ("CAST", "RESHAPE", "SQUEEZE", "EXPAND_DIMS"):
        assert computed_numbers(operator(name), [(1,), (0,)], [(7,), None]) == ((7,),)


def test_more_than_a_list_is_not_followed() -> None:
    """The numbers of a table are kept one after the other, and its rows are no part of it."""
    values = ((1, 2, 3, 4), (0,), (1,), (1,))
    assert not computed_numbers(operator("STRIDED_SLICE"), [(2, 2), (1,), (1,), (1,)], values)


@pytest.mark.parametrize(
    ("first", "end", "step", "length"),
    [(0, 10, 3, 4), (5, 5, 1, 0), (9, 0, -2, 5), (4, 0, 1, 0), (-(1 << 63), 1 << 63, 1, 1 << 64)],
)
def test_how_many_numbers_a_range_has(first: int, end: int, step: int, length: int) -> None:
    known = ((first,), (end,), (step,))
    assert RULES["RANGE"](operator("RANGE"), [(), (), ()], known) == [(length,)]
    assert RULES["RANGE"](operator("RANGE"), [(), (), ()], (known[0], None, known[2])) is None
