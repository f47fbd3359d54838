"""A result as text for people."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, GOOD, STRONG, WARN, Look
from pidoctor.report.views import (
    diagnoses,
    facts,
    findings,
    matrix,
    proof,
    resolution,
    steps,
    targets,
    wheels_index,
)
from pidoctor.result import ExitCode, Result, Severity

# Commands that are about the machine itself; the others mention it only when asked to.
_ABOUT_THE_MACHINE = ("check", "capture", "report")
# Findings that the view of the resolution tells in full.
_TOLD_BY_THE_RESOLUTION = ("no-runtime", "plan-note")


def render(result: Result, look: Look) -> str:
    """The whole document for stdout; empty where the result has nothing to show."""
    page = Page(look)
    if result.profile is not None and (result.command in _ABOUT_THE_MACHINE or look.verbose):
        facts.show(page, result.profile)
    if result.findings:
        told = _TOLD_BY_THE_RESOLUTION if result.resolution is not None else ()
        findings.show(page, [finding for finding in result.findings if finding.id not in told])
    if result.resolution is not None:
        resolution.show(
            page,
            result.resolution,
            explain=result.command == "explain",
            done=result.proof is not None,
        )
    if result.extra.get("steps"):
        steps.show(page, result.extra["steps"])
    if result.proof is not None:
        proof.show(page, result.proof)
    if result.diagnoses is not None:
        diagnoses.show(page, result.diagnoses)
    if result.matrix is not None:
        matrix.show(page, result.matrix)
    if result.extra.get("targets") is not None:
        targets.show(page, result.extra["targets"])
    if result.extra.get("index") is not None:
        wheels_index.show(page, result.extra["index"])
    _verdict(page, result)
    return page.text


def _verdict(page: Page, result: Result) -> None:
    """The answer in the last line, where the eye is when a command has ended."""
    if result.error:
        page.blank()
        page.item([(f"{page.look.glyphs.bad} ", BAD)], [(result.error, STRONG)])
    elif result.command == "check" and result.resolution is not None:
        page.blank()
        _answer(page, result, result.resolution)


def _answer(page: Page, result: Result, answer: Mapping[str, Any]) -> None:
    glyphs = page.look.glyphs
    if answer["status"] != "plan":
        said = f"{resolution.asked_for(answer)} does not run on this machine as it is."
        page.item([(f"{glyphs.bad} ", BAD)], [(said, STRONG)])
        return
    version = next(p["version"] for p in answer["packages"] if p["name"] == answer["runtime"])
    runtime = f"{answer['runtime']} {version}"
    errors = [f for f in result.findings or () if f.severity is Severity.ERROR]
    if errors or result.exit_code != ExitCode.FINE:
        said = f"{runtime} fits this machine once the findings marked {glyphs.bad} are dealt with."
        page.item([(f"{glyphs.warn} ", WARN)], [(said, STRONG)])
        return
    page.item([(f"{glyphs.good} ", GOOD)], [(f"{runtime} runs on this machine.", STRONG)])
    if result.extra.get("here"):
        asked = "" if answer["request"] == "auto" else f" {shlex.quote(answer['request'])}"
        page.code("Install and prove it:", f"pidoctor install{asked}")
