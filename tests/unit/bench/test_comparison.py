"""Two measurements: faster, slower, or not to be told apart."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import Any

import pytest

from pidoctor.bench.figures import Bench, BenchRun, figures_of
from pidoctor.bench.significance import Comparison, of_files, of_rounds
from pidoctor.bench.stored import compare_stored, read_stored, stored
from pidoctor.decoding import encode
from pidoctor.errors import UsageError


def test_a_drift_of_the_board_is_in_both() -> None:
    one = [10.0, 11.0, 12.0, 13.0, 14.0]
    it = of_rounds("1 thread", one, [0.8 * ms for ms in one])
    assert (it.ratio, it.low, it.high) == pytest.approx((0.8, 0.8, 0.8))
    assert (it.verdict, it.rounds) == ("faster", 5)


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ([12.0, 12.1, 11.9, 12.2, 12.0], "slower"),
        ([10.1, 9.9, 10.2, 9.8, 10.0], "same"),
        ([9.0, 20.0, 10.0, 11.0, 9.5], "same"),  # one of them is another program's
    ],
)
def test_what_is_said_of_two(other: list[float], verdict: str) -> None:
    it = of_rounds("1 thread", [10.0, 10.1, 9.9, 10.0, 10.0], other)
    assert it.verdict == verdict
    assert it.low <= it.ratio <= it.high
    told = Comparison("a.tflite", "b.tflite", (it,)).sentence
    assert ("cannot be told apart" in told) == (verdict == "same")


def test_the_interval_holds_19_of_20_times() -> None:
    """Of rounds whose times vary by 2 %, a model that takes 0.9 times as long."""
    draw = random.Random(1)  # noqa: S311 - noise
    held = 0
    for _ in range(2000):
        one = [draw.gauss(10, 0.2) for _ in range(5)]
        it = of_rounds("", one, [draw.gauss(9, 0.18) for _ in range(5)])
        held += it.low <= 0.9 <= it.high
    assert 0.93 < held / 2000 < 0.97


def test_times_out_of_files_count_what_runs_differ_by() -> None:
    assert of_files("", 10, 10.5, (0, 0)).verdict == "same"  # 3 % each
    assert of_files("", 10, 10.7, (0, 0)).verdict == "slower"
    assert of_files("", 10, 10.7, (0.1, 0)).verdict == "same"
    assert of_files("", 10, 5, (0, 0)).verdict == "faster"


def measurement(ms: float, void: tuple[str, ...] = (), delegate: str = "") -> Bench:
    run = BenchRun(1, True, figures_of([ms, ms]), void=void, delegate=delegate)
    dead = BenchRun(2, True)
    return Bench("m.tflite", "tflite-runtime", "2.14.0", (run, dead), 1.01, None, None, None)


def test_measurements_that_were_written(tmp_path: Path) -> None:
    paths = []
    for name, bench in (("a", measurement(10)), ("b", measurement(5, ("it was warm",)))):
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps({"bench": encode(bench)}))
    it = compare_stored(read_stored(paths[0]), read_stored(paths[1]))
    (row,) = it.rows
    assert (row.configuration, row.ratio, row.void) == ("1 thread", 0.5, ("it was warm",))
    assert it.sentence.startswith("b.json is faster than a.json with 1 thread: it takes 0.5 times")
    assert it.sentence.endswith("not to be believed: it was warm.")


def test_nothing_in_common() -> None:
    one = stored("a", encode(measurement(10)))
    it = compare_stored(one, stored("b", encode(measurement(10, delegate="libx.so"))))
    assert it.rows == ()
    assert it.best is None
    assert it.sentence == "b and a have no configuration in common that ran."


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        [],
        {"bench": None},
        {"bench": {"runs": {}}},
        {"bench": {"runs": [1], "drift": None}},
        {"bench": {"runs": [{"ms": {"p50": -1}}], "drift": None}},
        {"bench": {"runs": [{"ms": {"p50": 1}, "threads": "x", "xnnpack": True}], "drift": 1}},
    ],
)
def test_what_is_no_measurement(document: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UsageError, match="is not what `pidoctor bench --json` writes"):
        read_stored(path)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_stored(tmp_path / "none.json")
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(UsageError, match="a named pipe"):
        read_stored(tmp_path / "pipe.json")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(UsageError, match="is not what"):
        read_stored(tmp_path / "deep.json")
