"""A result as text for people."""

from __future__ import annotations

from pidoctor.report.layout import Page
from pidoctor.report.look import Look
from pidoctor.report.views import (
    diagnoses,
    facts,
    findings,
    matrix,
    proof,
    resolution,
    steps,
    targets,
    verdict,
    wheels_index,
)
from pidoctor.result import Result

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
            done=result.proof is not None and result.proof["status"] == "passed",
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
    verdict.show(page, result)
    return page.text
