"""The forms for programs besides JSON: each is a renderer of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module

from pidoctor.decoding import encode
from pidoctor.envelope import Result
from pidoctor.redact import Identity, redact
from pidoctor.report.conclusion import concluded
from pidoctor.report.document import mapped


def render(result: Result, form: str, identity: Identity | None = None) -> str:
    """The result in the form "github", "junit", "sarif", "markdown" or "jsonl".

    Without secrets and personal data; ``identity`` is whose names are taken out, without it the
    user's own.
    """
    if form == "jsonl":
        return json_lines(result)
    whose = identity or Identity.here()
    clean = _redacted(concluded(result), lambda text: redact(text, whose))
    text: str = import_module(f"pidoctor.report.{form}").render(clean)
    return text if form != "markdown" else redact(text, whose)


def _redacted(result: Result, change: Callable[[str], str]) -> Result:
    """The parts that these forms show, before anything is written: a form stays well made."""
    return replace(
        result,
        findings=mapped(result.findings, change),
        error=mapped(result.error, change),
        verdict=mapped(result.verdict, change),
        next=mapped(result.next, change),
    )


def json_lines(result: Result) -> str:
    """The cells of a matrix, one JSON object on each line."""
    return "".join(json.dumps(encode(cell)) + "\n" for cell in result.matrix or ())
