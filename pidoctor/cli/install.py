"""``pidoctor install``: plan, show, ask, install, prove."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Callable

from pidoctor.cli.arguments import (
    add_devices,
    add_environment,
    add_model,
    add_offline,
    add_project,
)

if TYPE_CHECKING:
    from pidoctor.checks.case import Case
    from pidoctor.envelope import Result
    from pidoctor.fitting import Fitting
    from pidoctor.host.base import Host
    from pidoctor.install.outcome import Outcome
    from pidoctor.install.recipe import Job
    from pidoctor.probe.environment_choice import EnvironmentChoice
    from pidoctor.profile.profile import Profile
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import Finding

DESCRIPTION = "Resolve, show the plan, ask, install into a virtual environment, and prove it."
EXAMPLES = """\
  pidoctor install
  pidoctor install tensorflow --venv ~/tf --yes
  pidoctor install --model detect.tflite
  pidoctor install --dry-run
  pidoctor install --offline --wheels /media/usb/wheels
  pidoctor install --accelerator coral-usb
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_model(parser)
    add_environment(parser, last="a new .venv here")
    add_devices(parser)
    parser.add_argument(
        "--replace",
        action="store_true",
        help="go on even if something installed stops working; the plan says what",
    )
    parser.add_argument("--dry-run", action="store_true", help="show every step, run none")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    add_offline(parser)
    parser.set_defaults(looks_up=True)
    parser.add_argument("--wheels", metavar="DIR", help="look for wheels in this folder first")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.checks.case import Case
    from pidoctor.checks.installed_state import environment_python
    from pidoctor.cli.output import progress
    from pidoctor.cli.places import with_another
    from pidoctor.cli.resolving import (
        answer,
        catalog_for,
        code_without_plan,
        fit_options,
        must_be_decided,
    )
    from pidoctor.cli.where import asked, with_named
    from pidoctor.envelope import Result
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.machine import probe
    from pidoctor.readiness.rights import as_typed
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import ExitCode

    say, host, question = progress(options), LiveHost(), asked(options)
    _own_settings(options)
    choice, more = _environment(options, host, say)
    profile = with_named(probe(host, target=options.venv, choice=choice).profile, options)
    gone = () if profile.python.version.is_known else tuple(environment_python(Case(profile)))
    if gone:
        return unfit(profile, gone, ExitCode.COULD_NOT_CHECK)
    with catalog_for(options, profile, options.offline) as known:
        fitting = fit_options(options, profile, known)
        if fitting is not None:
            if fitting.findings:
                return unfit(profile, fitting.findings, fitting.exit_code)
            question = question._replace(requirement=str(options.requirement))
        resolution, around = answer(options, profile, known, options.replace, question)
        case = Case(profile, resolution, index=known.index)
        beside = _before(options, case)
    must_be_decided(resolution, "Nothing was installed")
    refused = _refused(options, case, beside)
    if refused:
        return unfit(profile, refused, ExitCode.PROBLEM)
    if not isinstance(resolution, Plan):
        none = Result("install", code_without_plan(resolution), profile=profile)
        return replace(none, resolution=resolution, explanation=around, asked=question)
    beside += _device_findings(options, profile, resolution, fitting)
    done = _carried_out(options, profile, resolution, beside, choice.exists, more)
    found = as_typed(done.findings or (), profile.rights)
    return with_another(replace(done, findings=found or done.findings, asked=question))


def _environment(
    options: argparse.Namespace, host: Host, say: Callable[[str], None]
) -> tuple[EnvironmentChoice, str]:
    """The environment to install into, which ``options.venv`` is then, fit to be changed.

    "more " where an install that was interrupted had to be settled first, else empty.
    """
    from pidoctor.cli.resume import confirm_owner, settle_interrupted
    from pidoctor.cli.where import must_be_trusted
    from pidoctor.install.path_rules import check_path
    from pidoctor.probe.environment_choice import DEFAULT, choose

    # An environment that is there keeps its Python: the plan must be for that one.
    choice = choose(host, options.venv, options.python)
    options.venv = choice.folder or DEFAULT
    if choice.exists:
        say(f"The environment is {choice.folder}: {choice.reason}.")
    venv = Path(options.venv)
    check_path(venv)
    must_be_trusted(choice)
    if options.dry_run:
        return choice, ""
    confirm_owner(venv, options)
    return choice, "more " if settle_interrupted(venv, say, options.yes) else ""


def _before(options: argparse.Namespace, case: Case) -> tuple[Finding, ...]:
    """What is to be said of a plan before it is carried out."""
    from pidoctor.checks.environment import of_the_plan
    from pidoctor.checks.network import no_index

    if case.plan is None or case.index is None:
        return ()
    found = of_the_plan(case.profile, case.plan, case.index)
    return (*found, *no_index(case)) if _downloads(options, case) else found


