"""Times carried over from one board to another, and how often the range holds."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import permutations

import pytest

from pidoctor.bench.prediction import (
    KINDS,
    LEAST_MODELS,
    Ratio,
    Timing,
    known_from,
    predict,
    ratio_of,
    timings,
)
from pidoctor.catalog.boards import load_boards


def held_out() -> Iterator[tuple[bool, float]]:
    """For each timing, by those of the other models: whether it lies in the range, and how wide."""
    rows = timings()
    boards = sorted({board for row in rows for board in row.ms})
    for here, there in permutations(boards, 2):
        for kind in set(KINDS.values()):
            both = [r for r in rows if r.kind == kind and here in r.ms and there in r.ms]
            for row in both:
                others = (other for other in both if other.model != row.model)
                ratio = ratio_of(others, here, there, kind, row.threads)
                if ratio is not None:
                    held = ratio.low <= row.ms[there] / row.ms[here] <= ratio.high
                    yield held, ratio.high / ratio.low


def test_the_range_holds_for_models_that_were_left_out_and_is_of_use() -> None:
    found = list(held_out())
    assert len(found) > 1000
    assert sum(held for held, _ in found) / len(found) >= 0.85
    assert statistics.median(width for _, width in found) < 1.35


def test_as_many_threads_count_where_enough_models_were_timed_with_them() -> None:
    rows = [row(f"m{n}", 10, 20) for n in range(LEAST_MODELS)]
    more = [row(f"k{n}", 10, 40)._replace(threads=4) for n in range(LEAST_MODELS - 1)]
    one, four = (ratio_of([*rows, *more], "a/64", "b/64", "int8", threads) for threads in (1, 4))
    assert one is not None
    assert four is not None
    assert (one.low, one.high) == pytest.approx((2 / 1.02, 2 * 1.02))
    assert (four.low, four.high) == (2, 4)


def test_every_board_is_one_of_the_table() -> None:
    known = set(load_boards().boards)
    named = {board for row in timings() for board in row.ms}
    assert {board.partition("/")[0] for board in named} <= known
    assert {board.partition("/")[2] for board in named} == {"32", "64"}


def row(model: str, here: float, there: float, kind: str = "int8") -> Timing:
    return Timing(model, kind, 1, {"a/64": here, "b/64": there}, f"https://{model}.example")


def test_too_few_models_give_no_range() -> None:
    rows = [row(f"m{n}", 10, 20) for n in range(LEAST_MODELS)]
    assert ratio_of(rows[1:], "a/64", "b/64", "int8") is None
    assert ratio_of([*rows[1:], rows[1]], "a/64", "b/64", "int8") is None  # one model twice
    assert ratio_of(rows, "a/64", "b/64", "float32") is None
    assert ratio_of(rows, "a/64", "c/64", "int8") is None
    found = ratio_of(rows, "a/64", "b/64", "int8")
    assert found is not None
    assert found[:4] == (2.0, 2.0, LEAST_MODELS, LEAST_MODELS)


def test_there_and_back() -> None:
    rows = [row(f"m{n}", 10, 20 + n) for n in range(LEAST_MODELS)]
    there, back = ratio_of(rows, "a/64", "b/64", "int8"), ratio_of(rows, "b/64", "a/64", "int8")
    assert there is not None
    assert back is not None
    assert there.low * back.high == pytest.approx(1)


def test_a_range_of_milliseconds() -> None:
    it = predict(40.0, "pi5/64", Ratio(0.25, 0.35, 6, 24, ()))
    assert (it.low, it.high) == (10.0, 14.0)


def test_a_pi_4_carries_over_to_a_pi_5_as_published() -> None:
    """Pi 4 to Pi 5: 2.8 to 3.6 times as fast in float32, more in int8."""
    ratio = ratio_of(timings(), "pi4/64", "pi5/64", "float32")
    assert ratio is not None
    assert 0.25 < ratio.low < ratio.high < 0.40
    assert "pi5/64" in known_from("pi4/64", "int8")
