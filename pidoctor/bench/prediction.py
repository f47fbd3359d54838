"""How long a model takes on another board: what it took here times what others have measured.

From a file alone the time is known to a factor of two. Measured on one board it carries over to
another by the ratio of the two boards, for models of the same kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pidoctor.catalog.tables import load
from pidoctor.record_fields import json_form
from pidoctor.value_rules import Amount, NotNegative, Text

LEAST_MODELS = 4  # with fewer the range says little of another model
_SPREAD = 1.02  # of timings of the same model on the same board
KINDS = {
    "float32": "float32",
    "int8 per channel": "int8",
    "int8 per tensor": "int8",
    "uint8": "int8",
}


class Timing(NamedTuple):
    """Milliseconds of a run of one model by board; ``threads`` 0: as many as there are cores.

    A board is a row of boards.json with the word size of its system: "pi4/64".
    """

    model: str
    kind: str
    threads: int
    ms: Mapping[str, float]
    source: str


class BoardLatenciesTable(NamedTuple):
    """board_latencies.json."""

    source: str
    rows: tuple[Timing, ...]


class Ratio(NamedTuple):
    """How many times as long models take on a board as on another: the least and the most seen."""

    low: float
    high: float
    models: Amount
    timings: Amount
    sources: tuple[Text, ...]

    @property
    def span(self) -> tuple[NotNegative, NotNegative]:
        return self.low, self.high


@json_form(
    names={"low": "low_ms", "high": "high_ms"},
    more={
        "ratio": "ratio.span",
        "models": "ratio.models",
        "timings": "ratio.timings",
        "sources": "ratio.sources",
    },
)
class Prediction(NamedTuple):
    """Milliseconds of a run on ``board``: the range, and the ratio that it comes from."""

    board: Text
    low: NotNegative
    high: NotNegative
    ratio: Ratio


def timings() -> tuple[Timing, ...]:
    """What others have measured."""
    return load(BoardLatenciesTable).rows


def ratio_of(
    rows: Iterable[Timing], here: str, there: str, kind: str, threads: int | None = None
) -> Ratio | None:
    """What ``rows`` say of two boards for models of a kind; None where they say too little.

    Where enough models were timed with as many ``threads``, those alone count: their range is a
    third as wide, and with what two timings of the same thing differ by it holds as often.
    """
    both = [row for row in rows if row.kind == kind and here in row.ms and there in row.ms]
    same = [row for row in both if row.threads == threads]
    spread = 1.0
    if len({row.model for row in same}) >= LEAST_MODELS:
        both, spread = same, _SPREAD
    models = {row.model for row in both}
    if len(models) < LEAST_MODELS:
        return None
    ratios = [row.ms[there] / row.ms[here] for row in both]
    sources = tuple(dict.fromkeys(row.source for row in both))
    return Ratio(min(ratios) / spread, max(ratios) * spread, len(models), len(both), sources)


def known_from(here: str, kind: str) -> list[str]:
    """The boards that times measured on ``here`` carry over to."""
    rows = timings()
    boards = sorted({board for row in rows for board in row.ms} - {here})
    return [board for board in boards if ratio_of(rows, here, board, kind)]


def predict(ms: float, board: str, ratio: Ratio) -> Prediction:
    """The range on ``board`` of what took ``ms`` here."""
    return Prediction(board, ms * ratio.low, ms * ratio.high, ratio)
