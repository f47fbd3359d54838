"""``pidoctor help``: the overview, the help of a command, or the manual page."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "Show what pidoctor can do, or how one command is used."
EXAMPLES = """\
  pidoctor help
  pidoctor help install
  pidoctor help --man > ~/.local/share/man/man1/pidoctor.1
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("about", metavar="COMMAND", nargs="?", help="show the help of this one")
    parser.add_argument("--man", action="store_true", help="print a manual page of everything")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.arguments import COMMANDS, did_you_mean, overview, parser_of
    from pidoctor.envelope import Result, Written
    from pidoctor.errors import UsageError

    if options.man:
        from pidoctor.cli.manual import manual_page

        return Result("help", written=Written(manual_page()))
    if options.about is None:
        return Result("help", written=Written(overview().format_help()))
    if options.about not in COMMANDS:
        known = did_you_mean(options.about)
        raise UsageError(f"{options.about!r} is not a command (see `pidoctor help`){known}")
    return Result("help", written=Written(parser_of(options.about).format_help()))
