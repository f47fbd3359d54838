"""Runs the program in this process, as a user would see it."""

from __future__ import annotations

import contextlib
import io
import json
from dataclasses import dataclass
from typing import Any
from unittest import mock

from pidoctor.cli.main import main


@dataclass(frozen=True)
class Run:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def pidoctor(*words: str, columns: int = 80) -> Run:
    """Run ``pidoctor WORDS...``; the output is piped, so it is the same everywhere."""
    out, err = io.StringIO(), io.StringIO()
    environment = {"COLUMNS": str(columns), "NO_COLOR": "1"}
    with (
        mock.patch.dict("os.environ", environment),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            code = main(list(words))
        except SystemExit as end:  # argparse, after --help and --version
            code = int(end.code or 0)
    return Run(code, out.getvalue(), err.getvalue())
