"""Runs the configurations, each in a process of its own, and looks at the machine meanwhile."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Callable, NamedTuple

from pidoctor.bench.disturbances import Moment, look, slowed
from pidoctor.bench.figures import (
    MOST_OTHERS,
    MOST_VARIATION,
    Bench,
    BenchRun,
    apart,
    drift_of,
    figures_of,
    name_of,
    with_delegate_judged,
    with_drift,
)
from pidoctor.bench.significance import ROUNDS, Comparison, of_rounds
from pidoctor.bench.timing_payload import MARK
from pidoctor.catalog.runtimes import Runtime
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.host.base import Completed, Host
from pidoctor.host.command import Command, run_all
from pidoctor.proof.death import decode, timed_out
from pidoctor.proof.proof import Delegate
from pidoctor.proof.prove import PYTHON_OPTIONS, of_delegate, with_delegate

_TIME_LIMIT_S = 300.0  # of one configuration: slow boards, large models
_KEPT_BYTES = 1 << 20
_PAYLOADS = (
    ("bench", "timing_payload.py"),
    ("proof", "media_payload.py"),
    ("proof", "inference_payload.py"),
)


class Configuration(NamedTuple):
    threads: int
    xnnpack: bool = True
    delegated: bool = False


def configurations(
    threads: Sequence[int], delegated: bool = False, alone: bool = True
) -> Iterator[Configuration]:
    """Each number of threads, one thread without XNNPACK, and one thread again: the drift.

    With a delegate first those with it, where the rest of the model is XNNPACK's or not; nothing
    else for a model that does not run ``alone``.
    """
    if delegated:
        yield Configuration(threads[-1], delegated=True)
        yield Configuration(threads[-1], xnnpack=False, delegated=True)
    if alone:
        yield from (Configuration(number) for number in threads)
        yield Configuration(threads[0], xnnpack=False)
        if 1 in threads:
            yield Configuration(1)


class Given(NamedTuple):
    """What the model is fed: files, or random numbers where there are none.

    ``needs`` say of each input how an image or a sound becomes one, ``shapes`` its sizes;
    ``chosen`` are those of them that the file does not hold. A model with a ``state`` is reset
    before each run.
    """

    files: tuple[str, ...] = ()
    needs: tuple[Mapping[str, object], ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    state: bool = False
    chosen: tuple[tuple[int, ...], ...] = ()


class Subject(NamedTuple):
    """What is measured: a model, on a runtime of an interpreter."""

    python: str
    runtime: Runtime
    version: str
    model: Path
    seconds: float
    given: Given = Given()
    delegate: Delegate | None = None

    def name_of(self, asked: Configuration) -> str:
        return name_of(asked.threads, asked.xnnpack, self._library(asked))

    def blank(self, asked: Configuration) -> BenchRun:
        """A configuration of which nothing is known yet."""
        return BenchRun(asked.threads, asked.xnnpack, delegate=self._library(asked))

    def _library(self, asked: Configuration) -> str:
        return self.delegate.library if self.delegate and asked.delegated else ""


def measure(
    subject: Subject, asked: Sequence[Configuration], host: Host, say: Callable[[str], None]
) -> Bench:
    """The figures of every configuration. UsageError where the interpreter cannot be started."""
    measured: list[_Measured] = []
    for configuration in asked:
        say(f"Measuring {subject.name_of(configuration)} ...")
        measured.append(_one(subject, configuration, host))
    runs = with_drift(with_delegate_judged(_compared(measured)))
    moments = [moment for it in measured for moment in it.moments]
    last = moments[-1]
    return Bench(
        str(subject.model),
        subject.runtime.distribution,
        subject.version,
        runs,
        drift_of(runs),
        last.governor,
        max((m.celsius for m in moments if m.celsius is not None), default=None),
        last.mhz,
        shapes=subject.given.chosen,
    )


def measure_in_turn(
    subjects: tuple[Subject, Subject],
    asked: Sequence[Configuration],
    host: Host,
    say: Callable[[str], None],
) -> Bench:
    """Two models in turn, so that a board that grows warm is as unkind to both: the comparison.

    The runs are those of the first model, or the one in which either died.
    """
    rows, runs = [], []
    for configuration in asked:
        pairs = []
        for number in range(ROUNDS):
            say(f"{subjects[0].name_of(configuration)}: {number + 1} of {ROUNDS} of each ...")
            pair = [_one(subject, configuration, host).run for subject in subjects]
            pairs.append(pair)
            runs += pair if any(run.death for run in pair) else pair[:1]
            if any(run.death for run in pair):
                break
        times = [[run.figures.p50 for run in both if run.figures] for both in zip(*pairs)]
        if all(len(it) == ROUNDS for it in times):
            void = [why for pair in pairs for run in pair for why in run.void]
            rows.append(of_rounds(subjects[0].name_of(configuration), times[0], times[1], void[:1]))
    one, other = subjects
    names = one.model.name, other.model.name
    if names[0] == names[1]:
        names = str(one.model), str(other.model)
    return Bench(
        str(one.model),
        one.runtime.distribution,
        one.version,
        tuple(runs),
        governor=look(host).governor,
        comparison=Comparison(*names, tuple(rows)),
        shapes=one.given.chosen,
    )


class _Measured(NamedTuple):
    """A run, the looks at the machine meanwhile, and the first values that came out."""

    run: BenchRun
    moments: Sequence[Moment]
    values: Sequence[float | None] = ()


def _compared(measured: Sequence[_Measured]) -> list[BenchRun]:
    """The runs, their outputs compared with the processor's own."""
    plain = [it.values for it in measured if not it.run.delegate and not it.run.xnnpack]
    reference = plain[0] if plain else ()
    return [it.run._replace(apart=apart(it.values, reference)) for it in measured]


