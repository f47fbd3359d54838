"""``pidoctor capture``: this machine as a file that can be asked about elsewhere."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_environment

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = (
    "Write what the probes read here into one file. Secrets, names and serial numbers are looked "
    "for and masked; read the file before you send it."
)
DEFAULT_FILE = "pidoctor-capture.json"
EXAMPLES = """\
  pidoctor capture
  pidoctor capture -o my-pi.json
  pidoctor explain auto --capture my-pi.json      (then, on another machine)
  pidoctor capture --script > capture.py          (for a board with Python 3.5
  python3 capture.py > old-board.json              to 3.8, and this there)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help=f"default: {DEFAULT_FILE}")
    parser.add_argument(
        "--script",
        action="store_true",
        help="print a script that captures a machine whose Python (3.5 to 3.8) is too old",
    )
    add_environment(parser)


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import write_document
    from pidoctor.cli.where import chosen
    from pidoctor.envelope import Result, Written
    from pidoctor.host.live import LiveHost
    from pidoctor.host.recorder import Recorder
    from pidoctor.probe.machine import probe

    if options.script:
        return _script(options)
    recorder = Recorder(LiveHost())
    profile = probe(recorder, choice=chosen(options, recorder)).profile
    if profile.python.executable.value:
        recorder.answer_for(profile.python.executable.value)
    written = write_document(options.output or DEFAULT_FILE, recorder.to_text())
    if written.output:  # the file is all there is: with --json it is not in the envelope as well
        written = Written(output=written.output)
    return Result("capture", profile=profile, written=written)


def _script(options: argparse.Namespace) -> Result:
    """The script, on standard output unless ``-o`` names a file."""
    from pidoctor.cli.output import write_document
    from pidoctor.envelope import Result
    from pidoctor.errors import UsageError
    from pidoctor.probe.capture_questions import script

    if options.venv or options.python:
        raise UsageError("--script asks about the Python that runs the script; name none here")
    return Result("capture", written=write_document(options.output or "-", script()))
