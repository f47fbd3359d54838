"""Whether one measurement is faster than another, with an interval, or cannot be told apart."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from pidoctor.record_fields import json_form
from pidoctor.value_rules import Amount, NotNegative, Text, one_of

ROUNDS = 5  # of both, one after the other
LEAST_DOUBT = 0.03  # of a time out of a file: runs that differ by less are not void
# Student's t for an interval that holds 95 of 100 times, by degrees of freedom:
# https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


@json_form(more={"verdict": "verdict"})
class Compared(NamedTuple):
    """A configuration of both: the other's time over the one's, with a 95 % interval.

    ``ms`` are the medians of both. ``rounds`` of both in turn; 0 where both are out of files.
    ``void`` says why it is not to be believed.
    """

    configuration: Text
    ms: tuple[NotNegative, NotNegative]
    ratio: NotNegative
    low: NotNegative
    high: NotNegative
    rounds: Amount = 0
    void: tuple[Text, ...] = ()

    @property
    def verdict(self) -> Annotated[str, one_of("faster", "slower", "same")]:
        """Of the other: "faster", "slower", or "same" where the two cannot be told apart."""
        return "faster" if self.high < 1 else "slower" if self.low > 1 else "same"


class Comparison(NamedTuple):
    """Two models, or two measurements: what both are called, and each configuration of both."""

    one: Text
    other: Text
    rows: tuple[Compared, ...]

    @property
    def best(self) -> Compared | None:
        """The configuration in which the faster of the two is fastest; believed ones come first."""
        return min(self.rows, key=lambda row: (bool(row.void), min(row.ms)), default=None)

    @property
    def sentence(self) -> str:
        best = self.best
        if best is None:
            return f"{self.other} and {self.one} have no configuration in common that ran."
        span = f"{_times(best.low)} to {_times(best.high)}"
        about = f"95 % interval: {span}, {best.rounds} runs of each in turn"
        if not best.rounds:
            about = f"{span}, counting how far runs of the same model lie apart"
        told = f"cannot be told apart from {self.one}"
        if best.verdict != "same":
            told = f"is {best.verdict} than {self.one}"
        told = f"{self.other} {told} with {best.configuration}: it takes {_times(best.ratio)} times"
        doubt = f"; not to be believed: {best.void[0]}" if best.void else ""
        return f"{told} as long ({about}){doubt}."


def _times(ratio: float) -> str:
    return f"{ratio:.3g}"


def of_rounds(
    name: str, one: Sequence[float], other: Sequence[float], void: Sequence[str] = ()
) -> Compared:
    """Medians of runs that took turns, at least two of each. A drift of the board is in both."""
    logs = [math.log(b / a) for a, b in zip(one, other)]
    mean, count = statistics.fmean(logs), len(logs)
    student = _STUDENT[min(count - 2, len(_STUDENT) - 1)]
    half = student * statistics.stdev(logs) / math.sqrt(count)
    low, ratio, high = (math.exp(mean + part) for part in (-half, 0.0, half))
    ms = (statistics.median(one), statistics.median(other))
    return Compared(name, ms, ratio, low, high, count, tuple(dict.fromkeys(void)))


def of_files(
    name: str, one: float, other: float, doubts: Sequence[float], void: Sequence[str] = ()
) -> Compared:
    """Two medians taken at different times: each may be off by its doubt, a share of it."""
    spread = math.prod(1 + max(doubt, LEAST_DOUBT) for doubt in doubts)
    ratio = other / one
    return Compared(
        name, (one, other), ratio, ratio / spread, ratio * spread, 0, tuple(dict.fromkeys(void))
    )
