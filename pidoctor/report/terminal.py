"""A result as text for people."""

from __future__ import annotations

from importlib import import_module

from pidoctor.envelope import Result
from pidoctor.report.layout import Page
from pidoctor.report.look import Look
from pidoctor.report.views import facts, findings, resolution, verdict

# Commands that are about the machine itself; the others mention it only when asked to.
_ABOUT_THE_MACHINE = ("check", "capture", "report")
# Findings that the view of the resolution tells in full.
_TOLD_BY_THE_RESOLUTION = ("no-runtime", "plan-note")


def render(result: Result, look: Look) -> str:
    """The whole document for stdout; empty where the result has nothing to show."""
    page = Page(look)
    envelope = result.to_json()
    if envelope["profile"] is not None and (result.command in _ABOUT_THE_MACHINE or look.verbose):
        facts.show(page, envelope["profile"])
    if result.findings:
        told = _TOLD_BY_THE_RESOLUTION if result.resolution is not None else ()
        findings.show(page, [finding for finding in result.findings if finding.id not in told])
    if envelope["resolution"] is not None:
        resolution.show(
            page,
            envelope["resolution"],
            explain=result.command == "explain",
            done=result.proof is not None and result.proof.passed,
        )
    parts = {
        "steps": envelope["steps"],
        "proof": envelope["proof"],
        "diagnoses": envelope["diagnoses"],
        "matrix": result.matrix,
        "targets": envelope["targets"],
        "wheels_index": envelope["index"],
    }
    for name, part in parts.items():
        if part is not None:  # a view that few commands need is imported only then
            import_module(f"pidoctor.report.views.{name}").show(page, part)
    verdict.show(page, result)
    return page.text
