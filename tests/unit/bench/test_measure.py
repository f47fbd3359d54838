"""What speaks against a measurement, and how the machine is looked at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pidoctor.bench.disturbances import Moment, look
from pidoctor.bench.figures import BenchRun, figures_of
from pidoctor.bench.measure import (
    Configuration,
    Subject,
    configurations,
    doubts,
    measure,
    measure_in_turn,
)
from pidoctor.bench.timing_payload import MARK
from pidoctor.catalog.runtimes import load_runtimes
from pidoctor.host.directory import DirectoryHost
from pidoctor.host.live import LiveHost

FILES = {
    "proc/stat": "cpu  100 0 50 9000 10 0 5 0 0 0\ncpu0 1 1 1 1\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1800000\n",
    "sys/class/thermal/thermal_zone0/temp": "61234\n",
    "sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n",
}
DONE = {"agreed": True, "cpu_s": 4.0, "whole_s": 4.0}


def test_a_board_is_looked_at_without_root(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    seen = look(DirectoryHost(str(tmp_path)))
    assert seen == Moment("ondemand", 1800, 61.234, 0x50005, 1.55)


def test_what_is_not_there_is_not_known(tmp_path: Path) -> None:
    assert look(DirectoryHost(str(tmp_path))) == Moment(None, None, None, None, None)


def test_one_thread_is_measured_again() -> None:
    asked = list(configurations((1, 2)))
    assert asked == [
        Configuration(1),
        Configuration(2),
        Configuration(1, xnnpack=False),
        Configuration(1),
    ]
    assert list(configurations((4,))) == [Configuration(4), Configuration(4, xnnpack=False)]


QUIET = Moment("performance", 1800, 50.0, 0, 10.0)
AFTER = QUIET._replace(busy_s=14.1)


@pytest.mark.parametrize(
    ("times", "done", "after", "said"),
    [
        ([10.0, 10.1, 9.9], DONE, AFTER, []),
        ([10.0, 12.0, 9.0], DONE, AFTER, ["the times vary by 14.8%, at most 3% is quiet"]),
        (
            [10.0, 10.0],
            DONE,
            AFTER._replace(busy_s=18.0),
            ["other programs kept 1.0 cores busy meanwhile"],
        ),
        (
            [10.0, 10.0],
            DONE,
            AFTER._replace(throttled=4),
            ["the board was slowed down (throttled)"],
        ),
        (
            [10.0, 10.0],
            {**DONE, "agreed": False},
            AFTER,
            ["the times had not become steady after warming up for 5 s"],
        ),
        ([10.0, 10.0], DONE, AFTER._replace(busy_s=None), []),
    ],
)
def test_what_speaks_against_figures(
    times: list[float], done: dict[str, object], after: Moment, said: list[str]
) -> None:
    run = BenchRun(1, True, figures_of(times))
    assert list(doubts(run, done, [QUIET, after])) == said


# --- what a throttled board comes to: a recorded machine, and an interpreter that answers ---------

ANSWER = {
    "event": "done",
    "load_ms": 1.0,
    "allocate_ms": 1.0,
    "first_ms": 11.0,
    "warm_up": 40,
    "agreed": True,
    "times": [10.0, 10.01, 9.99, 10.0],
    "cpu_s": 1.0,
    "whole_s": 1.0,
    "private": 1000,
    "parts": 1,
    "operators": [4, 4],
    "checksum": "ab" * 8,
    "values": [1.0],
}


def program(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def subject(tmp_path: Path) -> Subject:
    python = program(tmp_path / "python", f"echo '{MARK}{json.dumps(ANSWER)}'")
    return Subject(python, load_runtimes()[0], "2.3.0", tmp_path / "m.tflite", 0.1)


@pytest.mark.parametrize(
    ("recorded", "void"),
    [
        ("0", ()),
        ("50000", ()),  # since it was started, not now
        ("4", ("the board was slowed down (throttled)",)),
        ("50005", ("the board was slowed down (under-voltage, throttled)",)),
        ("8", ("the board was slowed down (soft temperature limit)",)),
    ],
)
def test_recorded_throttling_voids_every_run(
    tmp_path: Path, recorded: str, void: tuple[str, ...]
) -> None:
    firmware = tmp_path / "sys/devices/platform/soc/soc:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text(f"{recorded}\n")
    host = DirectoryHost(str(tmp_path))
    bench = measure(subject(tmp_path), list(configurations((1, 2))), host, lambda _: None)
    assert [run.void for run in bench.runs] == [void] * 4
    assert (bench.best is None) == bool(void)
    assert bench.drift == 1.0


def test_vcgencmd_is_asked_where_the_kernel_does_not_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path / "vcgencmd", 'test "$1" = get_throttled && echo throttled=0x50005')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert look(LiveHost()).throttled == 0x50005
    program(tmp_path / "vcgencmd", "echo VCHI initialization failed; exit 255")
    assert look(LiveHost()).throttled is None


def test_models_that_take_turns_on_a_throttled_board_are_not_believed(tmp_path: Path) -> None:
    firmware = tmp_path / "sys/devices/platform/soc/soc:firmware"
    firmware.mkdir(parents=True)
    (firmware / "get_throttled").write_text("4\n")
    one = subject(tmp_path)
    host, asked = DirectoryHost(str(tmp_path)), [Configuration(1)]
    comparison = measure_in_turn((one, one), asked, host, lambda _: None).comparison
    assert comparison is not None
    assert comparison.rows[0].verdict == "same"
    assert comparison.sentence.endswith(
        "not to be believed: the board was slowed down (throttled)."
    )
