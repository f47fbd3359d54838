"""Settings of operators that end a run; each case is one that five runtimes decided."""

from __future__ import annotations

import pytest

from pidoctor.model.content import Content
from pidoctor.model.verdict import Target, judge_model
from tests.tools.model_builder import Fields, Number
from tests.unit.model.making import Op, T, content

VERSIONS = ("1.0.1", "1.4.0", "2.1.0", "2.3.0")
OLD = Target("tflite-runtime", "2.14.0", "x86_64")
RUNTIMES = (OLD, *(Target("ai-edge-litert", version, "x86_64") for version in VERSIONS))
DATA = T((2, 3, 2))
IMAGE = T((1, 4, 4, 2))


def whole(*values: int, shape: tuple[int, ...] = ()) -> T:
    """Whole numbers in the file."""
    return T(shape or (len(values),), "INT32", values=values)


def ends(model: Content, target: Target = OLD) -> str:
    verdict = judge_model(model, target)
    return f"{verdict.verdict}:{verdict.stage}" if verdict.stage else verdict.verdict


def one(name: str, *inputs: T, options: Fields | None = None, result: str = "FLOAT32") -> Content:
    """A model of one operator; what is not stored is given to it."""
    places = tuple(range(len(inputs)))
    results = tuple(len(inputs) + at for at in range(2 if name in ("TOPK_V2", "UNIQUE") else 1))
    given = tuple(n for n in places if not inputs[n].values and not inputs[n].stored)
    version = 2 if name == "BROADCAST_TO" else 1  # it has no first
    step = Op(name, places, results, version, options=options or Fields())
    return content([*inputs, T((1,), result), T((1,), "INT32")], [step], given)


def axis(field: int, value: int) -> Fields:
    return Fields({field: Number("i", value)})


ZERO = T((), stored=True)
FIRST = whole(0, 0, shape=(2, 1))
INDICES = whole(0, 1, shape=(2, 1))
# (operator, what it gets and runs with, what it gets and ends with, where that ends)
CASES = [
    ("ARG_MAX", (DATA, whole(2)), (DATA, whole(3)), "allocate"),
    ("CUMSUM", (DATA, whole(2)), (DATA, whole(3)), "invoke"),
    ("REVERSE_V2", (DATA, whole(-3)), (DATA, whole(-4)), "invoke"),
    ("EXPAND_DIMS", (DATA, whole(3)), (DATA, whole(4)), "allocate"),
    ("MEAN", (DATA, whole(-1)), (DATA, whole(3)), "allocate"),
    ("SPLIT_V", (DATA, whole(1, 2), whole(1)), (DATA, whole(1, 2), whole(3)), "allocate"),
    ("GATHER", (DATA, whole(0, 1)), (DATA, whole(0, -1)), "invoke"),
    ("GATHER_ND", (DATA, INDICES), (DATA, whole(0, 0, 0, 0, shape=(1, 4))), "allocate"),
    ("PAD", (DATA, whole(*[1] * 6)), (DATA, whole(1, 1)), "allocate"),
    ("PADV2", (DATA, whole(*[1] * 6), ZERO), (DATA, whole(*[-1] * 6), ZERO), "allocate"),
    ("TILE", (DATA, whole(1, 2, 1)), (DATA, whole(2)), "allocate"),
    ("TRANSPOSE", (DATA, whole(2, 1, 0)), (DATA, whole(3, 1, 0)), "allocate"),
    ("RESIZE_BILINEAR", (IMAGE, whole(5, 7)), (IMAGE, whole(-1, 7)), "allocate"),
    ("SOFTMAX", (DATA,), (T((1,)), T(())), "allocate"),
    ("ATAN2", (DATA, DATA), (DATA, T((2,))), "allocate"),
    ("BATCH_MATMUL", (DATA, T((2, 2, 3))), (DATA, T((2,))), "allocate"),
    (
        "STRIDED_SLICE",
        (DATA, *[whole(0, 0, 0)] * 2, whole(1, 1, 1)),
        (DATA, *[whole(0, 0, 0)] * 2, whole(0, 1, 1)),
        "allocate",
    ),
    (
        "SPACE_TO_BATCH_ND",
        (IMAGE, whole(2, 2), whole(0, 0, 0, 0, shape=(2, 2))),
        (IMAGE, whole(2), whole(0, 0, shape=(1, 2))),
        "allocate",
    ),
    (
        "FULLY_CONNECTED",
        (T((1, 4)), T((3, 4), stored=True), T((3,), stored=True)),
        (T((1, 4)), T((3, 4), stored=True), T((4,), stored=True)),
        "allocate",
    ),
]


