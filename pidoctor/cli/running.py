"""Options of the commands that run a model."""

from __future__ import annotations

import argparse

from pidoctor.cli.arguments import add_repeatable


def add_delegate(parser: argparse.ArgumentParser) -> None:
    """The options that run a model through the delegate of a library."""
    parser.add_argument(
        "--delegate",
        metavar="LIB",
        help="run it with this library's delegate: libedgetpu.so.1, or a path",
    )
    add_repeatable(
        parser,
        "--delegate-option",
        dest="delegate_options",
        metavar="KEY=VALUE",
        help="an option of the delegate, as device=usb:0 (repeatable)",
    )
