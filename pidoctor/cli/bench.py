"""``pidoctor bench``: how fast this model runs here, and whether the figures can be believed."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_environment
from pidoctor.cli.running import add_delegate, add_shapes

if TYPE_CHECKING:
    from pidoctor.bench.figures import Bench
    from pidoctor.bench.measure import Given, Subject
    from pidoctor.bench.prediction import Prediction
    from pidoctor.envelope import Result
    from pidoctor.model.content import Content
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
  pidoctor bench tpu.tflite --delegate libedgetpu.so.1 --input image.jpg
"""
_MOST_THREADS = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a .tflite file")
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
        "--input",
        metavar="FILE",
        action="append",
        default=[],
        help="what the model is given, instead of random numbers: .npy, .json, .wav, or an image; "
        "repeat it for several inputs",
    )
    add_shapes(parser)
    add_delegate(parser)
    add_environment(parser)


def run(options: argparse.Namespace) -> Result:
    from pidoctor.bench.measure import configurations, measure
    from pidoctor.cli.output import watched
    from pidoctor.envelope import Result
    from pidoctor.host.live import LiveHost
    from pidoctor.result import ExitCode

    threads = _threads(options.threads)
    elsewhere = _elsewhere(options) if options.predict is not None else None
    subject, alone = _subject(options)
    with watched(options) as watch:
        asked = tuple(configurations(threads, subject.delegate is not None, alone))
        bench = measure(subject, asked, LiveHost(), watch.say)
    if elsewhere is not None:
        bench = bench._replace(predicted=_predicted(bench, *elsewhere))
    ran = any(run.figures for run in bench.runs) and not bench.delegate_fails
    believed = ExitCode.COULD_NOT_CHECK if bench.void else ExitCode.FINE
    code = believed if ran else ExitCode.PROBLEM
    return Result("bench", exit_code=code, verdict=_sentence(bench, subject), bench=bench)


def _subject(options: argparse.Namespace) -> tuple[Subject, bool]:
    """What is measured, and whether the model runs without the delegate."""
    from pidoctor.bench.measure import Subject
    from pidoctor.catalog.runtimes import load_runtimes
    from pidoctor.cli.own_model import delegate_of
    from pidoctor.cli.smoke import interpreter
    from pidoctor.cli.where import chosen, must_be_trusted
    from pidoctor.errors import UsageError
    from pidoctor.model.bundle import entry_name
    from pidoctor.model.content import read_content
    from pidoctor.model.file import named_model
    from pidoctor.model.summary import summarise
    from pidoctor.proof.prove import prove

    path, delegate = Path(options.file), delegate_of(options)
    with named_model(path) as data:
        content = read_content(data)
    if entry_name(path):
        raise UsageError(f"{path}: a bundle; unpack it with `python3 -m zipfile -e FILE FOLDER`")
    if not 0.1 <= options.seconds <= 60:
        raise UsageError("--seconds: from 0.1 to 60")
    given = _given(options, content)
    choice = chosen(options)
    must_be_trusted(choice)
    python = interpreter(choice)
    proof = prove(python, runtime=options.runtime)
    if proof.death is not None:
        raise UsageError(f"nothing can be measured: {proof.death.message} (see `pidoctor smoke`)")
    runtime = next(it for it in load_runtimes() if it.distribution == proof.runtime)
    subject = Subject(python, runtime, proof.version or "", path, options.seconds, given, delegate)
    return subject, delegate is None or summarise(content).compiled_for is None


def _given(options: argparse.Namespace, content: Content) -> Given:
    """What the model is fed, and how."""
    from pidoctor.bench.measure import Given
    from pidoctor.cli.own_model import chosen_shapes
    from pidoctor.errors import UsageError
    from pidoctor.example.needs import read_needs
    from pidoctor.model.content import NO_TENSOR
    from pidoctor.model.summary import summarise

    missing = next((name for name in options.input if not Path(name).is_file()), None)
    if missing is not None:
        raise UsageError(f"--input {missing}: there is no such file")
    shapes, state = chosen_shapes(options.shape), summarise(content).state
    if all(number == NO_TENSOR for number in content.main.inputs):
        return Given(state=state)
    needs = read_needs(content, shapes).inputs
    return Given(
        tuple(str(Path(name).resolve()) for name in options.input),
        tuple(need.to_json() for need in needs),
        tuple(need.shape for need in needs),
        state,
    )


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
    from pidoctor.bench.prediction import predict, ratio_of, timings

    best = bench.best_alone
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
