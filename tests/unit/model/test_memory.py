"""The parts of a model's memory, counted by hand; tests/models compares with real runs."""

from __future__ import annotations

import pytest

from pidoctor.model.arena import arena_bytes, arena_plan
from pidoctor.model.content import Content
from pidoctor.model.memory import model_memory, packed_weights, window_pointers
from pidoctor.model.summary import summarise
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


def computed(*late: Op) -> Content:
    """Behind a RELU of 10,000 numbers: these operators, which write tensor 3."""
    tensors = [T((1, 10_000)), T((1, 10_000)), T((2,), "INT32"), T((1, 10_000), signature=(-1, -1))]
    tensors += [T((10, 10_000), stored=True), T((1, 10))]
    return content(tensors, [Op("RELU", (0,), (1,)), Op("SHAPE", (0,), (2,)), *late])


def test_what_depends_on_a_computed_shape_lies_outside_of_the_plan() -> None:
    model = computed(Op("RESHAPE", (1, 2), (3,)))
    plan = arena_plan(model)
    assert arena_bytes(model) is None
    assert plan.planned > 0
    assert plan.outside == 40_000
    assert arena_plan(computed()).outside == 0


def test_a_model_that_computes_shapes_has_a_range_and_says_when_it_holds() -> None:
    settled = model_memory(computed(), LITERT)
    followed = model_memory(computed(Op("RESHAPE", (1, 2), (3,))), LITERT)
    open_ = model_memory(computed(Op("WHERE", (1,), (3,))), LITERT)
    assert settled.private is not None
    assert followed.private is not None
    assert open_.private is not None
    assert settled.condition == followed.condition == ""
    assert open_.condition == "if the shapes that it computes are those that the file stores"
    assert min(open_.private[1], followed.private[1]) > settled.private[1]


def test_sizes_that_a_file_does_not_know_are_computed() -> None:
    """A converter stores 1 for a size that a model computes; what it needs is that of the run."""
    late = [Op("RESHAPE", (1, 2), (3,)), Op("FULLY_CONNECTED", (3, 4, -1), (5,))]
    known, stored = computed(*late), computed(*late)
    tensors = list(stored.main.tensors)
    tensors[3] = tensors[3]._replace(shape=(1, 1))
    stored = stored._replace(graphs=(stored.main._replace(tensors=tuple(tensors)),))
    assert model_memory(stored, LITERT) == model_memory(known, LITERT)
    assert summarise(stored).macs == summarise(known).macs == 10 * 10_000


def test_what_is_computed_from_a_late_tensor_is_planned_with_the_rest() -> None:
    once = arena_plan(computed(Op("RESHAPE", (1, 2), (3,))))
    then = arena_plan(
        computed(Op("RESHAPE", (1, 2), (3,)), Op("FULLY_CONNECTED", (3, 4, -1), (5,)))
    )
    assert then.outside == once.outside == 40_000
    assert then.late == {"FULLY_CONNECTED"}


def test_weights_behind_a_computed_shape_may_be_packed_or_not() -> None:
    last = Op("FULLY_CONNECTED", (3, 4, -1), (5,))
    open_ = model_memory(computed(Op("RESHAPE", (1, 2), (3,)), last), LITERT).private
    assert open_ is not None
    assert open_[0] == 0
    assert open_[1] > 2 * 10_000 * 4


def test_what_a_custom_operator_keeps_is_not_in_the_range() -> None:
    memory = model_memory(computed(Op("Own", (1,), (3,), custom=True)), LITERT)
    assert memory.private is not None
    assert "without what Own keeps for itself" in memory.condition


def test_the_graphs_of_a_loop_are_planned_too() -> None:
    one = computed()
    both = one._replace(graphs=one.graphs * 2)
    assert arena_plan(both).planned == 2 * arena_plan(one).planned
