"""The causes that triage found, each with the lines that prove it and the remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, FAINT, GOOD, STRONG, WARN
from pidoctor.units import listed

Diagnosis = Mapping[str, Any]
_SURE = 0.85
_LIKELY = 0.6


def show(page: Page, diagnoses: Sequence[Diagnosis]) -> None:
    """The diagnoses in the order in which they are to be fixed."""
    for diagnosis in diagnoses:
        page.blank()
        _diagnosis(page, diagnosis)


def _diagnosis(page: Page, diagnosis: Diagnosis) -> None:
    glyphs = page.look.glyphs
    cause, confidence = diagnosis["cause"], diagnosis["confidence"]
    marker, style = {
        "no-problem": (glyphs.good, GOOD),
        "unknown": ("?", WARN),
    }.get(cause, (glyphs.bad, BAD))
    sure = "" if cause in ("no-problem", "unknown") else f"  {_how_sure(confidence)}"
    page.item([(f"{marker} ", style)], [(cause, STRONG), (sure, FAINT)])
    if diagnosis.get("explanation"):
        page.paragraph(diagnosis["explanation"], indent=2)
    if diagnosis["evidence"] and not page.look.quiet:
        page.table(
            [
                ([(f"line {line['line']}", FAINT)], [(line["text"], FAINT)])
                for line in diagnosis["evidence"]
            ],
            indent=4,
        )
    _fix(page, diagnosis["fix"])
    if diagnosis.get("alternatives"):
        others = listed(diagnosis["alternatives"], "or")
        page.paragraph([(f"or else: {others}", FAINT)], indent=2)
    if page.look.verbose and diagnosis.get("source"):
        page.paragraph([(f"see {diagnosis['source']}", FAINT)], indent=2)


def _fix(page: Page, fix: Mapping[str, Any]) -> None:
    if fix["text"]:
        page.item(f"{page.look.glyphs.arrow} ", fix["text"], indent=2)
    for command in fix["commands"]:
        page.command(command, indent=6)


def _how_sure(confidence: float) -> str:
    if confidence >= _SURE:
        return "(sure)"
    return "(likely)" if confidence >= _LIKELY else "(possible)"
