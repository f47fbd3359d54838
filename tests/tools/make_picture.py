"""Makes the README's terminal picture from what the program really prints.

Run as ``python -m tests.tools.make_picture``; a test fails when the picture is out of date.
"""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

from pidoctor.cli.arguments import parse
from pidoctor.report.look import Look
from pidoctor.report.terminal import render

COMMAND = "pidoctor check --target pi4-4gb/bookworm-32"
PICTURE = Path(__file__).parents[2] / ".assets" / "check.svg"
WIDTH = 80


def picture() -> str:
    """The SVG of a terminal after the command."""
    command = parse(COMMAND.split()[1:])
    shown = render(command.run(command.options), Look(width=WIDTH, color=True))
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {COMMAND}", style="bold"))
    console.print(Text.from_ansi(shown))
    return console.export_svg(title="pidoctor", unique_id="pidoctor")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    print(PICTURE)
