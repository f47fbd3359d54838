"""``pidoctor check``: facts, findings, and what would be installed or why nothing can."""

from __future__ import annotations

import argparse
import time
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_requirement, add_where

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import Finding

DESCRIPTION = "Will TensorFlow Lite (or TensorFlow) run here, and if not, what would make it run?"
EXAMPLES = """\
  pidoctor check
  pidoctor check tensorflow --target pi-3b/bookworm-64
  pidoctor check --fix
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_requirement(parser)
    add_where(parser)
    parser.add_argument(
        "--fix", action="store_true", help="run the remedies that are safe, after asking"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="with --fix: do not ask")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import progress
    from pidoctor.cli.resume import settle_interrupted
    from pidoctor.cli.where import is_this_machine
    from pidoctor.errors import UsageError

    if is_this_machine(options):
        settle_interrupted(Path(".venv"), progress(options))
    examined = examine(options)
    if not options.fix:
        return examined
    from pidoctor.cli.fix_findings import fix_findings

    if not is_this_machine(options):
        raise UsageError("--fix is for this machine, not for another one")
    return examine(options) if fix_findings(examined, options) else examined


def examine(options: argparse.Namespace) -> Result:
    """Look at the machine once: profile, resolution, findings."""
    from pidoctor.checks.case import nothing_at_hand
    from pidoctor.checks.registry import run_checks
    from pidoctor.cli.resolving import answer, catalog
    from pidoctor.cli.where import asked, is_this_machine, machine
    from pidoctor.envelope import Result
    from pidoctor.errors import CouldNotCheckError
    from pidoctor.result import ExitCode, Finding, Severity

    started = time.perf_counter()
    probed = machine(options)
    probed_at = time.perf_counter()
    known = catalog()
    try:
        resolution = answer(probed.profile, options.requirement, options.beyond_tags, known)
    except CouldNotCheckError as error:
        resolution = None
        undecided: tuple[Finding, ...] = (Finding("not-decidable", Severity.ERROR, str(error)),)
    else:
        undecided = ()
    resolved_at = time.perf_counter()
    at_hand = _cached if is_this_machine(options) else nothing_at_hand
    findings = undecided + run_checks(
        probed.profile, resolution, probed.failures, known.index, at_hand
    )
    problems = any(finding.severity is Severity.ERROR for finding in findings)
    code = ExitCode.PROBLEM if problems else ExitCode.FINE
    return Result(
        "check",
        exit_code=ExitCode.COULD_NOT_CHECK if undecided else code,
        profile=probed.profile,
        findings=findings,
        resolution=resolution,
        timings={
            "probe_s": probed_at - started,
            "resolve_s": resolved_at - probed_at,
            "checks_s": time.perf_counter() - resolved_at,
        },
        asked=asked(options),
    )


def _cached(plan: Plan) -> Container[str]:
    """The hashes of the plan's wheels that earlier installs kept."""
    from pidoctor.install.wheelhouse import Cache, find

    return find(plan.wheels, (), Cache.of_user())
