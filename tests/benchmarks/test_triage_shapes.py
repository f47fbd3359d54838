"""triage of 5 MB of every shape of line, and of many small logs, in one run."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from pidoctor.triage.diagnose import triage
from tests.benchmarks.ratio import cpu_ratio

pytestmark = pytest.mark.benchmark

SIZE = 5_000_000
SLOWEST = 70.0
"""Times of splitting the lines of a log into words, the least that a reader in Python does."""
SMALL_LOGS = 1.6
"""Times of a log of 200 kB, for 200 small ones."""

_random = random.Random(1)  # noqa: S311 the same log in each run


_POOL = tuple(
    "".join(_random.choices("abcdefghijklmnopqrstuvwxyz", k=_random.randint(3, 10)))
    for _ in range(50_000)
)


def _words(count: int) -> str:
    return " ".join(_random.choices(_POOL, k=count))


def _docker(number: int) -> str:
    return json.dumps(
        {"log": _words(8) + "\n", "stream": "stdout", "time": f"10:00:00.{number:09}Z"}
    )


def _skipped_link(number: int) -> str:
    tag = f"cp3{number % 14}-cp3{number % 14}-win_amd64"
    return (
        f"  Skipping link: none of the wheel's tags ({tag}) are compatible (run pip debug "
        f"--verbose to show compatible tags): /packages/{number * 7919**9:064x}/numpy-{tag}.whl"
    )


SHAPES: Mapping[str, Callable[[int], str]] = {
    "pip -vvv": _skipped_link,
    "docker JSON": _docker,
    "words": lambda _: _words(12),
    "a literal in every line": lambda _: f"{_words(6)} error: {_words(4)}",
    "a symptom in every line": lambda _: (
        f"OSError: [Errno 28] No space left on device: {_words(2)}"
    ),
    "another symptom": lambda _: f"ModuleNotFoundError: No module named '{_words(1)}'",
    "journal": lambda number: f"May 01 10:00:{number % 60:02} pi python3[{number}]: {_words(9)}",
    "compiler": lambda _: (
        f"gcc -pthread -I/usr/include/python3.9 -c {_words(1)}.c -o {_words(1)}.o"
    ),
    "colours": lambda _: f"\x1b[32m{_words(5)}\x1b[0m \x1b[1m{_words(5)}\x1b[0m",
    "progress bar": lambda _: "\r".join(f"{_words(2)} {done}%|" for done in range(20)),
    "long lines": lambda _: _words(2000),
    "German": lambda _: f"{_words(4)} Datei oder Verzeichnis nicht gefunden {_words(3)}",
    "full width": lambda _: _words(30)[:80],
    "numbers": lambda _: f"{_random.random()} {_random.random()}",
}


def _log(line: Callable[[int], str], length: int) -> bytes:
    lines: list[str] = []
    size = 0
    while size < length:
        lines.append(line(len(lines)) + "\n")
        size += len(lines[-1])
    return "".join(lines).encode()


def _split(log: bytes) -> None:
    for line in log.decode().splitlines():
        line.split()


@pytest.mark.parametrize("shape", SHAPES)
def test_speed(shape: str, capsys: pytest.CaptureFixture[str]) -> None:
    log = _log(SHAPES[shape], SIZE)
    triage([b"made ready"])
    ratio = cpu_ratio(partial(triage, [log]), partial(_split, log), SLOWEST, rounds=2)
    with capsys.disabled():
        print(f"\n  {shape}: {ratio:.0f} x splitting it into words")
    assert ratio <= SLOWEST


def test_many_small_logs(capsys: pytest.CaptureFixture[str]) -> None:
    """A tool's few lines and a failure take little more than a kilobyte of a long log."""
    failure = b"OSError: [Errno 28] No space left on device\n"
    small = [b"Collecting numpy\nDownloading numpy-%d\n" % n + failure for n in range(200)]
    long = _log(SHAPES["words"], 200_000)
    ratio = cpu_ratio(lambda: [triage([log]) for log in small], lambda: triage([long]), SMALL_LOGS)
    with capsys.disabled():
        print(f"\n  200 small logs take {ratio:.2f} x a log of 200 kB")
    assert ratio <= SMALL_LOGS
