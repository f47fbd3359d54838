"""``pidoctor smoke``: prove an environment that is already there."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pidoctor.cli.arguments import add_environment, add_shapes
from pidoctor.cli.running import add_delegate

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.probe.environment_choice import EnvironmentChoice
    from pidoctor.proof.proof import Proof
    from pidoctor.result import Finding

_PIP = re.compile(r"(?:'[^']*'|\S+) -m pip (\w+)")
DESCRIPTION = "Run an inference in an environment and compare with the known answer."
EXAMPLES = """\
  pidoctor smoke
  pidoctor smoke --venv ~/project/.venv
  pidoctor smoke --python /usr/bin/python3 --model detect.tflite
  pidoctor smoke --model detect.tflite --input photo.jpg --expect scores.npy
  pidoctor smoke --model detect.tflite --reference ~/tensorflow/.venv
  pidoctor smoke --delegate libedgetpu.so.1 --model detect_edgetpu.tflite
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from pidoctor.catalog.runtimes import runtime_names
    from pidoctor.units import listed

    add_environment(parser)
    parser.add_argument(
        "--runtime",
        choices=runtime_names(),
        metavar="NAME",
        help=f"{listed(runtime_names(), 'or')}; default: the first that is installed",
    )
    add_delegate(parser)
    parser.add_argument(
        "--timeout", type=float, default=120.0, metavar="SECONDS", help="default: 120"
    )
    own = parser.add_argument_group("your own model instead of ours")
    own.add_argument("--model", metavar="FILE", help="a .tflite file")
    add_shapes(own)
    takes = "what to give it: .npy, a list in .json, .wav, or an image (with Pillow there)"
    own.add_argument("--input", metavar="FILE", help=takes)
    right = own.add_mutually_exclusive_group()
    right.add_argument(
        "--expect", metavar="FILE", help="its right output: .npy, a list in .json, or of --save"
    )
    right.add_argument(
        "--reference",
        metavar="ENV",
        help="compare with what another runtime gives: an environment, a Python, or a runtime's "
        "name in this environment",
    )
    own.add_argument(
        "--tolerance", type=_tolerance, metavar="X", help="the largest difference that is right"
    )
    own.add_argument("--save", metavar="FILE", help="write input and output to a .json file")


def _tolerance(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) < float("inf"):
            return float(text)
    raise argparse.ArgumentTypeError(f"expected a number from 0 on, not {text!r}")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import progress
    from pidoctor.cli.own_model import prove_own
    from pidoctor.cli.resume import interrupted
    from pidoctor.cli.where import asked, chosen, must_be_trusted
    from pidoctor.envelope import Result
    from pidoctor.host.live import LiveHost
    from pidoctor.install.receipt import read_receipt, record_proof
    from pidoctor.probe.machine import probe
    from pidoctor.result import ExitCode

    choice, say = chosen(options), progress(options)
    must_be_trusted(choice)
    python = interpreter(choice)
    if not choice.named:
        say(f"Proving {choice.folder or python}: {choice.reason}.")
    proof = prove_own(python, options)
    if choice.folder and not options.model and options.runtime in (None, proof.runtime):
        record_proof(Path(choice.folder), proof, probe(LiveHost(), choice=choice).profile)
    receipt = read_receipt(Path(choice.folder)) if choice.folder else None
    left = interrupted(Path(choice.folder)) if choice.folder else ()
    return Result(
        "smoke",
        exit_code=ExitCode.FINE if proof.status == "passed" else ExitCode.PROBLEM,
        findings=(
            *left,
            *(_differences(receipt, proof, choice) if receipt else ()),
            *_shadowed(choice),
            *_other_interfaces(choice, proof),
            *_nothing_delegated(proof),
        ),
        proof=_aimed(proof, choice, python),
        receipt=receipt,
        asked=asked(options)._replace(requirement=options.runtime or "auto"),
    )


