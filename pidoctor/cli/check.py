"""``pidoctor check``: facts, findings, and what would be installed or why nothing can."""

from __future__ import annotations

import argparse
import time
from collections.abc import Container
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_form, add_model, add_project, add_where

if TYPE_CHECKING:
    from pidoctor.cli.modelling import Fitting
    from pidoctor.envelope import Result
    from pidoctor.resolve.plan import Plan

DESCRIPTION = "Will TensorFlow Lite (or TensorFlow) run here, and if not, what would make it run?"
EXAMPLES = """\
  pidoctor check
  pidoctor check tensorflow --target pi-3b/bookworm-64
  pidoctor check --model detect.tflite
  pidoctor check --fix
  pidoctor check --format sarif > pidoctor.sarif
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_model(parser)
    add_where(parser)
    add_form(parser, "github", "junit", "sarif", "markdown")
    parser.add_argument(
        "--fix", action="store_true", help="run the remedies that are safe, after asking"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="with --fix: do not ask")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.where import is_this_machine
    from pidoctor.errors import UsageError

    examined = examine(options)
    if not options.fix:
        return examined
    from pidoctor.cli.fix_findings import fix_findings

    if not is_this_machine(options):
        raise UsageError("--fix is for this machine, not for another one")
    return examine(options) if fix_findings(examined, options) else examined


def examine(options: argparse.Namespace) -> Result:
    """Look at the machine once: profile, resolution, findings."""
    from pidoctor import api
    from pidoctor.cli.resolving import catalog, fit_options
    from pidoctor.cli.resume import interrupted
    from pidoctor.cli.where import asked, is_this_machine, machine

    started = time.perf_counter()
    probed = machine(options)
    looked = time.perf_counter() - started
    known = catalog()
    fitting = fit_options(options, probed.profile, known)
    result = api.check(
        probed,
        options.requirement,
        beyond_tags=options.beyond_tags,
        catalog=known,
        asked=asked(options),
        at_hand=_cached if is_this_machine(options) else None,
    )
    if is_this_machine(options):
        left = interrupted(Path(options.venv or ".venv"))
        result = replace(result, findings=left + (result.findings or ()))
    if fitting is not None and fitting.findings:
        result = _with_model(result, fitting)
    return replace(result, timings={"probe_s": looked, **(result.timings or {})})


def _with_model(result: Result, fitting: Fitting) -> Result:
    """The result with what stands in the way of the model first, and what it then comes to."""
    from pidoctor.report.conclusion import concluded

    return concluded(
        replace(
            result,
            findings=fitting.findings + (result.findings or ()),
            exit_code=max(result.exit_code, fitting.exit_code),
            verdict=None,
            next=None,
        )
    )


def _cached(plan: Plan) -> Container[str]:
    """The hashes of the plan's wheels that earlier installs kept."""
    from pidoctor.install.wheelhouse import Cache, find

    return find(plan.wheels, (), Cache.of_user())
