"""``pidoctor report``: a support bundle in which secrets and names are looked for and masked."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_environment, add_requirement

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = (
    "Write a zip file for whoever helps you: the machine, the answer, pip's logs. Passwords, "
    "tokens, names, addresses and serial numbers are looked for and masked; read index.html in it "
    "before you send it."
)
DEFAULT_FILE = "pidoctor-report.zip"
EXAMPLES = """\
  pidoctor report
  pidoctor report -o bundle.zip
  pidoctor report -o board.html                     (the page of it alone)
  pidoctor check --capture bundle.zip               (then, whoever helps you)
  pidoctor triage bundle.zip
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_requirement(parser)
    parser.add_argument(
        "-o", "--output", metavar="FILE", default=DEFAULT_FILE, help=f"default: {DEFAULT_FILE}"
    )
    add_environment(parser)


def run(options: argparse.Namespace) -> Result:
    from pidoctor.checks.case import Case
    from pidoctor.checks.registry import run_checks
    from pidoctor.cli.resolving import answer, catalog
    from pidoctor.cli.resume import interrupted
    from pidoctor.cli.where import asked, chosen
    from pidoctor.envelope import Result, Written
    from pidoctor.host.live import LiveHost
    from pidoctor.host.recorder import Recorder
    from pidoctor.install.receipt import read_receipt
    from pidoctor.probe.environment_choice import DEFAULT
    from pidoctor.probe.machine import probe
    from pidoctor.report.bundle import BundleContent, find_logs, write_bundle

    recorder = Recorder(LiveHost())
    choice = chosen(options, recorder)
    probed = probe(recorder, choice=choice)
    if probed.profile.python.executable.value:
        recorder.answer_for(probed.profile.python.executable.value)
    known = catalog()
    resolution, _ = answer(options, probed.profile, known)
    found = Result(
        "report",
        profile=probed.profile,
        findings=interrupted(Path(choice.folder or DEFAULT))
        + run_checks(Case(probed.profile, resolution, probed.failures, known.index)),
        resolution=resolution,
        asked=asked(options),
        written=Written(output=options.output),
    )
    content = BundleContent(
        result=found,
        installed=dict(probed.profile.python.packages.or_else({})),
        receipt=read_receipt(Path(choice.folder)) if choice.folder else None,
        logs=find_logs(os.environ, Path.cwd()),
        capture=recorder.to_text(),
    )
    write_bundle(options.output, content)
    return found