@pytest.mark.parametrize(("name", "right", "wrong", "stage"), CASES, ids=[it[0] for it in CASES])
def test_settings(name: str, right: tuple[T, ...], wrong: tuple[T, ...], stage: str) -> None:
    if name != "SOFTMAX":
        assert [ends(one(name, *wrong), it) for it in RUNTIMES] == [f"cannot:{stage}"] * 5
    assert [ends(one(name, *right), it) for it in RUNTIMES] == ["runs"] * 5


def test_a_volume_has_five_sizes() -> None:
    """Of a CONV_3D the data and the weights have; a pool's image has four."""
    weights = T((1, 1, 1, 2, 3), stored=True)
    steps = Fields({field: Number("i", 1) for field in (1, 2, 3)})
    assert ends(one("CONV_3D", T((1, 4, 4, 4, 2)), weights, options=steps)) == "runs"
    assert ends(one("CONV_3D", T((4, 4, 4, 2)), weights)) == "cannot:allocate"
    steps_of_one = Fields({field: Number("i", 1) for field in (1, 2, 3, 4)})
    found = [ends(one("MAX_POOL_2D", T(it), options=steps_of_one), RUNTIMES[-1])
             for it in ((1, 4, 4, 2), (4, 4, 2))]  # fmt: skip
    assert found == ["runs", "undecided:allocate"]


def test_nothing_is_not_made_into_something() -> None:
    empty = T((0, 2))
    assert ends(one("RESHAPE", empty, whole(0, 3))) == "runs"
    assert ends(one("RESHAPE", empty, whole(6))) == "undecided:allocate"


def test_a_cut_begins_and_ends_along_as_many_axes() -> None:
    even, odd = whole(0, 0, 0), whole(1, 1)
    assert ends(one("STRIDED_SLICE", DATA, even, even, whole(1, 1, 1))) == "runs"
    assert ends(one("STRIDED_SLICE", DATA, even, odd, whole(1, 1, 1))) == "cannot:allocate"


def test_as_many_results_as_the_axis_is_long() -> None:
    axis_1 = Fields({0: Number("i", 1), 1: Number("i", 1)})
    assert ends(one("UNPACK", T((2, 1)), options=axis_1)) == "runs"
    assert ends(one("UNPACK", T((2, 3)), options=axis_1)) == "undecided:allocate"


def test_a_size_of_an_input_may_settle_it() -> None:
    """What another size would mend stays open."""
    assert ends(one("TOPK_V2", DATA, whole(2, shape=()))) == "runs"
    assert ends(one("TOPK_V2", DATA, whole(3, shape=()))) == "undecided:allocate"
    assert ends(one("GATHER", DATA, whole(0, 9))) == "undecided:invoke"


def steps(*dilations: int, first: int = 4) -> Fields:
    """Strides of 1 and these dilations, whose fields begin at ``first``."""
    fields = {1: 1, 2: 1, **dict(enumerate(dilations, first))}
    return Fields({field: Number("i", value) for field, value in fields.items()})


