"""Times to figures, and what makes them void."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.bench.disturbances import Moment, slowed
from pidoctor.bench.figures import (
    BenchRun,
    apart,
    drift_of,
    figures_of,
    names_of,
    with_delegate_judged,
    with_drift,
)

TIMES = st.lists(st.floats(0.001, 1e5), min_size=2, max_size=200)
QUIET = Moment("performance", 1800, 50.0, 0, 1.0)


@given(TIMES)
def test_figures_are_in_order(times: list[float]) -> None:
    it = figures_of(times)
    assert it.min <= it.p50 <= max(times)
    assert it.min <= it.p90 <= it.p99 <= max(times)
    assert it.p50 == statistics.median(times)
    assert it.calls == len(times)


@given(st.lists(st.floats(20, 1e5), min_size=2, max_size=200), st.floats(0.1, 10))
def test_variation_has_no_unit(times: list[float], factor: float) -> None:
    scaled = figures_of([factor * time for time in times])
    assert scaled.variation == pytest.approx(figures_of(times).variation, abs=1e-9)


def test_short_calls_vary_by_the_millisecond() -> None:
    """One interrupt of 50 us among calls of 3 us is no noise; a processor that slows down is."""
    steady = figures_of([0.05 if n % 1000 == 500 else 0.003 for n in range(10_000)])
    assert steady.variation < 0.03
    assert (steady.p50, steady.p99) == (0.003, 0.003)
    assert figures_of([0.003] * 5000 + [0.004] * 5000).variation > 0.03


@pytest.mark.parametrize(
    ("values", "reference", "said"),
    [
        ([1.0, 2.0], [1.0, 2.0], 0.0),
        ([1.0, 1.5], [1.0, 2.0], 0.25),
        ([0.0, 0.0], [1.0, -4.0], 1.0),
        ([], [], None),
        ([1.0], [1.0, 2.0], None),
        ([None, 1.0], [None, 1.0], 0.0),
        ([None, 1.0], [1.0, 1.0], None),
    ],
)
def test_how_far_outputs_are_apart(
    values: list[float | None], reference: list[float | None], said: float | None
) -> None:
    assert apart(values, reference) == said


def test_a_delegate_that_ran_nothing_or_ran_it_wrongly_is_void() -> None:
    plain = BenchRun(1, True, figures_of([5.0, 5.0]), parts=0)
    idle = BenchRun(1, False, figures_of([5.0, 5.0]), parts=0, delegate="/l/libx.so")
    beside = idle._replace(xnnpack=True, parts=1)
    for run in with_delegate_judged([idle, beside]):
        assert run.void == ("the delegate took no part of the model",)
    at_work = [it._replace(parts=1, apart=0.004) for it in (idle, beside)]
    assert with_delegate_judged([*at_work, plain]) == (*at_work, plain)
    (wrong, _) = with_delegate_judged([at_work[0]._replace(apart=0.95), plain._replace(apart=0.95)])
    assert "off by 95% of the largest value" in wrong.void[0]
    assert wrong.name == "1 thread, libx.so, no XNNPACK"


def test_percentiles_are_values_that_were_measured() -> None:
    it = figures_of([float(n) for n in range(1, 101)])
    assert (it.p90, it.p99) == (90.0, 99.0)


@pytest.mark.parametrize(
    ("before", "bits", "said"),
    [
        (0x0, 0x0, ""),
        (0x50000, 0x50000, ""),  # since the board was started, not now
        (0x0, 0x40000, "throttled"),  # between two looks
        (0x10000, 0x50000, "throttled"),
        (0x0, 0x1, "under-voltage"),
        (0x50000, 0x50005, "under-voltage, throttled"),
        (0x0, 0x8, "soft temperature limit"),
    ],
)
def test_throttling_at_any_moment_counts(before: int, bits: int, said: str) -> None:
    looks = [QUIET._replace(throttled=it) for it in (None, before, bits, None)]
    assert slowed(looks) == said


def one(*times: float) -> BenchRun:
    return BenchRun(1, True, figures_of(times))


def test_drift_makes_every_run_void() -> None:
    runs = [one(10, 10), BenchRun(2, True, figures_of([5, 5])), one(12, 12)]
    assert drift_of(runs) == pytest.approx(1.2)
    assert all("1.20 times as long at the end" in run.void[0] for run in with_drift(runs))
    steady = [one(10, 10), one(10.1, 10.1)]
    assert with_drift(steady) == tuple(steady)
    assert drift_of([one(1, 1)]) is None


def test_one_thread_at_the_end_is_told_from_the_first() -> None:
    runs = [one(10, 10), BenchRun(2, True, figures_of([5, 5])), one(10, 10)]
    assert names_of(runs) == ("1 thread", "2 threads", "1 thread, again")
