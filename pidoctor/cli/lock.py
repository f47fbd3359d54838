"""``pidoctor lock``: the plan as a file that pip or uv installs without pidoctor."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_requirement, add_where

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.resolve.plan import Plan

DESCRIPTION = "Write the plan as a hashed requirements file, or as pylock.toml (PEP 751)."
EXAMPLES = """\
  pidoctor lock --target pi4-4gb/bookworm-64 -o requirements.txt
  pidoctor lock tflite-runtime --format pylock -o pylock.toml
  pip install --require-hashes --no-deps -r requirements.txt
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_requirement(parser)
    add_where(parser)
    parser.add_argument(
        "--format",
        choices=["pylock", "requirements"],
        default="requirements",
        help="default: requirements; pylock looks up the wheels' addresses on your index",
    )
    parser.add_argument(
        "--wheels", metavar="DIR", help="pylock: point at the wheels in this folder instead"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="default: standard output")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import write_document
    from pidoctor.cli.resolving import answer, catalog
    from pidoctor.cli.where import asked, bare_machine
    from pidoctor.envelope import Result, Written
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import ExitCode

    profile = bare_machine(options)
    resolution = answer(profile, options.requirement, options.beyond_tags, catalog())
    if not isinstance(resolution, Plan):
        return Result("lock", ExitCode.PROBLEM, resolution=resolution, asked=asked(options))
    text = _document(resolution, options)
    written = Written(text) if options.output is None else write_document(options.output, text)
    return Result(
        "lock",
        resolution=resolution,
        asked=asked(options),
        written=written,
    )


def _document(plan: Plan, options: argparse.Namespace) -> str:
    if options.format == "requirements":
        from pidoctor.lockfiles.requirements import requirements_text

        return requirements_text(plan)
    from pidoctor.lockfiles.pylock import pylock_text

    return pylock_text(plan, Path(options.wheels) if options.wheels else None)
