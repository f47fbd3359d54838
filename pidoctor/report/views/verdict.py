"""The answer in the last line, where the eye is when a command has ended."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, GOOD, STRONG, WARN
from pidoctor.report.units import count
from pidoctor.report.views.resolution import asked_for
from pidoctor.result import ExitCode, Result, Severity

_OUTCOMES = {  # of an install, pidoctor/install/outcome.py
    "installed": "Installed and proven: {environment}",
    "already": "Nothing to do: {environment} has it already, and it was proven again.",
    "failed": "Not installed. Nothing was changed.",
    "rolled-back": "Not installed. Everything is as it was before.",
}


def show(page: Page, result: Result) -> None:
    """The last word of a command; nothing where the rest says it all."""
    plan = _plan(result)
    if result.error:
        _line(page, BAD, result.error)
    elif result.command == "check" and result.resolution is not None:
        _check(page, result, plan)
    elif result.extra.get("install"):
        _installed(page, result.extra["install"])
    elif result.extra.get("directory"):
        _downloaded(page, result.extra)
    elif page.look.quiet and plan is not None and result.proof is None:
        page.paragraph(_chosen(plan))


def _plan(result: Result) -> Mapping[str, Any] | None:
    found = result.resolution
    return found if found is not None and found["status"] == "plan" else None


def _chosen(plan: Mapping[str, Any]) -> str:
    versions = (p["version"] for p in plan["packages"] if p["name"] == plan["runtime"])
    return f"{plan['runtime']} {next(versions, '')}".rstrip()


def _line(page: Page, style: str, said: str) -> None:
    glyphs = page.look.glyphs
    marker = {BAD: glyphs.bad, GOOD: glyphs.good, WARN: glyphs.warn}[style]
    page.blank()
    page.item([(f"{marker} ", style)], [(said, STRONG)])


def _check(page: Page, result: Result, plan: Mapping[str, Any] | None) -> None:
    if plan is None:
        asked = asked_for(result.resolution or {})
        _line(page, BAD, f"{asked} does not run on this machine as it is.")
        return
    runtime = _chosen(plan)
    errors = [f for f in result.findings or () if f.severity is Severity.ERROR]
    if errors or result.exit_code != ExitCode.FINE:
        bad = page.look.glyphs.bad
        _line(page, WARN, f"{runtime} fits this machine once what is marked {bad} is dealt with.")
        return
    _line(page, GOOD, f"{runtime} fits this machine.")
    if result.extra.get("here"):
        asked = "" if plan["request"] == "auto" else f" {shlex.quote(plan['request'])}"
        page.code("Install and prove it:", f"pidoctor install{asked}", folds=True)


def _installed(page: Page, outcome: Mapping[str, Any]) -> None:
    good = outcome["status"] in ("installed", "already")
    words = _OUTCOMES.get(outcome["status"], outcome["status"])
    _line(page, GOOD if good else BAD, words.format(environment=outcome["environment"]))
    if good:
        activate = f"{outcome['environment']}/bin/activate"
        page.code("Use it:", f"source {shlex.quote(activate)}", folds=True)


def _downloaded(page: Page, extra: Mapping[str, Any]) -> None:
    files = count(len(extra["files"]), "wheel")
    _line(page, GOOD, f"{files} in {extra['directory']}, each verified by its hash.")
    folder = shlex.quote(str(extra["directory"]))
    page.code("On the board:", f"pidoctor install --offline --wheels {folder}", folds=True)
