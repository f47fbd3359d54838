"""``pidoctor bench``: how fast this model runs here, and whether the figures can be believed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_environment, add_repeatable, add_shapes
from pidoctor.cli.html_page import add_html, with_page
from pidoctor.cli.running import add_delegate

if TYPE_CHECKING:
    from pidoctor.bench.figures import Bench
    from pidoctor.bench.measure import Subject
    from pidoctor.bench.prediction import Prediction
    from pidoctor.bench.stored import StoredBench
    from pidoctor.envelope import Result
    from pidoctor.profile.profile import Profile

DESCRIPTION = """\
How fast does this .tflite model run here? Each configuration (threads, with and without XNNPACK) is
measured in a process of its own. Figures taken while the board was slowed down or other programs
ran, and those that vary by more than 3 %, are void, and it says so."""
EXAMPLES = """\
  pidoctor bench detect.tflite
  pidoctor bench detect.tflite --threads 1,4 --seconds 10
  pidoctor bench detect.tflite --venv ~/project/.venv --json
  pidoctor bench detect.tflite --predict pi5-8gb
  pidoctor bench detect.tflite --compare detect_int8.tflite
  pidoctor bench tpu.tflite --delegate libedgetpu.so.1 --input image.jpg
"""
_MOST_THREADS = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="a .tflite file; with --compare also a .json of `bench --json`"
    )
    parser.add_argument("--threads", metavar="LIST", help="1,2,4; default: 1 to all cores")
    parser.add_argument(
        "--seconds", type=float, default=2.0, metavar="N", help="of each configuration; default: 2"
    )
    parser.add_argument(
        "--runtime",
        metavar="NAME",
        help="ai-edge-litert, tflite-runtime or tensorflow; default: the first that is installed",
    )
    parser.add_argument(
        "--predict",
        metavar="TARGET",
        help="also on another board, as a range from what was measured on both: pi5-8gb",
    )
    parser.add_argument(
        "--operators",
        action="store_true",
        help="also which operators take the time: each is cut out and timed alone",
    )
    parser.add_argument(
        "--compare",
        metavar="FILE2",
        help="which is faster: another .tflite file, run in turn with the first, or what "
        "`bench --json` wrote another day or on another board",
    )
    add_repeatable(
        parser,
        "--input",
        dest="input",
        metavar="FILE",
        help="what the model is given, instead of random numbers: .npy, .json, .wav, or an image; "
        "repeat it for several inputs",
    )
    add_html(parser)
    add_shapes(parser)
    add_delegate(parser)
    add_environment(parser)


def run(options: argparse.Namespace) -> Result:
    return with_page(options, _answer(options))


def _answer(options: argparse.Namespace) -> Result:
    from pidoctor.bench.measure import configurations, measure
    from pidoctor.bench.stored import read_stored
    from pidoctor.cli.bench_subject import subject_of
    from pidoctor.cli.output import watched
    from pidoctor.envelope import Result
    from pidoctor.errors import UsageError
    from pidoctor.host.live import LiveHost
    from pidoctor.result import ExitCode

    if options.file.lower().endswith(".json") and options.compare is None:
        raise UsageError(f"{options.file}: a measurement; add --compare FILE2")
    threads = _threads(options.threads)
    if options.compare is not None:
        from pidoctor.cli.comparing import compared

        ended = compared(options, threads)
        if ended is not None:
            return ended
    elsewhere = _elsewhere(options) if options.predict is not None else None
    before = None if options.compare is None else read_stored(Path(options.compare))
    subject, alone = subject_of(options, Path(options.file))
    with watched(options) as watch:
        asked = tuple(configurations(threads, subject.delegate is not None, alone))
        bench = measure(subject, asked, LiveHost(), watch.say)
        if options.operators:
            from pidoctor.bench.operators import STORED_SHAPES, operator_times

            watch.say("Timing each operator alone ...")
            times = STORED_SHAPES if subject.given.chosen else operator_times(subject)
            bench = bench._replace(operators=times)
    if elsewhere is not None:
        bench = bench._replace(predicted=_predicted(bench, *elsewhere))
    ran = any(run.figures for run in bench.runs) and not bench.delegate_fails
    believed = ExitCode.COULD_NOT_CHECK if bench.best is None else ExitCode.FINE
    code, said = believed if ran else ExitCode.PROBLEM, _sentence(bench, subject)
    if before is not None and ran:
        bench, said = with_stored(bench, before)
    return Result("bench", exit_code=code, verdict=said, bench=bench)


def with_stored(bench: Bench, before: StoredBench) -> tuple[Bench, str]:
    """The measurement with its comparison to an earlier one, and the sentence about that."""
    from pidoctor.bench.stored import compare_stored, stored
    from pidoctor.decoding import encode

    now = stored(Path(bench.model).name, encode(bench))
    comparison = compare_stored(now, before)
    return bench._replace(comparison=comparison), comparison.sentence


def _elsewhere(options: argparse.Namespace) -> tuple[str, str, str]:
    """This board, that of ``--predict``, and the kind of model that both were timed with."""
    from pidoctor import api
    from pidoctor.bench.prediction import KINDS, known_from, ratio_of, timings
    from pidoctor.errors import CouldNotCheckError
    from pidoctor.model.content import read_content
    from pidoctor.model.file import named_model
    from pidoctor.model.summary import quantisation
    from pidoctor.profile.named_targets import target

    there, name = _place(target(options.predict)), f"--predict {options.predict}"
    with named_model(Path(options.file)) as data:
        kind = quantisation(read_content(data))
    if kind not in KINDS:
        known = "float32 and int8"
        raise CouldNotCheckError(f"{name}: boards were compared with {known}, not with {kind}")
    profile = api.probe(python=options.python, venv=options.venv).profile
    if profile.board.id.value is None:
        raise CouldNotCheckError(f"{name}: it is carried over from a known board; this is none")
    here = _place(profile)
    if ratio_of(timings(), here, there, KINDS[kind]) is None:
        boards = ", ".join(known_from(here, KINDS[kind])) or "no other board"
        raise CouldNotCheckError(
            f"{name}: nobody has published times of the same {KINDS[kind]} models on {here} and "
            f"{there}; from {here} they carry over to {boards}"
        )
    return here, there, KINDS[kind]


def _place(profile: Profile) -> str:
    """A board with the word size of its Python, as board_latencies.json has them."""
    return f"{profile.board.id.value or 'no board'}/{profile.python.bits.value or 64}"


def _predicted(bench: Bench, here: str, there: str, kind: str) -> Prediction | None:
    from pidoctor.bench.figures import fastest
    from pidoctor.bench.prediction import predict, ratio_of, timings

    best = fastest([run for run in bench.runs if not run.delegate])  # the processor's
    if best is None or best.figures is None:
        return None
    ratio = ratio_of(timings(), here, there, kind, best.threads)
    return predict(best.figures.p50, there, ratio) if ratio else None


def _threads(text: str | None) -> tuple[int, ...]:
    import os

    from pidoctor.errors import UsageError

    if text is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
        return tuple(range(1, min(cores, 8) + 1))
    words = text.split(",")
    if not all(word.strip().isdecimal() and 0 < int(word) <= _MOST_THREADS for word in words):
        raise UsageError(f"--threads {text}: not numbers of threads, as in 1,2,4")
    return tuple(dict.fromkeys(int(word) for word in words))


def _sentence(bench: Bench, subject: Subject) -> str:
    from pidoctor.units import seconds

    name, on = subject.model.name, f"{bench.runtime} {bench.version}"
    if bench.delegate_fails:
        return bench.delegate_fails
    best = bench.best
    if best is not None and best.figures is not None:
        return f"{name} takes {seconds(best.figures.p50 / 1000)} a run with {on}, {best.name}."
    dead = next((run.death for run in bench.runs if run.death), None)
    if dead is not None and not any(run.figures for run in bench.runs):
        return f"{name} does not run: {dead.message}"
    why = next(run.void[0] for run in bench.runs if run.void)
    return f"How fast {name} is could not be measured: {why}."
