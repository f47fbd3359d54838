"""``pidoctor explain``: every candidate's verdict, the nearest miss, the smallest changes."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_devices, add_offline, add_project, add_where

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "Why would this be chosen, and why not the others? Always exits 0 with an answer."
EXAMPLES = """\
  pidoctor explain tensorflow==2.3 --target pi4-4gb/bullseye-64
  pidoctor explain tflite-runtime --target pi5-8gb/trixie-64
  pidoctor explain auto
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_offline(parser)
    add_where(parser)
    add_devices(parser)


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import progress
    from pidoctor.cli.resolving import answer, catalog_for, fit_devices
    from pidoctor.cli.resume import tell_interrupted
    from pidoctor.cli.where import asked, is_this_machine, machine
    from pidoctor.envelope import Result
    from pidoctor.resolve.explanation import explain
    from pidoctor.resolve.plan import Plan
    from pidoctor.resolve.request import request_on

    if is_this_machine(options):
        tell_interrupted(Path(options.venv or ".venv"), progress(options))
    profile = machine(options).profile
    started = time.perf_counter()
    with catalog_for(options, profile, options.offline) as known:
        fitting = fit_devices(options, profile, known)
        resolution, around = answer(options, profile, known)
        wanted = request_on(profile, options.requirement, options.beyond_tags, known)
        around = around or explain(profile, wanted, known, resolution)
    found = fitting.findings if fitting is not None else ()
    plan = resolution if isinstance(resolution, Plan) else None
    if options.devices:
        from pidoctor.cli.devices import device_findings

        found = (*found, *device_findings(options.devices, profile, plan))
    question = asked(options)
    if plan is not None and question.project:
        from pidoctor.checks.environment import of_the_plan

        found = (*found, *of_the_plan(profile, plan, known.index))
    return Result(
        "explain",
        profile=profile,
        findings=found or None,
        resolution=resolution,
        explanation=around,
        asked=question,
        timings={"resolve_s": time.perf_counter() - started},
    )
