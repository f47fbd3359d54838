"""``pidoctor targets``: the boards and systems that can be asked about."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "The names that --target takes: BOARD[-RAM]/OS-BITS[/pyX.Y]."
EXAMPLES = """\
  pidoctor targets
  pidoctor targets pi-zero
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("contains", metavar="TEXT", nargs="?", help="only names with it")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.envelope import Result
    from pidoctor.profile.target_names import all_names, board_names, find_boards

    text = (options.contains or "").lower()
    boards = set(board_names(find_boards(text), text)) if text else set()
    names = tuple(
        name
        for name in all_names(every_memory=bool(text))
        if text in name or name.partition("/")[0] in boards
    )
    return Result("targets", targets=names)
