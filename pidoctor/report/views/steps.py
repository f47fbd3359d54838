"""The steps of an installation: what was, or would be, done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Union

from pidoctor.report.layout import Page
from pidoctor.report.look import BAD, FAINT, GOOD, PLAIN

Step = Union[str, Mapping[str, Any]]


def show(page: Page, steps: Sequence[Step]) -> None:
    """Each step in words, and the command that it runs where there is one.

    A step is a command, or ``{"text", "command", "status"}`` with a status of "done", "failed" or
    "planned".
    """
    if page.look.quiet or not steps:
        return
    page.heading("Steps")
    for number, step in enumerate(steps, 1):
        entry = {"command": step} if isinstance(step, str) else step
        marker, style = _marker(page, entry.get("status"), number)
        page.item([(f"{marker} ", style)], entry.get("text") or "run", indent=2)
        if entry.get("command"):
            page.command(entry["command"], indent=6)


def _marker(page: Page, status: str | None, number: int) -> tuple[str, str]:
    if status == "done":
        return page.look.glyphs.good, GOOD
    if status == "failed":
        return page.look.glyphs.bad, BAD
    return f"{number}.", FAINT if status == "planned" else PLAIN
