"""``--html``: what a command about a model printed, as a page too."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result


def add_html(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--html", metavar="FILE", help="also write a page that needs no network")


def with_page(options: argparse.Namespace, result: Result) -> Result:
    """``result``, after its page was written where one is asked for."""
    if options.html is None:
        return result
    from dataclasses import replace

    from pidoctor.report.composition import compose
    from pidoctor.report.html import document_page
    from pidoctor.safe_files import write_output

    title = f"pidoctor {result.command} {Path(options.file).name}"
    said, *rest = compose(result)  # all of a page is at hand: its verdict stands there once
    write_output(options.html, document_page(title, (said, *(it for it in rest if it != said))))
    return replace(result, html=options.html)
