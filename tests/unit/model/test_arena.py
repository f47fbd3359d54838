"""The arena, counted by hand for small graphs; tests/models has the real ones."""

from __future__ import annotations

import pytest

from pidoctor.model.arena import arena_bytes
from pidoctor.model.content import Content
from tests.unit.model.making import Op, T, content

MARGIN = 128


def chain(*names: str, elements: int = 16) -> Content:
    """Operators of one input each, one behind the other: float32 [elements]."""
    tensors = [T((elements,)) for _ in range(len(names) + 1)]
    return content(tensors, [Op(name, (n,), (n + 1,)) for n, name in enumerate(names)])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (chain("RELU"), 2 * 64),  # the input and the output stay
        (chain("RELU", "RELU"), 3 * 64),
        (chain("RELU", "RELU", "RELU"), 3 * 64),  # the output takes the place of the second
        (chain("RELU", "RELU", "RELU", "RELU"), 3 * 64),  # two places in turn
        (chain("RELU", "SOFTMAX", "RELU"), 3 * 64),  # written over its input
        (chain("RELU", elements=17), 2 * 128),  # 68 bytes, aligned to 64
    ],
)
def test_by_hand(model: Content, expected: int) -> None:
    assert arena_bytes(model) == expected + MARGIN


def test_what_is_stored_needs_no_arena() -> None:
    model = content(
        [T((16,)), T((16,), stored=True), T((16,))],
        [Op("MAXIMUM", (0, 1), (2,))],
    )
    assert arena_bytes(model) == 2 * 64 + MARGIN


def test_what_only_a_run_tells() -> None:
    """A shape that is computed, and an operator that nobody here knows."""
    tensors = [T((16,)), T((1,), "INT32"), T((1,), "INT32"), T((16,))]
    computed = content(tensors, [Op("ABS", (1,), (2,)), Op("RESHAPE", (0, 2), (3,))], (0, 1))
    assert arena_bytes(computed) is None
    assert arena_bytes(content([T(), T()], [Op("Own", (0,), (1,), custom=True)])) is None


def test_a_graph_of_thousands_of_tensors_is_not_planned() -> None:
    assert arena_bytes(chain(*["RELU"] * 3001)) is None


@pytest.mark.parametrize("name", ["ADD", "DEQUANTIZE"])
def test_an_operator_without_an_output_is_no_error(name: str) -> None:
    tensors = [T((16,)), T((16,)), T((16,), stored=True)]
    model = content(tensors, [Op(name, (2, 2), ()), Op("RELU", (0,), (1,))])
    assert arena_bytes(model) == 2 * 64 + MARGIN
