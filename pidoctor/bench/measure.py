"""Runs the configurations, each in a process of its own, and looks at the machine meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Callable, NamedTuple

from pidoctor.bench.conditions import Moment, look, slowed
from pidoctor.bench.figures import (
    MOST_OTHERS,
    MOST_VARIATION,
    Bench,
    BenchRun,
    drift_of,
    figures_of,
    with_drift,
)
from pidoctor.bench.payload import MARK
from pidoctor.catalog.runtimes import Runtime
from pidoctor.errors import UsageError
from pidoctor.host.base import Completed, Host
from pidoctor.host.command import Command, run_all
from pidoctor.proof.death import decode, timed_out
from pidoctor.proof.prove import PYTHON_OPTIONS

_TIME_LIMIT_S = 300.0  # of one configuration: slow boards, large models
_KEPT_BYTES = 1 << 20


class Configuration(NamedTuple):
    threads: int
    xnnpack: bool = True

    @property
    def name(self) -> str:
        return BenchRun(self.threads, self.xnnpack).name


def configurations(threads: Sequence[int], plain: bool) -> Iterator[Configuration]:
    """Each number of threads, one thread without XNNPACK, and one thread again: the drift."""
    yield from (Configuration(number) for number in threads)
    if plain:
        yield Configuration(threads[0], xnnpack=False)
    if 1 in threads:
        yield Configuration(1)


class Subject(NamedTuple):
    """What is measured: a model, on a runtime of an interpreter."""

    python: str
    runtime: Runtime
    version: str
    model: Path
    seconds: float


def measure(
    subject: Subject, asked: Sequence[Configuration], host: Host, say: Callable[[str], None]
) -> Bench:
    """The figures of every configuration. UsageError where the interpreter cannot be started."""
    runs: list[BenchRun] = []
    moments: list[Moment] = []
    for configuration in asked:
        say(f"Measuring {configuration.name} ...")
        run, seen = _one(subject, configuration, host)
        runs.append(run)
        moments += seen
    last = moments[-1]
    return Bench(
        str(subject.model),
        subject.runtime.distribution,
        subject.version,
        with_drift(runs),
        drift_of(runs),
        last.governor,
        max((m.celsius for m in moments if m.celsius is not None), default=None),
        last.mhz,
    )


def _one(subject: Subject, asked: Configuration, host: Host) -> tuple[BenchRun, list[Moment]]:
    """One configuration, with looks at the machine before, each second, and after."""
    moments = [look(host)]
    try:
        (ended,) = run_all(
            [_command(subject, asked)],
            waiting=lambda: moments.append(look(host)),
            patience=1.0,
        )
    except OSError as error:
        raise UsageError(f"{subject.python} cannot be started: {error.strerror}.") from error
    moments.append(look(host))
    events = _events(ended.stdout)
    done = events.get("done")
    if done is None:
        return _died(subject, asked, ended, events.get("step", {}).get("step", "start")), moments
    return _run(asked, done, moments), moments


def _events(output: bytes) -> dict[str, dict[str, Any]]:
    """The last report of each kind; a line that was cut short by a death is left out."""
    found = {}
    for line in output.decode("ascii", "replace").splitlines():
        if line.startswith(MARK):
            try:
                event = json.loads(line[len(MARK) :])
            except ValueError:
                continue
            found[event["event"]] = event
    return found


def _command(subject: Subject, asked: Configuration) -> Command:
    request = {
        "runtime": {"import": subject.runtime.import_line},
        "model": os.fspath(subject.model.resolve()),
        "threads": asked.threads,
        "xnnpack": asked.xnnpack,
        "seconds": subject.seconds,
    }
    own = resources.files("pidoctor.bench").joinpath("payload.py").read_text("utf-8")
    shared = resources.files("pidoctor.proof").joinpath("inference_payload.py").read_text("utf-8")
    argv = (subject.python, *PYTHON_OPTIONS, own, json.dumps(request), shared)
    return Command(argv, timeout=_TIME_LIMIT_S, limit=_KEPT_BYTES, tail=True)


def _run(asked: Configuration, done: dict[str, Any], moments: Sequence[Moment]) -> BenchRun:
    run = BenchRun(
        asked.threads,
        asked.xnnpack,
        figures_of(done["times"]),
        done["load_ms"],
        done["allocate_ms"],
        done["first_ms"],
        done["warm_up"],
        done["private"],
        done["delegated"],
        done["checksum"],
    )
    return run._replace(void=tuple(doubts(run, done, moments)))


def doubts(run: BenchRun, done: dict[str, Any], moments: Sequence[Moment]) -> Iterator[str]:
    """What speaks against the figures."""
    limits = slowed(moments)
    if limits:
        yield f"the board was slowed down ({limits})"
    others = _others(done, moments)
    if others > MOST_OTHERS:
        yield f"other programs kept {others:.1f} cores busy meanwhile"
    if run.figures and run.figures.variation > MOST_VARIATION:
        share = run.figures.variation
        vary = f"{share:.1%}" if share < 1 else "more than 100%"
        yield f"the times vary by {vary}, at most {MOST_VARIATION:.0%} is quiet"
    if not done["agreed"]:
        yield "the times had not become steady after warming up for 5 s"


def _others(done: dict[str, Any], moments: Sequence[Moment]) -> float:
    """Cores that worked for other programs from the first look to the last; 0 if not known."""
    first, last = moments[0].busy_s, moments[-1].busy_s
    if first is None or last is None or not done["whole_s"]:
        return 0.0
    mine, whole = float(done["cpu_s"]), float(done["whole_s"])
    return max(last - first - mine, 0.0) / whole


def _died(subject: Subject, asked: Configuration, ended: Completed, step: str) -> BenchRun:
    output = ended.stderr.decode("utf-8", "replace")
    name = subject.model.name
    about = f"{subject.runtime.distribution} {subject.version}".rstrip()
    death = (
        timed_out(_TIME_LIMIT_S, output, step, name, about)
        if ended.timed_out
        else decode(ended.returncode, output, step, name, about)
    )
    return BenchRun(asked.threads, asked.xnnpack, death=death)
