"""Settings of less common operators; each case is one that three runtimes decided."""

from __future__ import annotations

import pytest

from pidoctor.model.verdict import Target, judge_model
from tests.tools.model_builder import Fields, Number, Numbers
from tests.unit.model.making import Op, T, content
from tests.unit.model.test_settings import DATA, FIRST, RUNTIMES, ZERO, axis, ends, one, whole

FLAG = Fields({3: Number("?", 1)})
TWO_WAYS = Fields({0: Number("i", 1), 1: Number("i", 0)})
SAME_AXIS = Fields({0: Number("i", 1), 1: Number("i", 1)})
WORDS = T((3,), "INT32", values=(0, 0, 1))
# (operator, inputs and options that run, inputs and options that end it, where that ends)
CASES = [
    ("ARG_MAX", (DATA, whole(1)), Fields({0: Number("b", 4)}), (DATA, whole(1)),
     Fields({0: Number("b", 9)}), "allocate"),
    ("BUCKETIZE", (DATA,), Fields({0: Numbers("f", (1.0, 2.0))}), (DATA,),
     Fields({0: Numbers("f", (2.0, 1.0))}), "allocate"),
    ("FAKE_QUANT", (DATA,), Fields(), (DATA,), FLAG, "allocate"),
    ("FILL", (whole(2, 3), ZERO), Fields(), (whole(2, 3), T((1,), stored=True)), Fields(),
     "allocate"),
    ("L2_NORMALIZATION", (DATA,), Fields(), (DATA,), Fields({0: Number("b", 1)}), "allocate"),
    ("DYNAMIC_UPDATE_SLICE", (DATA, T((1, 1, 1)), whole(0, 0, 0)), Fields(),
     (DATA, T((1, 1)), whole(0, 0, 0)), Fields(), "allocate"),
    ("MATRIX_SET_DIAG", (T((2, 3)), T((2,))), Fields(), (T((3,)), T((2,))), Fields(), "allocate"),
    ("PACK", (DATA, DATA), axis(0, 2), (DATA, DATA), axis(0, 3), "allocate"),
    ("RFFT2D", (T((4, 4)), whole(4, 4)), Fields(), (T((4,)), whole(4, 4)), Fields(), "allocate"),
    ("SEGMENT_SUM", (T((3, 2)), WORDS), Fields(), (T((3, 2)), whole(1, 1, 2)), Fields(), "invoke"),
    ("REVERSE_SEQUENCE", (DATA, whole(1, 2)), TWO_WAYS, (DATA, whole(1, 2, 1)), SAME_AXIS,
     "invoke"),
    ("UNSORTED_SEGMENT_SUM", (T((3, 2)), WORDS, whole(2, shape=())), Fields(),
     (T((3, 2)), WORDS, whole(1, shape=())), Fields(), "invoke"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "right", "fits", "wrong", "ends_it", "stage"), CASES, ids=[it[0] for it in CASES]
)
def test_rarer_settings(
    name: str,
    right: tuple[T, ...],
    fits: Fields,
    wrong: tuple[T, ...],
    ends_it: Fields,
    stage: str,
) -> None:
    kind = {"RFFT2D": "COMPLEX64", "BUCKETIZE": "INT32", "ARG_MAX": "INT64"}.get(name, "FLOAT32")
    assert ends(one(name, *right, options=fits, result=kind), RUNTIMES[-1]) == "runs"
    assert ends(one(name, *wrong, options=ends_it, result=kind)) == f"cannot:{stage}"


def test_what_another_size_of_the_input_mends_is_open() -> None:
    assert ends(one("ADD_N", DATA, T((2, 3, 1)))) == "undecided:allocate"
    points = (FIRST, whole(4), T((3,), stored=True), ZERO)
    assert ends(one("SPARSE_TO_DENSE", *points)) == "undecided:allocate"


@pytest.mark.parametrize(("scale", "expected"), [(0.5, "runs"), (1.0, "cannot:invoke")])
def test_a_comparison_of_numbers_with_a_scale_of_one(scale: float, expected: str) -> None:
    data = T((2, 3), "INT8", 1, scale=scale)
    model = content([data, data, T((2, 3), "BOOL")], [Op("LESS", (0, 1), (2,))], (0, 1))
    assert {ends(model, target) for target in RUNTIMES} == {expected}


@pytest.mark.parametrize(("variable", "expected"), [(True, "runs"), (False, "cannot:invoke")])
def test_a_state_is_a_variable(variable: bool, expected: str) -> None:
    weights = [T((3, 2), stored=True), T((3, 3), stored=True), T((3,), stored=True)]
    tensors = [T((1, 2)), *weights, T((1, 3), variable=variable), T((1, 3))]
    assert ends(content(tensors, [Op("RNN", (0, 1, 2, 3, 4), (5,))])) == expected


def test_the_result_of_a_slice_has_the_shape_of_the_file() -> None:
    """Where the two differ, ai-edge-litert 2.3.0 ends, and what was older ran."""
    told = [T((7,), "INT32"), whole(0), whole(2)]
    for shape, newest in (((2,), "runs"), ((7,), "cannot:allocate")):
        model = content([*told, T(shape, "INT32")], [Op("SLICE", (0, 1, 2), (3,))])
        assert [ends(model, it) for it in RUNTIMES] == [*["runs"] * 4, newest]
        between = judge_model(model, Target("ai-edge-litert", "2.2.0", "aarch64"))
        assert between.verdict == ("undecided" if newest != "runs" else "runs")


@pytest.mark.parametrize("kind", ["INT8", "INT4"])
def test_a_dense_layer_of_few_bits_has_code_for_a_tanh(kind: str) -> None:
    tensors = [T((1, 4)), T((3, 4), kind, 3, stored=True), T((1, 3))]
    model = content(tensors, [Op("FULLY_CONNECTED", (0, 1), (2,), options=axis(0, 4))])
    assert ends(model, RUNTIMES[-1]) == "runs"


def test_a_state_of_floats_needs_no_scale() -> None:
    weights = [T((4, 2), stored=True), T((4, 5), stored=True), T((4,), stored=True)]
    tensors = [T((1, 2)), *weights, T((1, 20), variable=True), T((1, 4), "INT8")]
    assert ends(content(tensors, [Op("SVDF", (0, 1, 2, 3, 4), (5,))])) == "runs"
