"""triage of a large log, as a ratio to grep with the same patterns in the same run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pidoctor.triage.symptoms import load
from tests.benchmarks.ratio import best_wall

pytestmark = pytest.mark.benchmark

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
    patterns = tmp_path / "patterns"
    patterns.write_text("|".join(_for_grep(p.text) for s in load().symptoms for p in s.patterns))
    ours = (sys.executable, "-c", SCRIPT, str(large_log))
    grep = ("grep", "-E", "-c", "-f", str(patterns), str(large_log))
    took, greps = best_wall(ours, grep, rounds=3)
    answer = subprocess.run(ours, check=True, capture_output=True, text=True).stdout.split()
    size = large_log.stat().st_size
    with capsys.disabled():
        print(f"\n  {size >> 20} MB: triage {took:.1f} s, grep {greps:.1f} s, {answer[1]} KiB")
    assert size > 200_000_000
    assert answer[0] == "wheel-not-supported-on-platform"
    assert int(answer[1]) < 100 << 10
    assert took <= 7 * greps


def _for_grep(text: str) -> str:
    """One of our patterns as grep -E wants it."""
    for ours, theirs in (("(?:", "("), (r"\d", "[0-9]"), (r"\S", "[^ ]")):
        text = text.replace(ours, theirs)
    return re.sub(r"\(\?P<\w+>", "(", text)
