"""Where the environment of an install can lie on this machine, and where else one can."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.result import Finding, Remedy, Severity

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.resolve.plan import Plan

_OF_THE_DISK = ("no-space-left", "read-only-file-system")


def refused(result: Result, options: argparse.Namespace) -> tuple[Finding, ...]:
    """That an install of the result's plan would refuse the environment's place, in its words."""
    from pidoctor.checks.case import Case
    from pidoctor.cli.where import chosen, must_be_trusted
    from pidoctor.errors import UsageError
    from pidoctor.install.path_rules import is_there
    from pidoctor.probe.environment_choice import DEFAULT
    from pidoctor.report.conclusion import sentence

    plan, profile = result.plan, result.profile
    if plan is None or profile is None or Case(profile, plan).satisfied:
        return ()
    choice = chosen(options, must_exist=False)
    venv = Path(choice.folder or DEFAULT)
    try:
        is_there(venv)
        must_be_trusted(choice)
    except UsageError as error:
        return (Finding("environment-place", Severity.ERROR, sentence(str(error)), f"{venv}"),)
    return ()


def with_what_lacks(result: Result, options: argparse.Namespace) -> Result:
    """The result of a question without network, with what an install without network would lack
    here; the next command is then one with network."""
    from dataclasses import replace

    from pidoctor.checks.case import Case
    from pidoctor.install.supply import missing_offline, packages_offline
    from pidoctor.install.wheelhouse import Cache, find
    from pidoctor.report.conclusion import concluded

    plan, profile, asked = result.plan, result.profile, result.asked
    if not options.offline or plan is None or profile is None or asked is None:
        return result
    if Case(profile, plan).satisfied:
        return result
    here = find(plan.wheels, (), Cache.of_user())
    wheels = [wheel for wheel in plan.wheels if wheel.sha256 not in here]
    lacking = [missing_offline(wheels, None, plan.request)] if wheels else []
    if plan.missing_system_packages:
        lacking.append(packages_offline(plan.missing_system_packages, None))
    if not lacking:
        return result
    told = (each._replace(severity=Severity.WARNING) for each in lacking)
    online = tuple(word for word in asked.further if word != "--offline")
    findings = (*(result.findings or ()), *told)
    question = asked._replace(further=online)
    return concluded(replace(result, findings=findings, asked=question, next=None))


def with_another(result: Result) -> Result:
    """The result whose findings about the environment's place name one in the user's home first,
    where that has the room."""
    from dataclasses import replace

    from pidoctor.report.conclusion import concluded

    plan, findings = result.plan, result.findings or ()
    about = [each for each in findings if each.id in ("environment-place", *_OF_THE_DISK)]
    command = _install_elsewhere(result, plan) if plan is not None and about else ""
    if not command:
        return result
    told = tuple(_first(command, each) if each in about else each for each in findings)
    return concluded(replace(result, findings=told, next=None))


def _install_elsewhere(result: Result, plan: Plan) -> str:
    from pidoctor.install.path_rules import elsewhere
    from pidoctor.readiness.space import bytes_needed
    from pidoctor.report.conclusion import install_command

    place = elsewhere(bytes_needed(plan, plan.wheels))
    if not place or result.asked is None:
        return ""
    # The place is not quoted: the shell puts the home in.
    return f"{install_command(result.asked.without_environment())} --venv {place}"


def _first(command: str, finding: Finding) -> Finding:
    remedy = finding.remedy or Remedy("Install into an environment in your home instead.")
    return finding._replace(remedy=remedy._replace(commands=(command, *remedy.commands)))
