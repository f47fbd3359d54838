"""Operators cut out of a model, and whether their times say anything of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

import pidoctor
from pidoctor.bench.figures import OperatorTime
from pidoctor.bench.operators import judged
from pidoctor.decoding import encode
from pidoctor.model.content import Content, read_content
from pidoctor.model.cutting import Cut, cuts

MODELS = Path(pidoctor.__file__).parent / "proof" / "models"


def cut_out(data: bytes, cut: Cut) -> Content:
    """The file of a cut, read."""
    made = bytearray(data)
    for place, patch in cut.patches:
        made[place : place + len(patch)] = patch
    return read_content(memoryview(bytes(made) + cut.tail))


@pytest.mark.parametrize("name", ["float32", "int8"])
def test_a_cut_is_a_model_of_one_operator(name: str) -> None:
    data = (MODELS / f"{name}.tflite").read_bytes()
    whole = read_content(memoryview(data))
    parts = cuts(memoryview(data), whole)
    assert [part.name for part in parts] == [operator.name for operator in whole.main.operators]
    for part, operator in zip(parts, whole.main.operators):
        alone = cut_out(data, part)
        assert [it[:5] for it in alone.main.operators] == [operator[:5]]  # all but the options
        assert alone.main.outputs == operator.outputs
        assert alone.main.tensors == whole.main.tensors
        assert alone.signatures == ()
        weights = [it for it in operator.inputs if it >= 0 and whole.main.tensors[it].stored]
        assert set(alone.main.inputs) == {it for it in operator.inputs if it >= 0} - set(weights)


def parts_named(*names: str) -> list[Cut]:
    return [Cut(name, (), b"") for name in names]


def test_times_by_name_where_the_sum_is_that_of_the_whole() -> None:
    parts = parts_named("CONV_2D", "ADD", "CONV_2D", "RESHAPE")
    it = judged(parts, 10.0, [4.0, 1.0, 5.5, None])
    assert it.operators == (
        OperatorTime("CONV_2D", 2, 9.5, 9.5 / 10.5),
        OperatorTime("ADD", 1, 1.0, 1.0 / 10.5),
    )
    assert [row["share"] for row in encode(it)["operators"]] == pytest.approx(
        [9.5 / 10.5, 1 / 10.5]
    )


@pytest.mark.parametrize("sum_", [8.4, 11.6])
def test_a_sum_that_is_too_far_from_the_whole_says_nothing(sum_: float) -> None:
    it = judged(parts_named("CONV_2D"), 10.0, [sum_])
    assert it.operators == ()
    assert f"{sum_ / 10:.0%} of the time of the whole" in it.why_not
    assert not judged(parts_named("CONV_2D"), 0.0, [sum_]).operators
