"""Times of calls to the figures that are shown, and to whether they can be believed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from pidoctor.bench.prediction import Prediction
from pidoctor.bench.significance import Comparison
from pidoctor.proof.proof import Death
from pidoctor.record_fields import json_form
from pidoctor.value_rules import Amount, NotNegative, Text

MOST_VARIATION = 0.03  # boards at rest vary by 0.1 to 0.7 %
MOST_DRIFT = 0.03  # of one thread at the end against one thread at the beginning
MOST_APART = 0.10  # of an accelerator's output from the processor's; 8-bit ones differ by 1 or 2 %
_BLOCK_MS = 1.0
MOST_OTHERS = 0.15  # cores that other programs may use meanwhile


class Figures(NamedTuple):
    """Milliseconds of one call; ``variation`` is the standard deviation over the mean.

    Calls of less than a millisecond count as many of them as take one: a single interrupt of the
    system is longer than such a call, and says nothing of the model.
    """

    min: NotNegative
    p50: NotNegative
    p90: NotNegative
    p99: NotNegative
    mean: NotNegative
    variation: NotNegative
    calls: Amount


def figures_of(times: Sequence[float]) -> Figures:
    """The figures of at least two calls."""
    ordered, mean, blocks = sorted(times), statistics.fmean(times), _blocks(times)
    return Figures(
        ordered[0],
        statistics.median(ordered),
        _at(ordered, 0.90),
        _at(ordered, 0.99),
        mean,
        statistics.stdev(blocks) / mean if mean else 0.0,
        len(ordered),
    )


def _blocks(times: Sequence[float]) -> Sequence[float]:
    """The means of as many calls, one after the other, as take a millisecond together."""
    length = min(max(round(_BLOCK_MS / max(statistics.median(times), 1e-6)), 1), len(times) // 2)
    if length < 2:
        return times
    starts = range(0, len(times) - length + 1, length)
    return [statistics.fmean(times[start : start + length]) for start in starts]


def _at(ordered: Sequence[float], share: float) -> float:
    """The least time that ``share`` of the calls did not exceed (the nearest rank)."""
    rank = -(-share * len(ordered) // 1)
    return ordered[min(max(int(rank) - 1, 0), len(ordered) - 1)]


def name_of(threads: int, xnnpack: bool, delegate: str) -> str:
    """What a configuration is called."""
    told = "1 thread" if threads == 1 else f"{threads} threads"
    more = (delegate.rpartition("/")[2], "" if xnnpack else "no XNNPACK")
    return ", ".join((told, *filter(None, more)))


@json_form(
    names={
        "figures": "ms",
        "warm_up": "warm_up_calls",
        "private": "private_bytes",
        "parts": "delegated_parts",
        "delegated": "delegated_operators",
        "checksum": "output_sha256_16",
        "apart": "output_apart",
    },
    nulls=("delegate", "output_sha256_16"),
)
class BenchRun(NamedTuple):
    """One configuration, measured in a process of its own.

    ``delegate`` is the library of one, empty without. ``parts`` are steps that stand for what a
    delegate runs, ``delegated`` how many of the model's ``operators`` those are.
    ``apart`` is how far the output is from the processor's own, as a share of its largest value.
    ``void`` says why the figures are not to be believed; empty where nothing speaks against them.
    Without figures ``death`` says how the process ended. ``private`` are bytes beyond the import.
    """

    threads: Amount
    xnnpack: bool
    figures: Figures | None = None
    load_ms: NotNegative = 0.0
    allocate_ms: NotNegative = 0.0
    first_ms: NotNegative = 0.0
    warm_up: Amount = 0
    private: Amount | None = None
    parts: Amount | None = None
    delegated: Amount | None = None
    operators: Amount | None = None
    checksum: str = ""
    apart: NotNegative | None = None
    void: tuple[Text, ...] = ()
    death: Death | None = None
    delegate: str = ""

    @property
    def name(self) -> str:
        return name_of(self.threads, self.xnnpack, self.delegate)


@json_form(names={"uses": "count"})
class OperatorTime(NamedTuple):
    """All operators of a name: how many, milliseconds of a run, and their share of it."""

    name: str
    uses: Amount
    ms: NotNegative
    share: NotNegative


@json_form(names={"whole": "whole_ms", "total": "sum_ms"}, nulls=("why_not",))
class OperatorTimes(NamedTuple):
    """Each operator cut out and timed alone, on one thread: their sum beside the whole, in
    milliseconds, the slowest operators first.

    ``why_not`` says why there are none to be shown; empty where there are.
    """

    whole: NotNegative = 0.0
    total: NotNegative = 0.0
    operators: tuple[OperatorTime, ...] = ()
    why_not: str = ""


class Bench(NamedTuple):
    """All configurations of one model; ``drift`` is the last run of one thread over the first.

    ``shapes`` are those of inputs that run in others than the file holds. ``celsius`` is the
    highest that was seen. ``predicted``, ``operators`` and ``comparison`` are
    there where they were asked for.
    """

    model: str
    runtime: Text
    version: str
    runs: tuple[BenchRun, ...]
    drift: NotNegative | None = None
    governor: str | None = None
    celsius: float | None = None
    mhz: Amount | None = None
    predicted: Prediction | None = None
    comparison: Comparison | None = None
    operators: OperatorTimes | None = None
    shapes: tuple[tuple[Amount, ...], ...] = ()

    @property
    def best(self) -> BenchRun | None:
        """The fastest of the runs that can be believed."""
        return fastest(self.runs)

    @property
    def delegate_fails(self) -> str:
        """Why the delegate cannot be used, a sentence; empty where it can, or was not asked for."""
        run = next((run for run in self.runs if run.delegate and not run.xnnpack), None)
        if run is None:
            return ""
        if run.death is not None:
            return run.death.message
        wrong = next((why for why in run.void if why in delegate_doubts(run)), "")
        return f"{run.delegate.rpartition('/')[2]} was loaded, but {wrong}." if wrong else ""


def fastest(runs: Sequence[BenchRun]) -> BenchRun | None:
    """The fastest of the runs that can be believed."""
    good = [run for run in runs if run.figures and not run.void]
    return min(good, key=lambda run: run.figures.p50 if run.figures else 0.0, default=None)


def names_of(runs: Sequence[BenchRun]) -> tuple[str, ...]:
    """What the runs are called beside each other: "1 thread", and at the end "1 thread, again"."""
    plain = [run.name for run in runs]
    return tuple(f"{name}, again" if name in plain[:at] else name for at, name in enumerate(plain))


def drift_of(runs: Sequence[BenchRun]) -> float | None:
    """How much slower (1.05: by 5 %) one thread was at the end than at the beginning."""
    one = [
        run.figures.p50
        for run in runs
        if run.threads == 1 and run.xnnpack and not run.delegate and run.figures
    ]
    return one[-1] / one[0] if len(one) > 1 else None


def with_drift(runs: Sequence[BenchRun]) -> tuple[BenchRun, ...]:
    """The runs, all of them void where the machine was not the same at the end."""
    drift = drift_of(runs)
    if drift is None or abs(drift - 1) <= MOST_DRIFT:
        return tuple(runs)
    said = f"one thread took {drift:.2f} times as long at the end as at the beginning"
    return tuple(run._replace(void=(*run.void, said)) for run in runs)


def with_delegate_judged(runs: Sequence[BenchRun]) -> tuple[BenchRun, ...]:
    """The runs; those with a delegate are void where it ran nothing, or ran it wrongly."""
    plain = next((run for run in runs if run.delegate and not run.xnnpack and run.figures), None)
    idle = plain is not None and plain.parts == 0
    return tuple(
        run._replace(void=(*run.void, *delegate_doubts(run, idle))) if run.figures else run
        for run in runs
    )


def delegate_doubts(run: BenchRun, idle: bool = False) -> tuple[str, ...]:
    """What speaks against a delegate; ``idle``: it ran nothing without XNNPACK beside it."""
    if not run.delegate:
        return ()
    if idle or run.parts == 0:
        return ("the delegate took no part of the model",)
    if run.apart is None or run.apart <= MOST_APART:
        return ()
    share = f"{run.apart:.0%}" if run.apart < 10 else "more than ten times"
    return (f"the output is not the processor's: it is off by {share} of the largest value",)


def apart(values: Sequence[float | None], reference: Sequence[float | None]) -> float | None:
    """The largest difference of two outputs over the largest value; None: not to be compared."""
    if not values or len(values) != len(reference):
        return None
    both = [(a, b) for a, b in zip(values, reference) if a is not None and b is not None]
    if len(both) < len(values):
        return 0.0 if list(values) == list(reference) else None
    largest = max(abs(b) for _, b in both)
    return max(abs(a - b) for a, b in both) / largest if largest else None