def _refused(
    options: argparse.Namespace, case: Case, beside: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Why pip would stop before it downloads anything; and where nobody is asked, what is certain
    not to work afterwards."""
    from pidoctor.checks.network import pip_refuses
    from pidoctor.result import Severity

    stops = tuple(pip_refuses(case)) if _downloads(options, case) else ()
    errors = (item for item in beside if item.severity is Severity.ERROR)
    return (*stops, *errors) if options.yes and not options.dry_run else stops


def _downloads(options: argparse.Namespace, case: Case) -> bool:
    """Whether wheels of a plan come from where pip's configuration says."""
    return not (case.plan is None or case.satisfied or options.offline or options.wheels)


def _carried_out(  # noqa: PLR0913, PLR0917 - what was found out before
    options: argparse.Namespace,
    profile: Profile,
    plan: Plan,
    beside: tuple[Finding, ...],
    exists: bool,
    more: str,
) -> Result:
    """The plan shown, agreed to, carried out and proven.

    ``beside`` is to be said of it before and after; ``exists`` tells that there is something in the
    environment that must go on working, ``more`` is a word where an interrupted install was put in
    order before.
    """
    from pidoctor.cli.output import allowed, watched
    from pidoctor.envelope import Result
    from pidoctor.install.failure import InstallError
    from pidoctor.install.keeping import note, prover
    from pidoctor.install.recipe import Job
    from pidoctor.install.transaction import install
    from pidoctor.readiness.rights import apt_moved, as_typed, rights_needed
    from pidoctor.result import ExitCode, Severity

    moved = apt_moved(profile) if plan.missing_system_packages else None
    rights = tuple(filter(None, (rights_needed(plan, profile), moved)))
    wheels = Path(options.wheels) if options.wheels else None
    job = Job(plan, Path(options.venv), _base(profile), options.offline, wheels, machine=profile)
    try:
        shown = _planned(profile, plan, job)
    except InstallError as error:
        found = (error.finding, *rights)
        return Result("install", ExitCode.PROBLEM, profile=profile, findings=found, resolution=plan)
    found = as_typed((*(shown.findings or ()), *rights, *beside), profile.rights)
    shown = replace(shown, findings=found or None)
    if options.dry_run:
        stopped = any(item.severity is Severity.ERROR for item in shown.findings or ())
        return replace(shown, exit_code=ExitCode.PROBLEM) if stopped else shown
    if not allowed(shown, options, "Go ahead?", "install, or --dry-run to look"):
        refused = f"not agreed to; nothing {more}was changed"
        return Result("install", ExitCode.PROBLEM, error=refused)
    with watched(options) as watch:
        watch.say(f"{plan.runtime} {plan.version} was chosen")
        noted = note(profile, plan, watch.say) if exists else ()
        outcome = install(job, prover(plan, noted, watch.say), watch.say)
        watch.ended(not outcome.exit_code)
    if [finding.id for finding in outcome.findings] == ["interrupted"]:
        raise KeyboardInterrupt(outcome.left)
    return _proven_with(beside, _done(outcome, profile, plan, options.models), options)


def _proven_with(beside: tuple[Finding, ...], done: Result, options: argparse.Namespace) -> Result:
    """The result with what was said beside the plan: what the devices still need, and the command
    that then proves them."""
    if not beside or done.exit_code:
        return done
    from pidoctor.cli.devices import proof_by_delegate

    done = replace(done, findings=(*(done.findings or ()), *beside))
    return replace(done, next=proof_by_delegate(options) or done.next)


def _device_findings(
    options: argparse.Namespace, profile: Profile, plan: Plan, fitting: Fitting | None = None
) -> tuple[Finding, ...]:
    """What the devices of --with need beside the plan, and the models of --model."""
    conditions = fitting.conditions if fitting is not None else ()
    if not options.devices:
        return conditions
    from pidoctor.cli.devices import device_findings
    from pidoctor.result import Severity

    found = device_findings(options.devices, profile, plan)
    return (*(it for it in found if it.severity is not Severity.NOTE), *conditions)


def _own_settings(options: argparse.Namespace) -> None:
    """UsageError where what would be installed stands in a file that somebody else wrote."""
    from pidoctor.cli.output import progress
    from pidoctor.errors import UsageError

    settings = options.settings
    if settings is None:
        return
    if hasattr(options, "from_settings") and not settings.is_mine:
        raise UsageError(
            f"{settings.shown} belongs to another user, and it says what would be installed. "
            "Name what you want instead, as in: pidoctor install auto"
        )
    progress(options)(f"The project's settings are those of {settings.shown}.")


def unfit(profile: Profile, findings: tuple[Finding, ...], exit_code: int) -> Result:
    """Not installed, for what the findings say."""
    from pidoctor.envelope import Result
    from pidoctor.readiness.rights import as_typed

    findings = as_typed(findings, profile.rights)
    finding = findings[0]
    return Result(
        "install",
        exit_code,
        verdict=f"Not installed. {finding.message}",
        next=next(iter(finding.remedy.commands), None) if finding.remedy else None,
        profile=profile,
        findings=findings,
    )


def _base(profile: Profile) -> str:
    """The interpreter to make an environment with: not one that lies in an environment."""
    from pidoctor.host.base import HostError
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.virtual_environment import base_interpreter

    python = profile.python.executable.or_else(sys.executable)
    try:
        return base_interpreter(LiveHost(), python) or python
    except HostError:
        return python  # its Python is gone; what is said of that comes from the recipe


def _planned(profile: Profile, plan: Plan, job: Job) -> Result:
    """What would run, exactly: the plan and its steps."""
    from pidoctor.cli.resume import interrupted
    from pidoctor.envelope import Result, Step
    from pidoctor.install.checks import foreseen
    from pidoctor.install.recipe import make_recipe

    recipe = make_recipe(job)
    planned = tuple(Step(step.title, step.line, step.writes) for step in recipe.steps)
    return Result(
        "install",
        profile=profile,
        findings=interrupted(job.venv) + foreseen(recipe) or None,
        resolution=plan,
        steps=planned,
        environment=job.venv,
    )


def _done(outcome: Outcome, profile: Profile, plan: Plan, models: list[str]) -> Result:
    from pidoctor.cli.example import try_it
    from pidoctor.envelope import Result

    first = str(models[0]) if models else None
    return Result(
        "install",
        outcome.exit_code,
        next=None if outcome.exit_code else try_it(outcome.python, first),
        profile=profile,
        findings=outcome.findings,
        resolution=plan,
        proof=outcome.proof,
        outcome=outcome,
        environment=outcome.environment,
        receipt=outcome.receipt,
    )
