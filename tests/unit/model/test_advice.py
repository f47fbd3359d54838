"""Advice follows from the figures of a model and a machine, and says what it rests on."""

from __future__ import annotations

import pytest

from pidoctor.model.advice import AdviceTarget, ModelAdvice, advise
from pidoctor.model.content import Content
from pidoctor.model.memory import MemoryEstimate, model_memory
from pidoctor.model.summary import summarise
from pidoctor.model.verdict import Target
from tests.unit.model.making import Op, T, content

PI_4 = AdviceTarget("BCM2711", 64, 4, 4 << 30)
ZERO = AdviceTarget("BCM2837", 32, 4, 512 << 20)
TARGET = Target("ai-edge-litert", "2.3.0", "aarch64")


def dense(weights: str = "FLOAT32", data: str = "FLOAT32", rows: int = 1000) -> Content:
    tensors = [T((1, 1000), data), T((rows, 1000), weights, stored=True), T((1, rows), data)]
    return content(tensors, [Op("FULLY_CONNECTED", (0, 1, -1), (2,))])


def convolution(batch: int = 1, size: int = 224, filters: int = 512) -> Content:
    tensors = [
        T((batch, size, size, 3)),
        T((filters, 7, 7, 3), stored=True),
        T((batch, size, size, filters)),
    ]
    return content(tensors, [Op("CONV_2D", (0, 1), (2,))])


def ask(
    model: Content, place: AdviceTarget = PI_4, memory: MemoryEstimate | None = None
) -> dict[str, ModelAdvice]:
    taken = memory or model_memory(model, TARGET)
    return {it.id: it for it in advise(model, summarise(model), taken, place)}


def test_int8_in_bytes_and_in_time_on_the_chip() -> None:
    text = ask(dense())["int8"].text
    assert "1 MB instead of 4 MB" in text
    assert "1 to 3.2 times" in text
    assert "(below 1: slower)" in ask(dense(), ZERO)["int8"].text
    unknown = ask(dense(), AdviceTarget("RK3588", 64, 8, None))["int8"].text
    assert "was not found" in unknown
    assert "times as fast" not in unknown


def test_a_run_that_takes_no_time_is_not_advised_on() -> None:
    assert not {"int8", "threads"} & ask(dense(rows=100)).keys()


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        (dense("INT8"), "dynamic-range"),
        (dense("INT8", "INT16"), "16x8"),
        (convolution(batch=8), "batch"),
        (convolution(), "lighter"),
    ],
)
def test_what_is_said_of_which_model(model: Content, wanted: str) -> None:
    found = ask(model)
    assert wanted in found
    assert found[wanted].source


def test_nothing_is_said_of_a_small_int8_model_on_one_core() -> None:
    assert ask(dense("INT8", "INT8", rows=10), AdviceTarget("BCM2835", 32, 1, 512 << 20)) == {}


def test_threads_name_the_cores() -> None:
    assert "num_threads=4" in ask(dense())["threads"].text


@pytest.mark.parametrize(
    ("private", "place", "words"),
    [
        ((600_000_000, 900_000_000), ZERO, "does not fit"),
        ((200_000_000, 300_000_000), ZERO, "SD card"),
        ((200_000_000, 300_000_000), PI_4, None),
    ],
)
def test_memory_against_the_boards(
    private: tuple[int, int], place: AdviceTarget, words: str | None
) -> None:
    found = ask(dense(), place, MemoryEstimate(private, 100_000_000, {}))
    assert ("memory" in found) == (words is not None)
    assert words is None or words in found["memory"].text


def test_the_address_space_of_32_bits() -> None:
    large = MemoryEstimate((1_000_000_000, 1_500_000_000), 1_000_000_000, {})
    assert "address-space" in ask(dense(), AdviceTarget("BCM2711", 32, 4, 8 << 30), large)
    assert "address-space" not in ask(dense(), AdviceTarget("BCM2711", 64, 4, 8 << 30), large)
