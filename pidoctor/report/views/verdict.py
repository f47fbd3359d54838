"""The answer in the last line, where the eye is when a command has ended."""

from __future__ import annotations

from pidoctor.envelope import Result
from pidoctor.report.conclusion import conclude
from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, GOOD, STRONG, WARN
from pidoctor.result import ExitCode

# Commands whose document is the answer already.
_SAY_IT_THEMSELVES = ("smoke", "triage", "matrix", "index", "targets", "explain")


def show(page: Page, result: Result) -> None:
    """The last word of a command: the verdict, and the command to type now."""
    if result.error:
        _line(page, BAD, result.error)
        return
    verdict, then = conclude(result)
    if verdict is None or result.command in _SAY_IT_THEMSELVES:
        return
    if page.look.quiet and result.command != "check" and result.plan and not result.proof:
        page.paragraph(f"{result.plan.runtime} {result.plan.version}")
        return
    fine = result.exit_code == ExitCode.FINE
    _line(page, GOOD if fine else WARN if result.plan and not result.outcome else BAD, verdict)
    if then:
        page.code("Next:", then, folds=True)


def _line(page: Page, style: str, said: str) -> None:
    glyphs = page.look.glyphs
    marker = {BAD: glyphs.bad, GOOD: glyphs.good, WARN: glyphs.warn}[style]
    page.blank()
    page.item([(f"{marker} ", style)], [(said, STRONG)])