def _aimed(proof: Proof, choice: EnvironmentChoice, python: str) -> Proof:
    """The proof with a remedy that changes this environment: that of ``check``, which knows what
    else is installed, else what died tells, with the pip of the environment."""
    from dataclasses import replace

    from pidoctor.checks.case import Case, pip_command
    from pidoctor.checks.registry import run_checks
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.machine import probe
    from pidoctor.result import Severity

    death = proof.death
    if death is None or death.remedy is None or not death.remedy.commands:
        return proof
    profile = probe(LiveHost(), choice=choice).profile
    for found in run_checks(Case(profile)):
        if (found.id, found.severity) == (death.kind, Severity.ERROR) and found.remedy:
            return replace(proof, death=replace(death, remedy=found.remedy))

    def aimed(command: str) -> str:
        typed = _PIP.match(command)
        if typed is None:
            return command
        return pip_command(profile, shlex.quote(python), typed[1]) + command[typed.end() :]

    remedy = death.remedy._replace(commands=tuple(map(aimed, death.remedy.commands)))
    return replace(proof, death=replace(death, remedy=remedy))


def _other_interfaces(choice: EnvironmentChoice, proof: Proof) -> Iterator[Finding]:
    """What this proof of Interpreter does not say of the runtime's other interface."""
    from pidoctor.catalog.catalog import open_catalog
    from pidoctor.catalog.ledger import COMPILED_MODEL, PASSED
    from pidoctor.catalog.location import open_index
    from pidoctor.checks.environment import compiled_model_finding
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.machine import probe
    from pidoctor.resolve.machine import machine_of
    from pidoctor.resolve.standing import compiled_model
    from pidoctor.resolve.world import World

    known = open_catalog(open_index())
    name, version = proof.runtime or "", proof.version or ""
    runs = known.ledger.runs(name, version)
    if not proof.passed or all(run.ran.get(COMPILED_MODEL, PASSED) == PASSED for run in runs):
        return
    profile = probe(LiveHost(), choice=choice).profile
    world = World(machine_of(profile), known, beyond_tags=False)
    seen = compiled_model(world, name, version, profile.python.packages.or_else({}))
    if seen:
        yield compiled_model_finding(seen)


def _shadowed(choice: EnvironmentChoice) -> Iterator[Finding]:
    """What programs import in place of what was proven, which was without PYTHONPATH."""
    from pidoctor.checks.installed_state import shadowed_finding
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.environment_faults import SEARCH_PATH
    from pidoctor.probe.machine import probe
    from pidoctor.result import Severity

    host = LiveHost()
    if host.environ(SEARCH_PATH):
        environment = probe(host, choice=choice).profile.environment
        for damage in environment.damages.or_else(()):
            if damage.kind == "shadowed":
                yield shadowed_finding(damage, Severity.WARNING)


def _nothing_delegated(proof: Proof) -> Iterator[Finding]:
    """A delegate that was loaded and took no part of the model: the processor ran it all."""
    from pidoctor.result import Finding, Remedy, Severity

    if proof.delegate is None or not proof.passed:
        return
    if all(model.delegated == 0 for model in proof.models):
        yield Finding(
            "delegate-took-nothing",
            Severity.WARNING,
            f"{proof.delegate.library} was loaded and took no part of the model: the processor ran "
            "all of it, so that the accelerator itself is not proven.",
            "the steps of the model, as the runtime lists them",
            Remedy("Name a model that was compiled for the accelerator with --model FILE."),
        )


def _differences(
    receipt: Mapping[str, Any], proof: Proof, choice: EnvironmentChoice
) -> Iterator[Finding]:
    """What is no longer as it was when pidoctor installed and proved the environment."""
    from pidoctor.result import Finding, Remedy, Severity

    installed = receipt["proof"]
    venv = ("--venv", choice.folder) if choice.named else ()
    for name, then, now in (
        (proof.runtime, installed.get("version"), proof.version),
        ("numpy", installed.get("numpy"), proof.numpy),
    ):
        if then != now:
            yield Finding(
                "changed-since-install",
                Severity.WARNING,
                f"{name} is {now or 'gone'}; pidoctor installed and proved {then}.",
                f"receipt of {receipt.get('time')}",
                Remedy(
                    "Bring back what was proven.", (shlex.join(["pidoctor", "install", *venv]),)
                ),
            )


def interpreter(choice: EnvironmentChoice) -> str:
    """The interpreter of the environment; raises UsageError where it is gone."""
    from pidoctor.errors import UsageError
    from pidoctor.host.live import LiveHost

    python = choice.python or LiveHost().interpreter()
    if choice.folder and not Path(python).exists():
        raise UsageError(
            f"{choice.folder}: the Python of this environment is gone; "
            "make a new one with `pidoctor install --venv DIR`, or name one with --python"
        )
    return python
