"""Findings: the gravest first, each with where we looked and the one command that helps."""

from __future__ import annotations

from collections.abc import Sequence

from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, FAINT, PLAIN, STRONG, WARN
from pidoctor.result import Finding, Severity

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def show(page: Page, findings: Sequence[Finding]) -> None:
    """The findings; with ``quiet`` no notes, with ``verbose`` ids and links as well."""
    wanted = [
        finding
        for severity in _ORDER
        for finding in findings
        if finding.severity is severity and not (page.look.quiet and severity is Severity.NOTE)
    ]
    if not wanted:
        return
    page.heading("Findings")
    for finding in wanted:
        _finding(page, finding)


def _finding(page: Page, finding: Finding) -> None:
    glyphs = page.look.glyphs
    marker, style = {
        Severity.ERROR: (glyphs.bad, BAD),
        Severity.WARNING: (glyphs.warn, WARN),
        Severity.NOTE: (glyphs.note, FAINT),
    }[finding.severity]
    weight = PLAIN if finding.severity is Severity.NOTE else STRONG
    page.item([(f"{marker} ", style)], [(finding.message, weight)], indent=2)
    if finding.evidence:
        page.paragraph([(f"seen: {finding.evidence}", FAINT)], indent=4, hang=2)
    if finding.remedy:
        if finding.remedy.text:
            page.item(f"{glyphs.arrow} ", finding.remedy.text, indent=4)
        for command in finding.remedy.commands:
            page.command(command, indent=6)
    if page.look.verbose:
        more = f"{finding.id}" + (f"  {finding.link}" if finding.link else "")
        page.paragraph([(more, FAINT)], indent=4)
