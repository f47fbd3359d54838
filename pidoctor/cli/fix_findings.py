"""``pidoctor check --fix``: show the safe remedies, ask, run them."""

from __future__ import annotations

import argparse
import shlex
import sys

from pidoctor.cli.apply_remedies import Argv, fix
from pidoctor.cli.output import agreed
from pidoctor.envelope import Result
from pidoctor.report import console
from pidoctor.report.text import printable
from pidoctor.result import Finding


def fix_findings(examined: Result, options: argparse.Namespace) -> bool:
    """Go through the findings that can be fixed; whether anything was run.

    Everything is shown on stderr before it runs: stdout stays for the answer.
    """

    def ask(finding: Finding, commands: tuple[Argv, ...]) -> bool:
        lines = [finding.message, *(f"  $ {shlex.join(argv)}" for argv in commands)]
        console.write(sys.stderr, printable("\n".join(lines)) + "\n")
        refusal = "no terminal to ask on; say --yes to run what is shown"
        return options.yes or agreed("Run this?", refusal)

    codes = fix(examined.findings or (), ask)
    for code in filter(None, codes):
        console.write(sys.stderr, f"that ended with exit code {code}\n")
    return any(code is not None for code in codes)
