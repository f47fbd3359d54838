"""What speaks against a measurement, and how the machine is looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.bench.conditions import Moment, look
from pidoctor.bench.figures import BenchRun, figures_of
from pidoctor.bench.measure import Configuration, configurations, doubts
from pidoctor.host.directory import DirectoryHost

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
