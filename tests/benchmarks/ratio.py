"""Measuring a program against a peer: interleaved runs, the best of each, one ratio."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Callable


def best_wall(*commands: Sequence[str], rounds: int = 9) -> list[float]:
    """The shortest wall time in seconds of each command, run in turns so that load hits all.

    Bytecode is kept, as it is of an installed program: the first round may compile, later ones
    do not.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    best = [float("inf")] * len(commands)
    for _ in range(rounds):
        for at, command in enumerate(commands):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, env=kept)
            best[at] = min(best[at], time.perf_counter() - started)
    return best


def cpu_ratio(
    ours: Callable[[], object], theirs: Callable[[], object], limit: float, rounds: int = 3
) -> float:
    """The CPU time of a call in this process over that of a peer's: the least of several, in turns.

    Above ``limit`` both run on, up to three times as often, for a burst of another program; one
    round is enough where the ratio is below half of it.
    """
    best = [float("inf"), float("inf")]
    for round_ in range(3 * rounds):
        enough = limit if round_ >= rounds else limit / 2
        if round_ and best[0] <= enough * best[1]:
            break
        for at, call in enumerate((ours, theirs)):
            started = time.process_time()
            call()
            best[at] = min(best[at], time.process_time() - started)
    return best[0] / best[1]


def peak_memory(command: Sequence[str]) -> int:
    """Bytes of resident memory that a command and its children took at most."""
    probe = (
        "import resource, subprocess, sys; "
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, *command], check=True, capture_output=True, text=True
    )
    return int(done.stdout) * 1024


PIDOCTOR = (sys.executable, "-m", "pidoctor")

__all__ = ["PIDOCTOR", "best_wall", "cpu_ratio", "peak_memory"]
