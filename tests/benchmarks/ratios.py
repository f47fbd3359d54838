"""The table of ratios: what a command takes, over what a peer takes in the same run.

Both run in turns as fresh processes, bytecode kept, and the least CPU time of each counts (user
and system, children included), so that other programs on the machine decide little.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from pidoctor.triage.symptoms import load
from tests.benchmarks.ratio import PIDOCTOR

TARGET = ("--target", "pi4-4gb/bookworm-64")
PIP = (sys.executable, "-m", "pip", "--version")
SMALL_LOG = """\
Collecting numpy
Downloading numpy-1.26.4-cp311-cp311-manylinux_2_17_aarch64.whl (14.2 MB)
ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device
"""


class Unavailable(Exception):
    """The peer is not on this machine, or lacks what it would need."""


class Row(NamedTuple):
    """One line of the table.

    ``commands`` makes the two command lines, ours and the peer's, with a folder to put files in;
    it may raise :class:`Unavailable`. ``limit`` is the ratio that holds today, with room for the
    noise of a machine that does other things; ``goal`` the one to reach.
    """

    work: str
    peer: str
    commands: Callable[[Path], tuple[Sequence[str], Sequence[str]]]
    limit: float
    goal: float
    rounds: int = 9


class Measured(NamedTuple):
    """Seconds of CPU time of ours and of the peer."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def measure(row: Row, folder: Path) -> Measured:
    """Run both sides of a row in turns; the least CPU time of each.

    Above the limit both run on, up to three times as often: the least time of a few runs depends
    on what else the machine does, the least of many less so.
    """
    ours, theirs = row.commands(folder)
    best = Measured(float("inf"), float("inf"))
    for round_ in range(3 * row.rounds):
        if round_ >= row.rounds and best.ratio <= row.limit:
            break
        best = Measured(min(best.ours, cpu(ours, folder)), min(best.theirs, cpu(theirs, folder)))
    return best


def cpu(command: Sequence[str], folder: Path) -> float:
    """Seconds of CPU that one run of a command takes, in ``folder``, whatever it answers."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with (
        (folder / "printed").open("wb") as printed,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**kept, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=subprocess.DEVNULL,
            stdout=printed,  # into /dev/null grep would stop at the first line that it finds
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0 or process.returncode == 4:  # 4: a bug in pidoctor
        raise RuntimeError(f"{' '.join(command)}: status {process.returncode}")
    return used.ru_utime + used.ru_stime


def _ours(*words: str) -> Callable[[Path], tuple[Sequence[str], Sequence[str]]]:
    """A command of ours against the start of the pip that is here."""
    return lambda _: ((*PIDOCTOR, *words), PIP)


def _small_log(folder: Path) -> tuple[Sequence[str], Sequence[str]]:
    log = folder / "small.log"
    log.write_text(SMALL_LOG)
    return (*PIDOCTOR, "triage", str(log)), PIP


def _large_log(folder: Path) -> tuple[Sequence[str], Sequence[str]]:
    """5 MB of ``pip -vvv``, every line another, against grep -E with the same patterns."""
    log = folder / "large.log"
    lines = (
        f"  Skipping link: none of the wheel's tags (cp3{n % 14}-cp3{n % 14}-win_amd64) are "
        f"compatible: /packages/{n * 7919**9:064x}/numpy-{n}-cp3{n % 14}-win_amd64.whl\n"
        for n in range(27_000)
    )
    log.write_text("".join(lines) + SMALL_LOG)
    return (*PIDOCTOR, "triage", str(log)), grep_for_symptoms(log)


def grep_for_symptoms(log: Path) -> Sequence[str]:
    """grep -E with the patterns that triage looks for, kept in a file beside the log."""
    patterns = log.with_name("patterns")
    patterns.write_text("|".join(_for_grep(p.text) for s in load().symptoms for p in s.patterns))
    return ("grep", "-E", "-c", "-f", str(patterns), str(log))


def _for_grep(text: str) -> str:
    """One of our patterns as grep -E wants it."""
    for ours, theirs in (("(?:", "("), (r"\d", "[0-9]"), (r"\S", "[^ ]")):
        text = text.replace(ours, theirs)
    return re.sub(r"\(\?P<\w+>", "(", text)


def _explain(folder: Path) -> tuple[Sequence[str], Sequence[str]]:
    """explain against ``uv pip compile`` with what uv has in its cache, without network.

    The Python is named: looking for one on PATH takes uv longer than the answer.
    """
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    asked = folder / "requirements.in"
    asked.write_text("tensorflow\n")
    compile_ = (
        *(uv, "pip", "compile", "--quiet", "--no-header", "--offline", str(asked)),
        *("--python-platform", "aarch64-manylinux_2_36", "--python-version", "3.11"),
        *("--only-binary", ":all:", "--python", sys.executable),
    )
    try:
        failed = subprocess.run(compile_, capture_output=True, check=False).returncode
    except FileNotFoundError:
        raise Unavailable("uv is not installed") from None
    if failed:
        raise Unavailable("uv has not read tensorflow's metadata: run it once without --offline")
    return (*PIDOCTOR, "explain", "tensorflow", *TARGET), compile_


def _single_file(folder: Path) -> tuple[Sequence[str], Sequence[str]]:
    built = folder / "pidoctor.pyz"
    make = (sys.executable, "-m", "pidoctor.pyz", "-o", str(built))
    if not built.exists() and subprocess.run(make, capture_output=True, check=False).returncode:
        raise Unavailable("the single file could not be built here")
    return (sys.executable, str(built), "check", *TARGET), (*PIDOCTOR, "check", *TARGET)


ROWS = (
    Row("check --target", "pip --version", _ours("check", *TARGET), 1.6, 0.7),
    Row("check", "pip --version", _ours("check"), 2.2, 0.7),
    Row("explain", "uv pip compile --offline", _explain, 8.0, 1.0),
    Row("--help", "pip --version", _ours("--help"), 0.4, 0.3),
    Row("check --help", "pip --version", _ours("check", "--help"), 0.4, 0.3),
    Row("a wrong option", "pip --version", _ours("check", "--wrong"), 0.55, 0.3),
    Row("triage, a small log", "pip --version", _small_log, 1.5, 0.8),
    Row("triage, 5 MB of pip -vvv", "grep -E, same patterns", _large_log, 4, 5, 3),
    Row("matrix, all cells", "pip --version", _ours("matrix", "--json"), 14, 3.5, 3),
    Row("pidoctor.pyz check", "check", _single_file, 1.4, 1.2),
)


def known_peer() -> str:
    """The pip that stands for a unit of time, and whether it is one that starts quickly."""
    from importlib import metadata

    version = metadata.version("pip")
    slow = "" if Version(version) >= Version("25") else ", which starts slowly: ratios look better"
    return f"pip {version}{slow}, Python {'.'.join(map(str, sys.version_info[:3]))}"
