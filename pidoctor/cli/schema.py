"""``pidoctor schema``: the JSON Schema of the envelope."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "Print the JSON Schema (2020-12) of what every command prints with --json."
EXAMPLES = """\
  pidoctor schema
  pidoctor schema > result.schema.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments: there is one schema for all commands."""


def run(options: argparse.Namespace) -> Result:  # noqa: ARG001 - as every command
    from pidoctor.envelope import Result, Written
    from pidoctor.report.jsonout import schema_text

    return Result("schema", written=Written(schema_text()))
