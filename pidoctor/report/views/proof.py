"""The proof: what ran, what it computed and how fast, or how it died."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pidoctor.report.layout import Page, Words
from pidoctor.report.look import BAD, FAINT, GOOD, STRONG
from pidoctor.report.units import seconds, size

Proof = Mapping[str, Any]
_ABOUT_MODEL = {"float32": "32-bit floating point", "int8": "8-bit integers"}


def show(page: Page, proof: Proof) -> None:
    """A proof that passed, or the decoded death."""
    passed = proof["status"] == "passed"
    glyphs = page.look.glyphs
    page.heading("Proof")
    what = " ".join(str(proof[key]) for key in ("runtime", "version") if proof.get(key))
    numpy = f" with numpy {proof['numpy']}" if proof.get("numpy") else ""
    if passed:
        said = f"{what}{numpy} computes the right answer"
        page.item([(f"{glyphs.good} ", GOOD)], [(said, STRONG)], indent=2)
    else:
        _death(page, proof, f"{what or 'the runtime'}{numpy}")
    if not page.look.quiet:
        page.table([_model(page, model) for model in proof["models"]], indent=4)
        if proof.get("peak_memory_bytes"):
            page.paragraph([(f"peak memory {size(proof['peak_memory_bytes'])}", FAINT)], indent=4)
    if passed and proof.get("import"):
        page.code("In your code:", proof["import"])


def _death(page: Page, proof: Proof, what: str) -> None:
    death = proof.get("death") or {}
    page.item(
        [(f"{page.look.glyphs.bad} ", BAD)], [(f"{what} does not work here", STRONG)], indent=2
    )
    if death.get("message"):
        page.paragraph(death["message"], indent=4)
    if death.get("evidence"):
        page.paragraph([(f"seen: {death['evidence']}", FAINT)], indent=4, hang=2)
    remedy = death.get("remedy") or {}
    if remedy.get("text"):
        page.item(f"{page.look.glyphs.arrow} ", remedy["text"], indent=4)
    for command in remedy.get("commands", ()):
        page.command(command, indent=8)


def _model(page: Page, model: Mapping[str, Any]) -> tuple[Words, ...]:
    glyphs = page.look.glyphs
    good = model["status"] == "passed"
    marker = [(glyphs.good, GOOD)] if good else [(glyphs.bad, BAD)]
    latency, error = model.get("latency_ms"), model.get("max_error")
    speed = f"{seconds(latency / 1000)} an inference" if latency is not None else ""
    off = f"largest error {error:.3g}" if error is not None else ""
    about = _ABOUT_MODEL.get(model["name"], "")
    rest = ", ".join(part for part in (speed, off, about) if part)
    return marker, model["name"], [(rest, FAINT)]
