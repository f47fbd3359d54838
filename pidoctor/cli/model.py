"""``pidoctor model``: which runtimes run this model on that machine, and what to change if none."""

from __future__ import annotations

import argparse
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_devices, add_shapes, add_where
from pidoctor.cli.html_page import add_html, with_page
from pidoctor.errors import UsageError

if TYPE_CHECKING:
    from pidoctor.asked import Asked
    from pidoctor.catalog.catalog import Catalog
    from pidoctor.envelope import Result
    from pidoctor.model.answer import ModelAnswer
    from pidoctor.profile.profile import Profile
    from pidoctor.result import Finding

DESCRIPTION = """\
Will this .tflite model run there? Reads the file without running it: what it holds, which versions
of the runtimes run it, and what to change where none does. With two files, also what differs."""
EXAMPLES = """\
  pidoctor model detect.tflite
  pidoctor model detect.tflite --target pi-3b/bookworm-32
  pidoctor model float.tflite int8.tflite
  pidoctor model detect.tflite --html model.html
  pidoctor model sound.tflite --shape input=1,1280 --prove
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a .tflite file, or a bundle with one in it")
    parser.add_argument(
        "other", metavar="FILE2", nargs="?", help="a second one: what differs from the first"
    )
    add_shapes(parser)
    parser.add_argument(
        "--prove",
        action="store_true",
        help="also run it once, in a process of its own, with the runtime that is installed here",
    )
    add_html(parser)
    add_where(parser)
    add_devices(parser)


def run(options: argparse.Namespace) -> Result:
    return with_page(options, _answer(options))


def _answer(options: argparse.Namespace) -> Result:
    from pidoctor import api
    from pidoctor.cli.resolving import catalog
    from pidoctor.cli.where import asked, machine
    from pidoctor.envelope import Result
    from pidoctor.model.answer import differences

    if options.prove and any((options.target, options.capture, options.root)):
        raise UsageError("--prove runs the model, so that it is about this machine alone")
    profile, known = machine(options).profile, catalog()
    started = time.perf_counter()
    answer = api.inspect_model(options.file, profile, shapes=options.shapes, catalog=known)
    proof = None
    if options.prove:
        from pidoctor.cli.proving import prove_model, with_proof

        proof = prove_model(options)
        answer = with_proof(answer, proof)
    if options.other:
        after = api.inspect_model(options.other, profile, catalog=known)
        answer = answer._replace(differences=differences(answer, after))
    said = asked(options)
    found = _devices(options, profile, answer, known) if options.devices else ()
    return Result(
        "model",
        exit_code=_exit_code(answer),
        verdict=_sentence(answer, said),
        next=_next(answer, said),
        profile=profile,
        findings=found or None,
        model=answer,
        proof=proof,
        asked=said,
        timings={"model_s": time.perf_counter() - started},
    )


def _devices(
    options: argparse.Namespace, profile: Profile, answer: ModelAnswer, known: Catalog
) -> tuple[Finding, ...]:
    """What is to be said of the devices of --with: in general, and for this very model."""
    from pidoctor.cli.devices import device_findings, for_model
    from pidoctor.resolve.plan import Plan
    from pidoctor.resolve.request import request_on
    from pidoctor.resolve.resolver import resolve

    best, plan = answer.best, None
    if best is not None:
        request = request_on(profile, f"{best.name}=={best.version}", False, known)
        resolution = resolve(profile, request, known)
        plan = resolution if isinstance(resolution, Plan) else None
    about = for_model(options.devices, answer.summary)
    return (*about, *device_findings(options.devices, profile, plan))


def _exit_code(answer: ModelAnswer) -> int:
    from pidoctor.model.verdict import CANNOT, UNDECIDED
    from pidoctor.result import ExitCode

    codes = {CANNOT: ExitCode.PROBLEM, UNDECIDED: ExitCode.COULD_NOT_CHECK}
    return codes.get(answer.verdict, ExitCode.FINE)


def _sentence(answer: ModelAnswer, said: Asked) -> str:
    """The answer in one sentence."""
    from pidoctor.model.verdict import PROOF, RUNS, RUNS_WITH, UNDECIDED

    name, best = Path(answer.file.path).name, answer.best
    if best is None:
        return f"{name} does not run on {said.place}: no runtime can be installed there as it is."
    reason = best.verdict.reason
    if answer.verdict == RUNS:
        shown = f": {reason}" if best.verdict.rests_on == PROOF else ""
        return f"{name} runs on {said.place} with {best.name} {best.version}{shown}."
    if answer.verdict == RUNS_WITH:
        condition = f"on one condition: {reason}"
        return f"{name} runs on {said.place} with {best.name} {best.version}, {condition}."
    if answer.verdict == UNDECIDED:
        return f"Whether {name} runs on {said.place} is not settled: {reason}."
    return f"{name} does not run on {said.place}: {reason}."


def _next(answer: ModelAnswer, said: Asked) -> str | None:
    """What to type: the shape that settles it, the install that proves it, or why there is none."""
    from pidoctor.model.verdict import CANNOT, PROOF, UNDECIDED

    best = answer.best
    if best is None:
        return said.command("explain")
    if answer.verdict == CANNOT:
        return None
    if answer.verdict == UNDECIDED and answer.fitting:
        words = (word for shape in answer.fitting for word in ("--shape", shape))
        return said.command("model", answer.file.path, *words)
    if best.verdict.rests_on == PROOF:
        return shlex.join(["pidoctor", "example", answer.file.path])
    there = said._replace(requirement=f"{best.name}=={best.version}")
    if said.here:
        return there.command("install")
    return there.command("lock", "-o", said.lock_file)
