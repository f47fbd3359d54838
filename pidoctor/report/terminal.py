"""A result as text for people."""

from __future__ import annotations

from importlib import import_module

from pidoctor.report.layout import Page
from pidoctor.report.look import Look
from pidoctor.report.views import facts, findings, resolution, verdict
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
    parts = {
        "steps": result.extra.get("steps"),
        "proof": result.proof,
        "diagnoses": result.diagnoses,
        "matrix": result.matrix,
        "targets": result.extra.get("targets"),
        "wheels_index": result.extra.get("index"),
    }
    for name, part in parts.items():
        if part is not None:  # a view that few commands need is imported only then
            import_module(f"pidoctor.report.views.{name}").show(page, part)
    verdict.show(page, result)
    return page.text