def _one(subject: Subject, asked: Configuration, host: Host) -> _Measured:
    """One configuration, with looks at the machine before, each second, and after."""
    moments = [look(host)]
    ended = child(subject.python, _request(subject, asked), lambda _: moments.append(look(host)))
    moments.append(look(host))
    events = events_in(ended.stdout)
    done = events.get("done")
    if "bad-file" in events:
        raise UsageError(f"--input{events['bad-file']['why']}")
    if done is None:
        step = events.get("step", {}).get("step", "start")
        return _Measured(_died(subject, asked, ended, step), moments)
    return _Measured(_run(subject.blank(asked), done, moments), moments, done["values"])


def events_in(output: bytes) -> dict[str, dict[str, Any]]:
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


def _request(subject: Subject, asked: Configuration) -> dict[str, object]:
    given, delegate = subject.given, subject.delegate if asked.delegated else None
    return {
        "runtime": {"import": subject.runtime.import_line},
        "model": os.fspath(subject.model.resolve()),
        "threads": asked.threads,
        "xnnpack": asked.xnnpack,
        "seconds": subject.seconds,
        "delegate": encode(delegate),
        "inputs": given.files,
        "needs": given.needs,
        "shapes": given.shapes,
        "state": given.state,
    }


def child(
    python: str, request: Mapping[str, object], waiting: Callable[[float], None] | None = None
) -> Completed:
    """How a process in the interpreter ``python`` ended that did what is asked.

    UsageError where it cannot be started; ``waiting`` is called each second meanwhile.
    """
    own, media, shared = (
        resources.files(f"pidoctor.{place}").joinpath(name).read_text("utf-8")
        for place, name in _PAYLOADS
    )
    argv = (python, *PYTHON_OPTIONS, own, json.dumps(request), shared, media)
    command = Command(argv, timeout=_TIME_LIMIT_S, limit=_KEPT_BYTES, tail=True)
    try:
        return run_all([command], waiting=waiting, patience=1.0)[0]
    except OSError as error:
        raise UsageError(f"{python} cannot be started: {error.strerror}.") from error


def _run(blank: BenchRun, done: dict[str, Any], moments: Sequence[Moment]) -> BenchRun:
    operators = done["operators"]
    run = blank._replace(
        figures=figures_of(done["times"]),
        load_ms=done["load_ms"],
        allocate_ms=done["allocate_ms"],
        first_ms=done["first_ms"],
        warm_up=done["warm_up"],
        private=done["private"],
        parts=done["parts"],
        delegated=operators[0] if operators else None,
        operators=operators[1] if operators else None,
        checksum=done["checksum"],
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
    delegate = subject.delegate if asked.delegated else None
    if delegate is not None and ended.returncode < 0:
        output += with_delegate(delegate)
    about = f"{subject.runtime.distribution} {subject.version}".rstrip()
    death = (
        timed_out(_TIME_LIMIT_S, output, step, name, about)
        if ended.timed_out
        else decode(ended.returncode, output, step, name, about)
    )
    if delegate is not None:
        death = of_delegate(death, delegate)
    return subject.blank(asked)._replace(death=death)
