"""How many tensors operators take and write; each case is one that runtimes decided."""

from __future__ import annotations

import pytest

from pidoctor.model.content import Content
from pidoctor.model.verdict import Target, judge_model
from tests.tools.model_builder import Fields, Number
from tests.unit.model.making import Op, T, content

RUNTIMES = (
    Target("tflite-runtime", "2.14.0", "x86_64"),
    Target("tflite-runtime", "2.14.0", "armv7l"),
    Target("ai-edge-litert", "1.4.0", "aarch64"),
    Target("ai-edge-litert", "2.3.0", "aarch64"),
)
INDEX = T((1,), "INT32", values=(0,))


def formed(name: str, *inputs: T | None, results: int = 1) -> Content:
    """One operator; None is an input that is left out."""
    tensors = [it for it in inputs if it]
    numbers = iter(range(len(tensors)))
    places = tuple(next(numbers) if it else -1 for it in inputs)
    written = tuple(range(len(tensors), len(tensors) + results))
    given = tuple(n for n, it in enumerate(tensors) if not it.values and not it.stored)
    return content([*tensors, *[T((2, 3))] * results], [Op(name, places, written)], given)


DATA = T((2, 3))
# (a model that runs, one with a tensor more or less that ends each of them, what is said)
CASES = [
    (("ADD", DATA, DATA), ("ADD", DATA), "takes 2 tensors, and the model has it take 1"),
    (("ABS", DATA), ("ABS", DATA, DATA), "takes 1 tensor, and the model has it take 2"),
    (("GATHER", DATA, INDEX), ("GATHER", DATA, None), "needs its input 1"),
    (("GATHER", DATA, INDEX), ("GATHER", DATA), "takes 2 tensors"),
    (("EXPAND_DIMS", DATA, INDEX), ("EXPAND_DIMS", None, INDEX), "needs its input 0"),
]


@pytest.mark.parametrize(("right", "wrong", "why"), CASES)
def test_a_tensor_more_or_less_ends_every_runtime(
    right: tuple[str, T], wrong: tuple[str, T], why: str
) -> None:
    for target in RUNTIMES:
        assert judge_model(formed(*right), target).verdict == "runs"
        said = judge_model(formed(*wrong), target)
        assert (said.verdict, said.stage, said.changes) == (
            "cannot",
            "allocate",
            ("correct-operator",),
        )
        assert said.reason.startswith(f"{wrong[0]} {why}")


def test_as_many_results_as_an_operator_writes() -> None:
    for target in RUNTIMES:
        assert judge_model(formed("ABS", DATA, results=2), target).stage == "allocate"
        assert judge_model(formed("PACK", DATA, DATA, DATA), target).verdict == "runs"


@pytest.mark.parametrize("name", ["CONV_3D", "GATHER_ND", "EMBEDDING_LOOKUP", "GATHER"])
def test_shapes_are_not_asked_for_of_inputs_that_are_not_there(name: str) -> None:
    said = judge_model(formed(name, T((1, 4, 4, 4, 2))), RUNTIMES[-1])
    assert (said.verdict, said.stage) == ("cannot", "allocate")


@pytest.mark.parametrize(
    ("kind", "target", "verdict"),
    [
        ("FLOAT32", RUNTIMES[0], "runs"),
        ("FLOAT32", RUNTIMES[1], "cannot"),  # starts no XNNPACK, which alone does it
        ("FLOAT32", RUNTIMES[3], "runs"),
        ("INT8", RUNTIMES[0], "cannot"),
        ("INT8", RUNTIMES[3], "cannot"),
    ],
)
def test_a_convolution_without_a_bias(kind: str, target: Target, verdict: str) -> None:
    image, weights = T((1, 4, 4, 2), kind, 1), T((2, 1, 1, 2), kind, 1, stored=True)
    steps = Fields({1: Number("i", 1), 2: Number("i", 1)})
    model = content([image, weights, image], [Op("CONV_2D", (0, 1), (2,), 3, options=steps)])
    assert judge_model(model, target).verdict == verdict


# (operator, types of its inputs, of its output, stage where every runtime ends: "" is none)
TYPES = [
    ("SELECT_V2", ("BOOL", "FLOAT32", "FLOAT32"), "FLOAT32", ""),
    ("SELECT_V2", ("INT32", "FLOAT32", "FLOAT32"), "FLOAT32", "allocate"),
    ("COMPLEX_ABS", ("COMPLEX64",), "FLOAT32", ""),
    ("COMPLEX_ABS", ("FLOAT32",), "FLOAT32", "allocate"),
    ("TANH", ("FLOAT32",), "FLOAT32", ""),
    ("TANH", ("UINT16",), "UINT16", "invoke"),
    ("CAST", ("FLOAT32",), "UINT64", "invoke"),
]


@pytest.mark.parametrize(("name", "kinds", "result", "stage"), TYPES)
def test_types_that_end_every_runtime(
    name: str, kinds: tuple[str, ...], result: str, stage: str
) -> None:
    tensors = [T((2, 3), kind) for kind in (*kinds, result)]
    places = tuple(range(len(kinds)))
    model = content(tensors, [Op(name, places, (len(kinds),))], places)
    said = {judge_model(model, target).stage or "" for target in RUNTIMES[2:]}
    assert said == {stage}
