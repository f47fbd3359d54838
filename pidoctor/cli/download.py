"""``pidoctor download``: a folder of wheels for a board without network."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_project, add_where

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = (
    "Fetch and verify every wheel of the plan, here, for a board without network. Beside the "
    "wheels are a lock, a manifest with hashes, and a how-to."
)
EXAMPLES = """\
  pidoctor download --target pi4-4gb/bookworm-64 -d wheels
  pidoctor install --offline --wheels wheels        (then, on the board)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_where(parser)
    parser.set_defaults(devices=[], offline=False)
    parser.add_argument(
        "-d", "--directory", metavar="DIR", default="wheels", help="default: the folder wheels here"
    )


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import watched
    from pidoctor.cli.resolving import plan_or_why_not
    from pidoctor.cli.where import asked, bare_machine
    from pidoctor.envelope import Downloaded, Result
    from pidoctor.lockfiles.kit_writer import write_kit
    from pidoctor.lockfiles.wheelhouse_writer import download
    from pidoctor.pyz import build

    profile = bare_machine(options)
    plan = plan_or_why_not("download", options, profile, "Nothing was fetched")
    if isinstance(plan, Result):
        return plan
    folder = Path(options.directory)
    python = profile.python.version.or_else("")
    with watched(options) as watch:
        paths = download(plan, python, folder, watch.say)
        watch.say("Put pidoctor.pyz and a how-to beside the wheels")
        made_for = asked(options).place
        beside = write_kit(plan, profile, made_for, folder, sys.argv[0], build)
    return Result(
        "download",
        resolution=plan,
        asked=asked(options),
        downloaded=Downloaded(options.directory, tuple(path.name for path in paths), beside),
    )
