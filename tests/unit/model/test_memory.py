"""The parts of a model's memory, counted by hand; tests/models compares with real runs."""

from __future__ import annotations

import pytest

from pidoctor.model.arena import arena_bytes, nearly_arena_bytes
from pidoctor.model.content import Content
from pidoctor.model.memory import model_memory, packed_weights, window_pointers
from pidoctor.model.verdict import Target
from tests.unit.model.making import Op, T, content

LITERT = Target("ai-edge-litert", "2.3.0", "x86_64")


def dense(weights: str, data: str = "FLOAT32", rows: int = 1000) -> Content:
    """One matrix of 1000 numbers a row."""
    tensors = [T((1, 1000), data), T((rows, 1000), weights, stored=True), T((1, rows), data)]
    return content(tensors, [Op("FULLY_CONNECTED", (0, 1, -1), (2,))])


def float16(*between: str) -> Content:
    """A float16 matrix behind these operators."""
    shape, chain = (100, 100), range(1, len(between) + 1)
    tensors = [T((1, 100)), T(shape, "FLOAT16", stored=True)]
    tensors += [T(shape, "FLOAT16" if name == "DENSIFY" else "FLOAT32") for name in between]
    steps = [Op(name, (at,), (at + 1,)) for at, name in zip(chain, between)]
    last = len(tensors)
    use = Op("FULLY_CONNECTED", (0, last - 1, -1), (last,))
    return content([*tensors, T((1, 100))], [*steps, use])


@pytest.mark.parametrize(
    ("model", "parts"),
    [
        (dense("FLOAT32"), {"float32": 4_000_000}),
        (dense("INT8"), {"dynamic range": 1_000_000}),
        (dense("INT8", "INT8"), {"integer": 1_000_000}),
        (float16("DEQUANTIZE"), {"float16": 40_000}),  # in the bytes that it is unpacked to
        (float16("DENSIFY", "DEQUANTIZE"), {"float16": 40_000}),
        (content([T(), T()], [Op("RELU", (0,), (1,))]), {}),
    ],
)
def test_packed_weights(model: Content, parts: dict[str, int]) -> None:
    assert packed_weights(model) == parts


@pytest.mark.parametrize(("window", "places"), [((3, 3), 10 * 10 * 9), ((1, 1), None)])
def test_pointers_of_windows(window: tuple[int, int], places: int | None) -> None:
    tensors = [T((1, 10, 10, 8)), T((8, *window, 8), stored=True), T((1, 10, 10, 8))]
    found = window_pointers(content(tensors, [Op("CONV_2D", (0, 1), (2,))]), 8)
    assert found == ({"window pointers": places * 8} if places else {})


def test_the_range_holds_the_parts() -> None:
    memory = model_memory(dense("FLOAT32", rows=10_000), LITERT)
    assert memory.private is not None
    assert memory.peak is not None
    low, high = memory.private
    middle = sum(memory.parts.values())
    assert low <= middle <= high
    assert next(iter(memory.parts)) == "float32"  # the largest first
    assert memory.parts["float32"] == 40_000_000
    assert memory.peak == (low + memory.mapped, high + memory.mapped)


@pytest.mark.parametrize(
    "target",
    [Target("tensorflow", "2.21.0", "x86_64"), Target("tflite-runtime", "2.5.0", "armv7l")],
)
def test_a_runtime_that_was_not_measured_is_not_guessed(target: Target) -> None:
    assert model_memory(dense("FLOAT32"), target).private is None


def test_a_wheel_without_xnnpack_packs_less() -> None:
    model = dense("FLOAT32", rows=10_000)
    with_it = model_memory(model, Target("tflite-runtime", "2.14.0", "aarch64"))
    without = model_memory(model, Target("tflite-runtime", "2.14.0", "armv7l"))
    assert without.parts["float32"] < with_it.parts["float32"] / 3


@pytest.mark.parametrize(
    ("elements", "signature", "known"),
    [
        (16, (), True),
        (10_000, (-1, 10_000), True),
        (10_000, (-1, -1), False),
        (100_000, (-1, 100_000), False),
    ],
)
def test_a_small_tensor_whose_shape_is_computed_does_not_matter(
    elements: int, signature: tuple[int, ...], known: bool
) -> None:
    last = T((1, elements), signature=signature)
    tensors = [T((1, 10_000)), T((1, 10_000)), T((2,), "INT32"), last]
    steps = [
        Op("RELU", (0,), (1,)),
        Op("SHAPE", (0,), (2,)),
        Op("RESHAPE", (1, 2), (3,)),
    ]
    model = content(tensors, steps)
    assert arena_bytes(model) is None
    assert (nearly_arena_bytes(model) is not None) == known


@pytest.mark.parametrize(
    ("name", "known"), [("TFLite_Detection_PostProcess", True), ("edgetpu-custom-op", False)]
)
def test_the_boxes_of_a_detector_do_not_matter(name: str, known: bool) -> None:
    tensors = [T((1, 10_000)), T((1, 10_000)), T(())]
    steps = [Op("RELU", (0,), (1,)), Op(name, (1,), (2,), custom=True)]
    assert (nearly_arena_bytes(content(tensors, steps)) is not None) == known
