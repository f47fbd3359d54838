"""``pidoctor lock``: the plan as a file that pip or uv installs without pidoctor."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_devices, add_offline, add_project, add_where
from pidoctor.errors import UsageError

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.profile.profile import Profile
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import Finding

DESCRIPTION = "Write the plan as a hashed requirements file, or as pylock.toml (PEP 751)."
EXAMPLES = """\
  pidoctor lock --target pi4-4gb/bookworm-64 -o requirements.txt
  pidoctor lock tflite-runtime -o pylock.toml
  pip install --require-hashes --no-deps -r requirements.txt
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_offline(parser)
    add_where(parser)
    add_devices(parser)
    parser.add_argument(
        "--format",
        choices=["pylock", "requirements"],
        help="default: pylock for a file named pylock.toml, else requirements; pylock looks up "
        "the wheels' addresses on your index",
    )
    parser.add_argument(
        "--wheels", metavar="DIR", help="pylock: point at the wheels in this folder instead"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="default: standard output; in a folder: requirements.txt or pylock.toml",
    )


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import write_document
    from pidoctor.cli.resolving import plan_or_why_not
    from pidoctor.cli.where import asked, bare_machine, with_named
    from pidoctor.envelope import Result, Written

    profile = with_named(bare_machine(options), options)
    plan = plan_or_why_not("lock", options, profile, "Nothing was written")
    if isinstance(plan, Result):
        return plan
    _settle_form_and_file(options)
    text = _document(plan, options)
    needs = _devices(options, profile, plan)
    for finding in needs if options.output is None else ():
        _tell(options, finding)
    written = Written(text) if options.output is None else write_document(options.output, text)
    return Result(
        "lock",
        findings=needs or None,
        resolution=plan,
        asked=asked(options),
        written=written,
    )


def _devices(options: argparse.Namespace, profile: Profile, plan: Plan) -> tuple[Finding, ...]:
    """What the devices of --with need beside the file."""
    if not options.devices:
        return ()
    from pidoctor.cli.devices import device_findings

    return device_findings(options.devices, profile, plan)


def _tell(options: argparse.Namespace, finding: Finding) -> None:
    """A finding beside a file that goes to standard output: on stderr."""
    from pidoctor.cli.output import progress
    from pidoctor.result import Severity

    if finding.severity is Severity.NOTE:
        return
    remedy = finding._replace(evidence="").details
    for line in (finding.message, *remedy.splitlines()):
        progress(options)(line)


def _settle_form_and_file(options: argparse.Namespace) -> None:
    """The form that the file's name asks for, and the file's name in a folder.

    PEP 751 has readers tell a lock file by its name: pylock.toml or pylock.NAME.toml.
    """
    output = Path(options.output or "")
    named = re.fullmatch(r"pylock(\.[^.]+)?\.toml", output.name)
    if options.format is None:
        options.format = "pylock" if named else "requirements"
    elif named and options.format == "requirements":
        raise UsageError(f"{output.name} is a name for PEP 751: say --format pylock, or another -o")
    if options.output and output.is_dir():
        name = {"pylock": "pylock.toml", "requirements": "requirements.txt"}[options.format]
        options.output = str(output / name)


def _document(plan: Plan, options: argparse.Namespace) -> str:
    if options.format == "requirements":
        from pidoctor.lockfiles.requirements import requirements_text

        return requirements_text(plan)
    from pidoctor.lockfiles.pylock import pylock_text

    return pylock_text(plan, Path(options.wheels) if options.wheels else None)
