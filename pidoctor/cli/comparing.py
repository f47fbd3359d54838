"""``bench --compare``: two models in turn, or two measurements out of files."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.errors import UsageError

if TYPE_CHECKING:
    from pidoctor.bench.figures import Bench
    from pidoctor.envelope import Result


def compared(options: argparse.Namespace, threads: Sequence[int]) -> Result | None:
    """The comparison; None where the model is to be measured first, and then compared."""
    from pidoctor.bench.figures import Bench
    from pidoctor.bench.stored import compare_stored, read_stored

    one, other = Path(options.file), Path(options.compare)
    if _is_measurement(one):
        if not _is_measurement(other):
            raise UsageError("name the model first: bench FILE.tflite --compare FILE.json")
        first, second = read_stored(one), read_stored(other)
        made = Bench(one.name, first.runtime, first.version, (), None, None, None, None)
        return _answer(made._replace(comparison=compare_stored(first, second)))
    return None if _is_measurement(other) else _answer(_in_turn(options, threads))


def _is_measurement(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _in_turn(options: argparse.Namespace, threads: Sequence[int]) -> Bench:
    from pidoctor.bench.measure import Configuration, measure_in_turn
    from pidoctor.cli.bench_subject import subject_of
    from pidoctor.cli.output import watched
    from pidoctor.host.live import LiveHost

    if options.predict is not None:
        raise UsageError("--predict and --compare: one after the other")
    subjects = tuple(subject_of(options, Path(name))[0] for name in (options.file, options.compare))
    numbers = threads if options.threads else sorted({threads[0], threads[-1]})
    delegated = subjects[0].delegate is not None
    asked = [Configuration(number, delegated=delegated) for number in numbers]
    with watched(options) as watch:
        return measure_in_turn((subjects[0], subjects[1]), asked, LiveHost(), watch.say)


def _answer(bench: Bench) -> Result:
    from pidoctor.envelope import Result
    from pidoctor.result import ExitCode

    death = next((run.death for run in bench.runs if run.death), None)
    comparison = bench.comparison
    best = comparison.best if comparison else None
    said = comparison.sentence if comparison else ""
    if death is not None and best is None:
        return Result("bench", exit_code=ExitCode.PROBLEM, verdict=death.message, bench=bench)
    believed = best is not None and not best.void
    code = ExitCode.FINE if believed else ExitCode.COULD_NOT_CHECK
    return Result("bench", exit_code=code, verdict=said, bench=bench)
