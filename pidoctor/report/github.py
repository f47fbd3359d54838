"""A check as annotations of a GitHub workflow run.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from pidoctor.envelope import Result
from pidoctor.report.conclusion import conclude
from pidoctor.report.text import printable
from pidoctor.result import Severity

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(result: Result) -> str:
    """One annotation for each finding, and one for the verdict."""
    lines = [
        _line(_LEVELS[it.severity], it.id, f"{it.message}\n{it.details}".rstrip())
        for it in result.findings or ()
    ]
    verdict, then = conclude(result)
    said = result.error or verdict or ""
    if said:
        more = f"\n{then}" if then else ""
        lines.append(_line("error" if result.exit_code else "notice", "pidoctor", said + more))
    return "".join(f"{line}\n" for line in lines)


def _line(level: str, title: str, message: str) -> str:
    name = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={name}::{_escaped(message)}"


def _escaped(text: str) -> str:
    """As the runner reads it: a line break in a message is written out."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
