"""Shapes that are given to a model with open ones; the sizes are those that runtimes write."""

from __future__ import annotations

import pytest

from pidoctor.errors import UsageError
from pidoctor.model.content import Content
from pidoctor.model.shapes import example_shapes, read_shapes, shapes_to_run, with_shapes
from pidoctor.model.verdict import Target, judge_model
from tests.tools.model_builder import Fields, Number
from tests.unit.model.making import Op, T, content

TARGET = Target("ai-edge-litert", "2.3.0", "aarch64")
_STRIDES = {1: Number("i", 1), 2: Number("i", 1)}
VALID, SAME = Fields({0: Number("b", 1), **_STRIDES}), Fields({0: Number("b", 0), **_STRIDES})


def sound() -> Content:
    """A window of 512 that slides over a sound of open length."""
    tensors = [
        T((1, 1, 1, 1), signature=(-1, 1, -1, 1)),
        T((8, 1, 512, 1), stored=True),
        T((1, 1, 1, 8), signature=(-1, 1, -1, 8)),
        T((1, 1, 1, 8), signature=(-1, 1, -1, 8)),
    ]
    return content(tensors, [Op("CONV_2D", (0, 1), (2,), options=VALID), Op("RELU", (2,), (3,))])


def said(model: Content, *words: str) -> tuple[str, str]:
    shaped = with_shapes(model, read_shapes(words, model))
    verdict = judge_model(shaped.content, TARGET, shaped=shaped)
    return (
        f"{verdict.verdict}:{verdict.stage}" if verdict.stage else verdict.verdict,
        verdict.reason,
    )


def test_the_stored_shape_settles_nothing_and_a_fitting_one_is_named() -> None:
    verdict = judge_model(sound(), TARGET)
    assert (verdict.verdict, verdict.stage) == ("undecided", "allocate")
    assert "CONV_2D slides a window of 512 over 1" in verdict.reason
    assert "pidoctor model FILE --shape t0=1,1,512,1" in verdict.settle
    assert example_shapes(sound()) == ["t0=1,1,512,1"]


def test_a_run_without_a_shape_has_one_that_fits() -> None:
    """A proof, a measurement and an example are run in the same one."""
    assert shapes_to_run([], sound()) == {0: (1, 1, 512, 1)}
    assert shapes_to_run(["1,1,1280,1"], sound()) == {0: (1, 1, 1280, 1)}
    image = content([T((1, 1, 1, 3), signature=(-1, -1, -1, 3))], [])
    assert shapes_to_run([], image) == {0: (1, 224, 224, 3)}
    numbers = content([T((1, 1), signature=(-1, -1)), T((1, 10))], [])
    assert shapes_to_run([], numbers) == {}  # the stored ones do


@pytest.mark.parametrize(
    ("shape", "expected"),
    [("1,1,1280,1", "runs"), ("t0=1x1x512x1", "runs"), ("1,1,511,1", "cannot:allocate")],
)
def test_a_given_shape_settles_it(shape: str, expected: str) -> None:
    assert said(sound(), shape)[0] == expected


def test_what_follows_has_the_shapes_of_a_run() -> None:
    model = sound()
    shaped = with_shapes(model, read_shapes(["1,1,1280,1"], model)).content
    assert [tensor.shape for tensor in shaped.main.tensors[2:]] == [(1, 1, 769, 8)] * 2
    assert not any(tensor.dynamic for tensor in shaped.main.tensors)


# An operator on an input of this shape: what it writes, or why it cannot.
FITS = [
    ("FULLY_CONNECTED", (4, 6), (3, 6), None, (4, 3)),
    ("FULLY_CONNECTED", (4, 5), (3, 6), None, "takes 6 numbers in a row, not [4, 5]"),
    ("ADD", (4, 6), (1, 6), None, (4, 6)),
    ("ADD", (4, 6), (1, 5), None, "cannot take [4, 6] with [1, 5]"),
    ("BATCH_MATMUL", (2, 4, 6), (6, 3), None, (2, 4, 3)),
    ("BATCH_MATMUL", (2, 4, 5), (6, 3), None, "cannot multiply [2, 4, 5] with [6, 3]"),
    ("CONV_2D", (1, 9, 9, 3), (8, 3, 3, 3), SAME, (1, 9, 9, 8)),
    ("CONV_2D", (1, 9, 9, 4), (8, 3, 3, 3), SAME, "takes 3 channels, not those of [1, 9, 9, 4]"),
    ("DEPTHWISE_CONV_2D", (1, 9, 9, 4), (1, 3, 3, 8), VALID, (1, 7, 7, 8)),
]


@pytest.mark.parametrize(("name", "given", "weights", "options", "expected"), FITS)
def test_operators(
    name: str,
    given: tuple[int, ...],
    weights: tuple[int, ...],
    options: Fields | None,
    expected: tuple[int, ...] | str,
) -> None:
    tensors = [T((1,) * len(given)), T(weights, stored=True), T(())]
    model = content(tensors, [Op(name, (0, 1), (2,), options=options or Fields())])
    word = ",".join(map(str, given))
    shaped = with_shapes(model, read_shapes([word], model))
    if isinstance(expected, str):
        assert shaped.misfit == f"{name} {expected}"
        assert said(model, word)[0] == "cannot:allocate"
    else:
        assert shaped.misfit == ""
        assert shaped.content.main.tensors[2].shape == expected


def test_what_is_behind_an_operator_that_nobody_here_knows_is_open() -> None:
    tensors = [T((1, 4), signature=(-1, 4)), T((1, 4)), T((3, 4), stored=True), T((1, 3))]
    steps = [
        Op("TFLite_Detection_PostProcess", (0,), (1,), custom=True),
        Op("FULLY_CONNECTED", (1, 2), (3,)),
    ]
    verdict, reason = said(content(tensors, steps), "2,4")
    assert verdict == "undecided:allocate"
    assert "FULLY_CONNECTED is only known when the model runs" in reason


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("t0=1,2,3", "the input has 4 sizes, not 3"),
        ("other=1,1,9,1", "with one of its inputs: t0"),
        ("1,1,-1,1", "expected whole numbers from 1 on"),
        ("t0=", "expected whole numbers from 1 on"),
        ("1,1,99999999999,1", "expected whole numbers from 1 on"),
        ("1,1,\x1b[31m,1", "expected whole numbers from 1 on"),
    ],
)
def test_what_is_no_shape_is_refused(word: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_shapes([word], sound())
