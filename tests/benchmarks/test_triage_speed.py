"""triage of a large log, as a ratio to grep with the same patterns in the same run."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.benchmarks.ratios import Row, grep_for_symptoms, measure

pytestmark = pytest.mark.benchmark

LIMIT = 7.0
FAILURE = b"ERROR: demo-1.0-cp39-cp39-linux_armv7l.whl is not a supported wheel on this platform.\n"
# VmHWM begins anew with the program; getrusage's figure begins with the process it was forked from.
SCRIPT = """
import re, sys
from pidoctor.triage.watched_command import run_triage
cause = run_triage(sys.argv[1])[0][0].cause
print(cause, re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
"""


@pytest.fixture
def large_log(tmp_path: Path) -> Path:
    """200 MB of harmless lines with a failure now and then."""
    path = tmp_path / "large.log"
    noise = (
        b"Nov 20 12:00:%02d raspberrypi detect[812]: frame %06d: 2 objects, 31.2 ms, score 0.83\n"
    )
    with path.open("wb") as file:
        for block in range(200):
            file.write(b"".join(noise % (i % 60, block * i) for i in range(12_500)))
            if block % 10 == 9:
                file.write(FAILURE)
    return path


def test_a_large_log_against_grep(
    tmp_path: Path, large_log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """200 MB in under 100 MB of memory, in seven times grep's time for the same patterns."""
    said = tmp_path / "said"
    script = f'"$@" > {shlex.quote(str(said))}'
    ours = ("sh", "-c", script, "sh", sys.executable, "-c", SCRIPT, str(large_log))
    row = Row("", "", lambda _: (ours, grep_for_symptoms(large_log)), LIMIT, LIMIT, rounds=1)
    found = measure(row, tmp_path)
    answer = said.read_text().split()
    size = large_log.stat().st_size
    with capsys.disabled():
        print(
            f"\n  {size >> 20} MB: triage {found.ours:.1f} s, grep {found.theirs:.1f} s, "
            f"{answer[1]} KiB"
        )
    assert size > 200_000_000
    assert answer[0] == "wheel-not-supported-on-platform"
    assert int(answer[1]) < 100 << 10
    assert found.ratio <= LIMIT
