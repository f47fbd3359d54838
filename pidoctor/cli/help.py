"""``pidoctor help``: the overview, the help of a command, a longer page, or the manual page."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.report.document import Document

DESCRIPTION = (
    "Show what pidoctor can do, how one command is used, or a longer page about a topic. The name "
    "of a trouble, as check and triage print it, is a topic too."
)
EXAMPLES = """\
  pidoctor help
  pidoctor help install
  pidoctor help 32-bit
  pidoctor help numpy2-abi-mismatch
  pidoctor help deploy --html deploy.html
  pidoctor help --man > pidoctor.1     (then: man ./pidoctor.1)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", metavar="TOPIC", nargs="?", help="a command or a topic")
    parser.add_argument("--html", metavar="FILE", help="write the page of a topic as HTML instead")
    parser.add_argument("--man", action="store_true", help="print a manual page of everything")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.arguments import COMMANDS, overview, parser_of
    from pidoctor.envelope import Result, Written
    from pidoctor.errors import UsageError

    if options.man:
        from pidoctor.cli.manual import manual_page

        return Result("help", written=Written(manual_page()))
    if options.about in (None, *COMMANDS):
        if options.html:
            raise UsageError("--html is for the page of a topic: pidoctor help deploy --html FILE")
        parser = parser_of(options.about) if options.about else overview()
        return Result("help", written=Written(parser.format_help()))
    title, short, whole = _page(options.about)
    if options.html:
        from pidoctor.cli.output import write_document
        from pidoctor.report.html import document_page

        written = write_document(options.html, document_page(title, whole))
        return Result("help", written=written, html=options.html)
    return Result("help", written=Written(_as_text(title, short, options)))


def _page(name: str) -> tuple[str, Document, Document]:
    """A topic's title, and its page as it is read on a terminal and in a browser."""
    from pidoctor.errors import UsageError
    from pidoctor.help import TOPICS, page_text, trouble_pages
    from pidoctor.help.markdown_page import document, title_of

    if name == "troubles":
        return trouble_pages.TITLE, trouble_pages.listing(), trouble_pages.whole()
    if name in TOPICS:
        text = page_text(name)
        page = document(text)
        return title_of(text), page, page
    found = trouble_pages.one(name)
    if found is not None:
        return trouble_pages.TITLE, found, found
    raise UsageError(f"{name!r} is not a command or a topic (see `pidoctor help`){_near(name)}")


def _near(name: str) -> str:
    from difflib import get_close_matches

    from pidoctor.cli.arguments import COMMANDS, did_you_mean
    from pidoctor.help import TOPICS, trouble_pages

    if meant := did_you_mean(name):
        return meant
    topics = [*COMMANDS, *TOPICS, *trouble_pages.names()]
    close = get_close_matches(name, topics, n=1, cutoff=0.85)
    close = close or [topic for topic in topics if name and name in topic][:3]
    close = close or get_close_matches(name, topics, n=1)
    return f"; did you mean `pidoctor help {'` or `pidoctor help '.join(close)}`?" if close else ""


def _as_text(title: str, page: Document, options: argparse.Namespace) -> str:
    from pidoctor.cli.output import look_of
    from pidoctor.report.document import STRONG, Section, Text
    from pidoctor.report.terminal import draw

    head = Section("", (Text([(title, STRONG)]),))
    return draw((head, *page), look_of(options))
