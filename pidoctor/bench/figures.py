"""Times of calls to the figures that are shown, and to whether they can be believed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pidoctor import shapes
    from pidoctor.bench.prediction import Prediction
    from pidoctor.proof.proof import Death

MOST_VARIATION = 0.03  # boards at rest vary by 0.1 to 0.7 %
MOST_DRIFT = 0.03  # of one thread at the end against one thread at the beginning
MOST_OTHERS = 0.15  # cores that other programs may use meanwhile


class Figures(NamedTuple):
    """Milliseconds of one call; ``variation`` is the standard deviation over the mean."""

    minimum: float
    p50: float
    p90: float
    p99: float
    mean: float
    variation: float
    calls: int

    def to_json(self) -> shapes.BenchFigures:
        return {
            "min": self.minimum,
            "p50": self.p50,
            "p90": self.p90,
            "p99": self.p99,
            "mean": self.mean,
            "variation": self.variation,
            "calls": self.calls,
        }


def figures_of(times: Sequence[float]) -> Figures:
    """The figures of at least two calls."""
    ordered, mean = sorted(times), statistics.fmean(times)
    return Figures(
        ordered[0],
        statistics.median(ordered),
        _at(ordered, 0.90),
        _at(ordered, 0.99),
        mean,
        statistics.stdev(times) / mean if mean else 0.0,
        len(ordered),
    )


def _at(ordered: Sequence[float], share: float) -> float:
    """The least time that ``share`` of the calls did not exceed (the nearest rank)."""
    rank = -(-share * len(ordered) // 1)
    return ordered[min(max(int(rank) - 1, 0), len(ordered) - 1)]


class BenchRun(NamedTuple):
    """One configuration, measured in a process of its own.

    ``void`` says why the figures are not to be believed; empty where nothing speaks against them.
    Without figures ``death`` says how the process ended. ``private`` are bytes beyond the import.
    """

    threads: int
    xnnpack: bool
    figures: Figures | None = None
    load_ms: float = 0.0
    allocate_ms: float = 0.0
    first_ms: float = 0.0
    warm_up: int = 0
    private: int | None = None
    delegated: int | None = None
    checksum: str = ""
    void: tuple[str, ...] = ()
    death: Death | None = None

    @property
    def name(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return threads if self.xnnpack else f"{threads}, no XNNPACK"

    def to_json(self) -> shapes.BenchRun:
        return {
            "threads": self.threads,
            "xnnpack": self.xnnpack,
            "ms": self.figures.to_json() if self.figures else None,
            "load_ms": self.load_ms,
            "allocate_ms": self.allocate_ms,
            "first_ms": self.first_ms,
            "warm_up_calls": self.warm_up,
            "private_bytes": self.private,
            "delegated_parts": self.delegated,
            "output_sha256_16": self.checksum or None,
            "void": list(self.void),
            "death": self.death.to_json() if self.death else None,
        }


class Bench(NamedTuple):
    """All configurations of one model; ``drift`` is the last run of one thread over the first."""

    model: str
    runtime: str
    version: str
    runs: tuple[BenchRun, ...]
    drift: float | None
    governor: str | None
    celsius: float | None
    mhz: int | None
    predicted: Prediction | None = None

    @property
    def best(self) -> BenchRun | None:
        """The fastest of the runs that can be believed."""
        good = [run for run in self.runs if run.figures and not run.void]
        return min(good, key=lambda run: run.figures.p50 if run.figures else 0.0, default=None)

    @property
    def void(self) -> bool:
        return self.best is None

    def to_json(self) -> shapes.Bench:
        return {
            "model": self.model,
            "runtime": self.runtime,
            "version": self.version,
            "runs": [run.to_json() for run in self.runs],
            "drift": self.drift,
            "governor": self.governor,
            "celsius": self.celsius,
            "mhz": self.mhz,
            "predicted": self.predicted.to_json() if self.predicted else None,
        }


def drift_of(runs: Sequence[BenchRun]) -> float | None:
    """How much slower (1.05: by 5 %) one thread was at the end than at the beginning."""
    one = [run.figures.p50 for run in runs if run.threads == 1 and run.xnnpack and run.figures]
    return one[-1] / one[0] if len(one) > 1 else None


def with_drift(runs: Sequence[BenchRun]) -> tuple[BenchRun, ...]:
    """The runs, all of them void where the machine was not the same at the end."""
    drift = drift_of(runs)
    if drift is None or abs(drift - 1) <= MOST_DRIFT:
        return tuple(runs)
    said = f"one thread took {drift:.2f} times as long at the end as at the beginning"
    return tuple(run._replace(void=(*run.void, said)) for run in runs)
