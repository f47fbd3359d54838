"""``pidoctor check``: facts, findings, and what would be installed or why nothing can."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import (
    add_devices,
    add_form,
    add_model,
    add_offline,
    add_project,
    add_where,
)
from pidoctor.errors import UsageError
from pidoctor.result import ExitCode, Severity

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.profile.profile import Profile
    from pidoctor.readiness.space import Kept
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import Finding

_UNKNOWN = "could not be checked"

DESCRIPTION = "Will TensorFlow Lite (or TensorFlow) run here, and if not, what would make it run?"
EXAMPLES = """\
  pidoctor check
  pidoctor check tensorflow --target pi-3b/bookworm-64
  pidoctor check --target pi4-4gb/bookworm-64 --target pi-zero-2w/bookworm-32
  pidoctor check --model detect.tflite
  pidoctor check tflite-runtime opencv-python --target pi4-4gb/bookworm-64
  pidoctor check --fix
  pidoctor check --format sarif > pidoctor.sarif
  pidoctor check --target pi5-8gb/bookworm-64 --with coral-usb
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_offline(parser)
    add_model(parser)
    add_where(parser, several=True)
    add_devices(parser)
    add_form(parser, "github", "junit", "sarif", "markdown")
    parser.add_argument(
        "--fix", action="store_true", help="run the remedies that are safe, after asking"
    )
    parser.add_argument("-y", "--yes", action="store_true", help="with --fix: do not ask")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.where import is_this_machine

    _tell_settings(options)
    if options.fix:
        from pidoctor.cli.fix_findings import fix_findings

        if options.targets or not is_this_machine(options):
            raise UsageError("--fix is for this machine, not for another one")
        examined = examine(argparse.Namespace(**vars(options)))
        if not fix_findings(examined, options):
            return examined
    asked = [argparse.Namespace(**vars(options)) for _ in _targets(options)]
    for one, target in zip(asked, _targets(options)):
        one.target = target
        if target is not None and options.settings is not None:
            one.devices = [*options.devices, *options.settings.accelerators]
    return together([examine(one) for one in asked])


def _targets(options: argparse.Namespace) -> Sequence[str | None]:
    """The targets to answer for; None stands for the machine that other options name, or this."""
    from pidoctor.cli.where import is_this_machine

    named = tuple(dict.fromkeys(options.targets))
    settings = options.settings
    elsewhere = not is_this_machine(options) or options.venv or options.python
    if named or settings is None or elsewhere:
        return named or (None,)
    return (*dict.fromkeys(settings.targets), None)


def _tell_settings(options: argparse.Namespace) -> None:
    from pidoctor.cli.output import progress

    if options.settings is not None:
        progress(options)(f"The project's settings are those of {options.settings.shown}.")


def together(results: Sequence[Result]) -> Result:
    """One result of those for several machines; the exit code of the first that fails."""
    if len(results) == 1:
        return results[0]
    from pidoctor.envelope import Answer, Result

    places = (result.asked.place if result.asked else "this machine" for result in results)
    answers = tuple(map(Answer, places, results))
    failed = [answer for answer in answers if answer.result.exit_code]
    code = min((answer.result.exit_code for answer in failed), default=ExitCode.FINE)
    first = next((answer for answer in failed if answer.result.exit_code == code), None)
    if first is None:
        said = f"All {len(answers)} machines fit: {', '.join(a.place for a in answers)}."
    else:
        unknown = sum(it.result.exit_code == ExitCode.COULD_NOT_CHECK for it in failed)
        wrong = len(failed) - unknown
        fail = ("fails" if wrong == 1 else "fail") if wrong else _UNKNOWN
        said = f"{wrong or unknown} of {len(answers)} machines {fail}; the first is {first.place}"
        said += f", and {unknown} {_UNKNOWN}." if wrong and unknown else "."
    return Result(
        "check",
        exit_code=code,
        verdict=said,
        next=first.result.next if first else None,
        findings=tuple(finding for answer in answers for finding in answer.findings),
        answers=answers,
    )


def examine(options: argparse.Namespace) -> Result:
    """Look at the machine once: profile, resolution, findings."""
    from dataclasses import replace
    from functools import partial
    from pathlib import Path

    from pidoctor import api
    from pidoctor.cli.places import refused, with_another, with_what_lacks
    from pidoctor.cli.resolving import catalog_for, fit_options
    from pidoctor.cli.resume import interrupted
    from pidoctor.cli.where import asked, is_this_machine, machine
    from pidoctor.probe.environment_choice import DEFAULT

    started = time.perf_counter()
    probed = machine(options)
    looked = time.perf_counter() - started
    settings = options.settings
    with catalog_for(options, probed.profile, options.offline) as known:
        fitting = fit_options(options, probed.profile, known)
        result = api.check(
            probed,
            options.requirement,
            beyond_tags=options.beyond_tags,
            catalog=known,
            asked=asked(options),
            kept=partial(_kept, probed.profile) if is_this_machine(options) else None,
            accelerators=settings.accelerators if settings else (),
        )
    if is_this_machine(options):
        left = interrupted(Path(probed.profile.environment.folder.value or DEFAULT))
        stopped = tuple(item for item in left if item.severity is Severity.ERROR)
        stopped += refused(result, options) + _nowhere(result)
        result = replace(result, findings=left + (result.findings or ()))
        result = _also(result, stopped, ExitCode.PROBLEM) if stopped else result
        result = with_another(with_what_lacks(result, options))
    if fitting is not None and fitting.conditions:
        result = replace(result, findings=fitting.conditions + (result.findings or ()))
    if fitting is not None and fitting.findings:
        result = _also(result, fitting.findings, fitting.exit_code)
    return replace(result, timings={"probe_s": looked, **(result.timings or {})})


def _also(result: Result, findings: tuple[Finding, ...], exit_code: int) -> Result:
    """The result with what stands in the way besides, first, and what it then comes to."""
    from dataclasses import replace

    from pidoctor.report.conclusion import concluded

    ids = {finding.id for finding in findings}
    others = (finding for finding in result.findings or () if finding.id not in ids)
    return concluded(
        replace(
            result,
            findings=(*findings, *others),
            exit_code=max(result.exit_code, exit_code),
            verdict=None,
            next=None,
        )
    )


def _nowhere(result: Result) -> tuple[Finding, ...]:
    """That pip may download nothing, where an install on this machine would have to."""
    from pidoctor.checks.case import Case
    from pidoctor.install.supply import nowhere
    from pidoctor.readiness.sources import no_index

    plan, profile = result.plan, result.profile
    if plan is None or profile is None or no_index(profile) is None:
        return ()
    if Case(profile, plan).satisfied:
        return ()
    here = _kept(profile, plan).hashes
    found = nowhere([wheel for wheel in plan.wheels if wheel.sha256 not in here], profile)
    return (found,) if found else ()


def _kept(profile: Profile, plan: Plan) -> Kept:
    """What earlier installs kept."""
    from pathlib import Path

    from pidoctor.install.wheelhouse import Cache, find, kept

    cache = Cache.of_user()
    found = find(plan.wheels, (), cache)
    return kept(cache, found, Path(profile.storage.target.or_else(".")))