GROUPED = T((4, 1, 1, 1), stored=True)
# Refused by some of the five, and run by others: (operator, inputs, options, inputs that run)
OPEN = [
    ("BROADCAST_TO", (DATA, whole(*[1] * 6, 2, 3, 2)), Fields(), (DATA, whole(1, 2, 3, 2))),
    ("CONV_2D", (IMAGE, T((3, 1, 1, 1), stored=True)), steps(1, 1), (IMAGE, GROUPED)),
    ("DEPTHWISE_CONV_2D", (IMAGE, T((1, 1, 1, 3), stored=True)), steps(1, 1, first=5),
     (IMAGE, T((1, 1, 1, 4), stored=True))),
    ("SELECT", (T((3,), "BOOL"), DATA, DATA), Fields(), (T((2,), "BOOL"), DATA, DATA)),
    ("BATCH_TO_SPACE_ND", (T((3, 2, 2, 1)), whole(2, 2), whole(0, 0, 0, 0, shape=(2, 2))),
     Fields(), (T((4, 2, 2, 1)), whole(2, 2), whole(0, 0, 0, 0, shape=(2, 2)))),
    ("RESIZE_BILINEAR", (IMAGE, whole(1, 2, 3)), Fields(), (IMAGE, whole(2, 3))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "options", "right"), OPEN, ids=[it[0] for it in OPEN])
def test_what_some_runtimes_refuse_is_open(
    name: str, inputs: tuple[T, ...], options: Fields, right: tuple[T, ...]
) -> None:
    assert ends(one(name, *inputs, options=options)) == "undecided:allocate"
    assert ends(one(name, *right, options=options)) == "runs"


def test_a_dilation_of_nothing_is_open() -> None:
    assert ends(one("CONV_2D", IMAGE, GROUPED, options=steps(0, 0))) == "undecided:allocate"


def test_an_input_whose_sizes_the_file_does_not_tell_settles_nothing() -> None:
    assert ends(one("ARG_MAX", T(()), whole(0))) == "undecided:allocate"


def test_what_says_what_is_wrong() -> None:
    verdict = judge_model(one("UNPACK", DATA, options=axis(1, 3)), OLD)
    assert verdict.reason == "UNPACK has no axis 3 in 3 sizes"
    assert verdict.changes == ("correct-operator",)


@pytest.mark.parametrize(("dimensions", "expected"), [(6, "runs"), (7, "cannot:allocate")])
def test_xnnpack_takes_six_dimensions(dimensions: int, expected: str) -> None:
    """It starts by itself on ai-edge-litert, which has no way back; tflite-runtime has one."""
    data = T((1,) * (dimensions - 1) + (4,))
    model = one("CONCATENATION", data, data)
    assert ends(model) == "runs"
    assert {ends(model, target) for target in RUNTIMES[1:]} == {expected}


@pytest.mark.parametrize(("scale", "expected"), [(1 / 32768, "runs"), (1 / 256, "cannot:allocate")])
def test_some_results_have_one_scale(scale: float, expected: str) -> None:
    tensors = [T((1, 4), "INT16", 1), T((1, 4), "INT16", 1, scale=scale)]
    assert ends(content(tensors, [Op("LOGISTIC", (0,), (1,))])) == expected


def test_a_bias_that_is_written_as_left_out() -> None:
    tensors = [IMAGE, T((2, 1, 1, 2), stored=True), T((1, 4, 4, 2))]
    steps = Fields({1: Number("i", 1), 2: Number("i", 1)})
    left_out = content(tensors, [Op("CONV_2D", (0, 1, -1), (2,), options=steps)])
    short = content(tensors, [Op("CONV_2D", (0, 1), (2,), options=steps)])
    assert {ends(left_out, target) for target in RUNTIMES} == {"cannot:allocate"}
    assert {ends(short, target) for target in RUNTIMES} == {"runs"}


