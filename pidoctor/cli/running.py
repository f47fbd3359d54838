"""Options of the commands that run a model."""

from __future__ import annotations

import argparse


def add_delegate(parser: argparse.ArgumentParser) -> None:
    """The options that run a model through the delegate of a library."""
    parser.add_argument(
        "--delegate",
        metavar="LIB",
        help="run it with this library's delegate: libedgetpu.so.1, or a path",
    )
    parser.add_argument(
        "--delegate-option",
        dest="delegate_options",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="an option of the delegate, as device=usb:0 (repeatable)",
    )


def add_shapes(parser: argparse.ArgumentParser) -> None:
    """The option that says the sizes which a model leaves open."""
    parser.add_argument(
        "--shape",
        metavar="NAME=SIZES",
        action="append",
        default=[],
        help="sizes that the model leaves open: input=1,224,224,3 (repeatable)",
    )
