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


def unary(name: str, one: str, result: str) -> Content:
    return content([T((1, 4), one), T((1, 4), result)], [Op(name, (0,), (1,))])


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
    (binary("DIV", "INT8", "INT8", "INT8", scales=1), INVOKES, 2),
    (unary("CAST", "UINT16", "FLOAT32"), INVOKES, 1),
    (unary("SUM", "FLOAT16", "FLOAT16"), LAYS_OUT, 4),
    (unary("DEPTH_TO_SPACE", "INT16", "INT16"), LAYS_OUT, ALL),
    (unary("MIRROR_PAD", "BOOL", "BOOL"), INVOKES, 4),
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