@pytest.mark.parametrize(
    ("name", "place", "kind", "expected"),
    [
        ("ARG_MAX", 0, "INT64", ["cannot:allocate"] * 5),
        ("UNPACK", 0, "INT64", ["cannot:allocate"] * 5),
        ("TOPK_V2", 0, "BOOL", ["cannot:invoke"] * 5),
        ("SPLIT", 1, "INT64", ["cannot:allocate", *["runs"] * 4]),
        ("GATHER_ND", 0, "FLOAT16", ["cannot:allocate"] * 2 + ["runs"] * 3),
        ("DEPTH_TO_SPACE", 0, "FLOAT16", ["cannot:allocate"] * 4 + ["runs"]),
        ("LOCAL_RESPONSE_NORMALIZATION", 0, "INT8", ["cannot:allocate"] * 5),
        ("UNSORTED_SEGMENT_SUM", 0, "INT16", ["cannot:allocate"] * 5),
        ("ADD_N", 0, "INT64", ["cannot:invoke"] * 5),
    ],
)
def test_types_that_kernels_lack(name: str, place: int, kind: str, expected: list[str]) -> None:
    data = T((1, 4, 4, 4), kind)
    beside = {"GATHER_ND": [FIRST], "ADD_N": [data]}.get(name, [])
    inputs = (whole(1), data) if place else (data, *beside)
    options = {"DEPTH_TO_SPACE": axis(0, 2), "SPLIT": axis(0, 1)}.get(name, Fields())
    model = one(name, *inputs, options=options, result=kind)
    assert [ends(model, it) for it in RUNTIMES] == expected


def mixed(name: str, kinds: tuple[str, ...], result: str) -> Content:
    tensors = [T((2, 3), kind) for kind in (*kinds, result)]
    places = tuple(range(len(kinds)))
    return content(tensors, [Op(name, places, (len(kinds),))], places)


@pytest.mark.parametrize(
    ("name", "kinds", "result", "expected"),
    [
        ("SELECT_V2", ("BOOL", "FLOAT32", "FLOAT32"), "FLOAT32", "runs"),
        ("SELECT_V2", ("BOOL", "FLOAT32", "INT16"), "FLOAT32", "cannot:allocate"),
        ("AVERAGE_POOL_2D", ("INT16",), "FLOAT32", "cannot:allocate"),
        ("PACK", ("FLOAT32", "INT8"), "FLOAT32", "cannot:allocate"),
        ("PACK", ("FLOAT32", "FLOAT32"), "INT8", "cannot:allocate"),
        ("CAST", ("FLOAT32",), "INT16", "runs"),
        ("GREATER", ("FLOAT32", "FLOAT32"), "BOOL", "runs"),
    ],
)
def test_numbers_of_two_types(
    name: str, kinds: tuple[str, ...], result: str, expected: str
) -> None:
    """As conversions to 16x8 leave them around operators that have no kernel for it."""
    assert {ends(mixed(name, kinds, result), target) for target in RUNTIMES} == {expected}


@pytest.mark.parametrize(
    ("axes", "expected"),
    [((0, 1), "runs"), ((1, 0), "runs"), ((0, 2), "cannot:invoke"), ((-1, -3), "cannot:invoke")],
)
def test_axes_that_do_not_lie_side_by_side(axes: tuple[int, int], expected: str) -> None:
    model = one("REVERSE_V2", DATA, whole(*axes))
    assert ends(model) == "runs"
    assert {ends(model, target) for target in RUNTIMES[1:]} == {expected}


@pytest.mark.parametrize(
    ("name", "scale", "older", "newer"),
    [
        ("SQUARED_DIFFERENCE", 1e-4, "runs", "runs"),
        ("SQUARED_DIFFERENCE", 1e-5, "cannot:allocate", "cannot:allocate"),
        ("SUB", 1e-6, "runs", "runs"),
        ("SUB", 1e-7, "cannot:allocate", "runs"),
    ],
)
def test_a_far_finer_result(name: str, scale: float, older: str, newer: str) -> None:
    tensors = [T((2, 3), "INT8", 1), T((2, 3), "INT8", 1), T((2, 3), "INT8", 1, scale=scale)]
    model = content(tensors, [Op(name, (0, 1), (2,), 2)], (0, 1))
    assert ends(model) == older
    assert {ends(model, target) for target in RUNTIMES[1:]} == {newer}
