"""Types of tensors that kernels refuse; each case is one that five runtimes decided."""

from __future__ import annotations

import pytest

from pidoctor.model.content import Content
from pidoctor.model.verdict import Target, judge_model
from tests.unit.model.making import Op, T, content

RUNTIMES = (
    Target("tflite-runtime", "2.14.0", "x86_64"),
    Target("ai-edge-litert", "1.0.1", "x86_64"),
    Target("ai-edge-litert", "1.4.0", "x86_64"),
    Target("ai-edge-litert", "2.1.0", "x86_64"),
    Target("ai-edge-litert", "2.3.0", "x86_64"),
)
RUNS, LAYS_OUT, INVOKES = "runs", "cannot:allocate", "cannot:invoke"
ALL = 5  # of them


def binary(name: str, one: str, two: str, result: str, scales: int = 0) -> Content:
    tensors = [T((1, 4), kind, scales, scale=0.5) for kind in (one, two, result)]
    return content(tensors, [Op(name, (0, 1), (2,))], (0, 1))


def unary(name: str, one: str, result: str, *told: int) -> Content:
    """``told`` are the axes or paddings that it is told, its second input."""
    if not told:
        return content([T((1, 4), one), T((1, 4), result)], [Op(name, (0,), (1,))])
    second = T((len(told) // 2, 2) if len(told) > 1 else (1,), "INT32", values=told)
    return content([T((1, 4), one), second, T((1, 4), result)], [Op(name, (0, 1), (2,))])


# (model, what the older of the five do, how many of them do; the newer run it)
CASES = [
    (binary("GREATER", "INT16", "FLOAT32", "BOOL"), LAYS_OUT, ALL),
    (binary("MUL", "FLOAT32", "INT32", "FLOAT32"), LAYS_OUT, ALL),
    (binary("MUL", "FLOAT32", "FLOAT32", "INT32"), RUNS, ALL),
    (unary("ELU", "INT16", "FLOAT32"), LAYS_OUT, ALL),
    (unary("TANH", "FLOAT32", "INT32"), LAYS_OUT, ALL),
    (unary("EXP", "FLOAT32", "INT32"), RUNS, ALL),
    (binary("EQUAL", "UINT8", "UINT8", "BOOL"), INVOKES, ALL),
    (binary("EQUAL", "UINT8", "UINT8", "BOOL", scales=1), RUNS, ALL),
    (binary("ADD", "INT8", "INT8", "INT8"), LAYS_OUT, ALL),
    (binary("SUB", "INT16", "INT16", "INT16"), LAYS_OUT, ALL),
    (unary("CAST", "UINT16", "FLOAT32"), INVOKES, 1),
    (unary("SUM", "FLOAT16", "FLOAT16", 1), LAYS_OUT, 4),
    (unary("DEPTH_TO_SPACE", "INT16", "INT16"), LAYS_OUT, ALL),
    (unary("MIRROR_PAD", "BOOL", "BOOL", 0, 0, 1, 1), INVOKES, 4),
]


@pytest.mark.parametrize(("model", "failure", "older"), CASES)
def test_types(model: Content, failure: str, older: int) -> None:
    found = []
    for target in RUNTIMES:
        verdict = judge_model(model, target)
        found.append(f"{verdict.verdict}:{verdict.stage}" if verdict.stage else verdict.verdict)
    assert found == [failure] * older + [RUNS] * (ALL - older)


def test_log_of_numbers_without_a_scale_dies_where_it_has_code() -> None:
    found = [judge_model(unary("LOG", "INT16", "INT16"), it).stage for it in RUNTIMES]
    assert found == ["allocate", None, "invoke", "invoke", "invoke"]


def test_an_input_that_no_operator_takes_has_to_be_set_too() -> None:
    tensors = [T((1, 4)), T((1, 4)), T((1, 4), "UINT16")]
    model = content(tensors, [Op("RELU", (0,), (1,))], (0, 2))
    said = [judge_model(model, target) for target in RUNTIMES]
    assert [it.verdict for it in said] == ["cannot", *["runs"] * (ALL - 1)]
    assert (said[0].stage, "no operator" in said[0].reason) == ("invoke", True)


# (operator, type, shapes of the two inputs, stages where it fails on the five, "" where it runs)
INVOKE_ONE, INVOKE_FOUR = ("invoke", "", "", "", ""), ("invoke",) * 4 + ("",)
BROADCASTS = [
    ("MUL", "INT8", (1, 2, 2, 1, 4), (1, 1, 2, 1, 1), INVOKE_ONE),
    ("MUL", "INT8", (1, 2, 2, 1, 4), (4,), ("",) * 5),
    ("MUL", "INT8", (1, 2, 2, 1, 4), (1, 2, 2, 1, 4), ("",) * 5),
    ("MUL", "INT32", (1, 2, 2, 1, 4), (4,), INVOKE_ONE),
    ("EQUAL", "FLOAT32", (1, 2, 2, 1, 4), (4,), INVOKE_FOUR),
    ("EQUAL", "FLOAT32", (2, 2, 1, 4), (4,), ("",) * 5),
    ("LOGICAL_OR", "BOOL", (2, 2, 1, 4), (4,), ("",) * 5),
    ("LOGICAL_OR", "BOOL", (1, 2, 2, 1, 4), (4,), INVOKE_FOUR),
    ("RIGHT_SHIFT", "INT32", (1, 2, 2, 1, 4), (4,), INVOKE_FOUR),
    ("MAXIMUM", "INT32", (2, 1, 1, 2, 1, 4), (4,), INVOKE_FOUR),
    ("ADD", "FLOAT32", (2, 1, 1, 2, 1, 3, 4), (2, 1, 1, 1, 1, 3, 1), INVOKE_ONE),
]


@pytest.mark.parametrize(("name", "kind", "one", "two", "stages"), BROADCASTS)
def test_kernels_repeat_tensors_of_few_dimensions(
    name: str, kind: str, one: tuple[int, ...], two: tuple[int, ...], stages: tuple[str, ...]
) -> None:
    scales = int(kind == "INT8")
    result = T(one, "BOOL") if name == "EQUAL" else T(one, kind, scales)
    tensors = [T(one, kind, scales), T(two, kind, scales), result]
    model = content(tensors, [Op(name, (0, 1), (2,))], (0, 1))
    assert tuple(judge_model(model, target).stage or "" for target in RUNTIMES) == stages


@pytest.mark.parametrize(("architecture", "verdict"), [("x86_64", "runs"), ("armv7l", "cannot")])
def test_without_xnnpack_floats_are_repeated_in_fewer_dimensions(
    architecture: str, verdict: str
) -> None:
    shape = (2, 1, 1, 2, 1, 4)
    tensors = [T(shape), T((4,)), T(shape)]
    model = content(tensors, [Op("SUB", (0, 1), (2,))], (0, 1))
    assert judge_model(model, Target("tflite-runtime", "2.14.0", architecture)).verdict == verdict


@pytest.mark.parametrize(
    ("name", "dimensions", "failing"),
    [("TRANSPOSE", 7, 4), ("TRANSPOSE", 6, 0), ("MAX_POOL_2D", 3, 5), ("UNIQUE", 2, 5)],
)
def test_kernels_take_some_numbers_of_dimensions(name: str, dimensions: int, failing: int) -> None:
    shape = (1,) * (dimensions - 1) + (4,)
    order = T((dimensions,), "INT32", values=tuple(range(dimensions)))
    inputs = (0, 1) if name == "TRANSPOSE" else (0,)
    outputs = (2, 3) if name == "UNIQUE" else (2,)
    tensors = [T(shape), order, T(shape), T(shape, "INT32")]
    model = content(tensors, [Op(name, inputs, outputs)])
    found = [judge_model(model, target).stage for target in RUNTIMES]
    # XNNPACK takes some pools of three sizes and leaves others, which end: those are not settled
    assert found == ["allocate"] * failing + [None] * (ALL - failing)


@pytest.mark.parametrize(
    ("divisor", "verdict"),
    [
        (T((4,), "INT32"), "runs-with"),
        (T((4,), "INT32", values=(1, 2, 0, 4)), "cannot"),
        (T((4,), "INT32", values=(1, 2, 3, 4)), "runs"),
    ],
)
def test_a_division_of_whole_numbers_by_nothing(divisor: T, verdict: str) -> None:
    tensors = [T((4,), "INT32"), divisor, T((4,), "INT32")]
    model = content(tensors, [Op("FLOOR_DIV", (0, 1), (2,))], (0,))
    assert {judge_model(model, target).verdict for target in RUNTIMES} == {verdict}


def test_a_division_of_int8_numbers_is_new() -> None:
    model = binary("DIV", "INT8", "INT8", "INT8", scales=1)
    verdicts = [judge_model(model, target).verdict for target in RUNTIMES]
    assert verdicts == ["cannot"] * 2 + ["runs-with"] * 3


@pytest.mark.parametrize(
    ("name", "kind", "first", "older", "newer"),
    [
        ("ADD", "INT8", 5, "2.11.0", "2.12.0"),
        ("SQUARED_DIFFERENCE", "INT8", 5, "2.12.0", "2.13.0"),
        ("SUB", "INT8", 5, "2.7.0", "2.8.0"),
        ("MUL", "FLOAT32", 5, "2.7.0", "2.8.0"),
        ("MAXIMUM", "FLOAT32", 6, "2.7.0", "2.8.0"),
    ],
)
def test_older_kernels_repeat_tensors_of_fewer_dimensions(
    name: str, kind: str, first: int, older: str, newer: str
) -> None:
    """Each version was run with models of 5 and 6 dimensions; those of ``first`` end the older."""
    scales, version = (1, 2) if kind == "INT8" else (0, 1)
    one, two = (2, 3, 4, 5, 2, 3)[:first], (1, 3, 1, 5, 1, 3)[:first]
    tensors = [T(shape, kind, scales) for shape in (one, two, one)]
    model = content(tensors, [Op(name, (0, 1), (2,), version)], (0, 1))
    said = judge_model(model, Target("tflite-runtime", older, "x86_64"))
    assert (said.verdict, said.stage) == ("cannot", "invoke")
    assert judge_model(model, Target("tflite-runtime", newer, "x86_64")).verdict == RUNS


def test_older_kernels_cut_no_int16_numbers_into_blocks() -> None:
    tensors = [T((1, 4, 4, 1), "INT16", 1), T((2,), "INT32", values=(2, 2), stored=True)]
    tensors += [T((2, 2), "INT32", values=(0, 0, 0, 0), stored=True), T((4, 2, 2, 1), "INT16", 1)]
    model = content(tensors, [Op("SPACE_TO_BATCH_ND", (0, 1, 2), (3,))])
    older, newer = (Target("tflite-runtime", it, "x86_64") for it in ("2.12.0", "2.13.0"))
    assert judge_model(model, older).stage == "invoke"
    assert judge_model(model, newer).verdict == RUNS


# (operator, types of its inputs, shape of the first, type of the result, stage where all five end)
WITHOUT_CODE = [
    ("MAX_POOL_2D", ("FLOAT16",), (1, 4, 4, 2), "FLOAT16", "invoke"),
    ("AVERAGE_POOL_2D", ("INT32",), (1, 4, 4, 2), "INT32", "invoke"),
    ("UNIQUE", ("FLOAT64",), (4,), "FLOAT64", "invoke"),
    ("SEGMENT_SUM", ("UINT32", "INT32"), (1, 4), "UINT32", "allocate"),
    ("ONE_HOT", ("UINT8", "INT32", "FLOAT32", "FLOAT32"), (4,), "FLOAT32", "allocate"),
    ("SPARSE_TO_DENSE", ("INT32", "INT32", "INT16", "INT16"), (4,), "INT16", "allocate"),
    ("SPLIT", ("INT32", "BOOL"), (), "BOOL", "allocate"),
    ("QUANTIZE", ("INT8",), (1, 4), "FLOAT32", "allocate"),
    ("FULLY_CONNECTED", ("INT16", "FLOAT32"), (1, 4), "INT16", "allocate"),
    ("ADD_N", ("FLOAT32",), (1, 4), "FLOAT32", "allocate"),
]


@pytest.mark.parametrize(("name", "kinds", "shape", "result", "stage"), WITHOUT_CODE)
def test_types_that_no_runtime_has_code_for(
    name: str, kinds: tuple[str, ...], shape: tuple[int, ...], result: str, stage: str
) -> None:
    tensors = [T(shape, kinds[0]), *(T((1,), kind) for kind in kinds[1:]), T(shape, result)]
    places = tuple(range(len(kinds)))
    model = content(tensors, [Op(name, places, (len(kinds),))], places)
    said = [judge_model(model, target) for target in RUNTIMES]
    assert [(it.verdict, it.stage) for it in said] == [("cannot", stage)] * ALL


def quantised(name: str, kind: str, *schemes: tuple[float, int] | None) -> Content:
    """One operator; a scale and a zero point of each input and of the output (None: none)."""
    tensors = [
        T((2, 3), kind, int(it is not None), scale=it[0] if it else 0.5, zero=it[1] if it else 0)
        for it in schemes
    ]
    places = tuple(range(len(schemes) - 1))
    return content(tensors, [Op(name, places, (len(places),))], places)


ONE, TWO, MOVED = (0.5, 0), (0.25, 0), (0.5, 5)
NO_STAGE, LAID_OUT, CALLED = ("",) * ALL, ("allocate",) * ALL, ("invoke",) * ALL
# (model, stages where it fails on the five, "" where it runs)
SCHEMES = [
    (quantised("PACK", "INT8", ONE, ONE, ONE), NO_STAGE),
    (quantised("PACK", "INT8", ONE, TWO, ONE), LAID_OUT),
    (quantised("PACK", "INT8", ONE, MOVED, ONE), LAID_OUT),
    (quantised("PACK", "INT8", ONE, None, ONE), LAID_OUT),
    (quantised("RELU", "INT16", ONE, TWO), NO_STAGE),
    (quantised("RELU", "INT16", MOVED, ONE), LAID_OUT),
    (quantised("RELU", "INT8", MOVED, ONE), NO_STAGE),
    (quantised("MUL", "INT16", ONE, MOVED, ONE), CALLED),
    (quantised("ABS", "INT8", ONE, None), LAID_OUT),
    (quantised("SQUARED_DIFFERENCE", "INT8", ONE, ONE, None), LAID_OUT),
    (quantised("LESS", "INT8", ONE, (-0.5, 0), ONE), CALLED),
]


@pytest.mark.parametrize(("model", "stages"), SCHEMES)
def test_scales_and_zero_points(model: Content, stages: tuple[str, ...]) -> None:
    assert tuple(judge_model(model, target).stage or "" for target in RUNTIMES) == stages


def test_what_xnnpack_refuses_most_often_is_open() -> None:
    order = T((2,), "INT32", values=(1, 0))
    tensors = [T((2, 3), "INT8", 1), order, T((3, 2), "INT8", 1, scale=0.25)]
    model = content(tensors, [Op("TRANSPOSE", (0, 1), (2,))])
    assert [judge_model(model, it).verdict for it in RUNTIMES] == [RUNS, *["undecided"] * 4]
