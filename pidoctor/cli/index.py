"""``pidoctor index``: how old the wheels index is, refreshing it, reading wheels, checking it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_action, run_action

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "The wheels index: what pidoctor knows about every wheel, offline."
EXAMPLES = """\
  pidoctor index status
  pidoctor index update
  pidoctor index audit wheels/*.whl
  pidoctor index verify --sample 10
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    add_action(actions, "status", _status, "age, counts and sources of the index in use")
    update = add_action(actions, "update", _update, "refresh it from the indexes pip is set up for")
    update.add_argument(
        "--large",
        action="store_true",
        help="also read new wheels over 100 MB (tensorflow's) for evidence",
    )
    update.add_argument(
        "--minutes",
        type=_minutes,
        default=30.0,
        metavar="N",
        help="read wheels for evidence no longer than this; the next update goes on (default: 30)",
    )
    audit = add_action(actions, "audit", _audit, "what the ELF files of a wheel need")
    audit.add_argument("wheels", metavar="FILE.whl", nargs="+")
    verify = add_action(actions, "verify", _verify, "compare it with the package index")
    amount = verify.add_mutually_exclusive_group()
    amount.add_argument(
        "--sample",
        type=_count,
        default=5,
        metavar="N",
        help="wheels to download and read again (default: 5)",
    )
    amount.add_argument("--all", action="store_true", help="read every wheel again; takes hours")


def run(options: argparse.Namespace) -> Result:
    return run_action(options)


def _status(options: argparse.Namespace) -> Result:  # noqa: ARG001 - as every action
    from pidoctor.catalog.location import open_index
    from pidoctor.envelope import IndexAnswer, Result
    from pidoctor.indexing.status import status

    return Result("index", index=IndexAnswer(status=status(open_index())))


def _update(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import watched
    from pidoctor.envelope import IndexAnswer, Result
    from pidoctor.indexing.update import LARGEST, Options, update

    usual = Options.usual(sys.maxsize if options.large else LARGEST, 60 * options.minutes)
    with watched(options) as watch:
        updated = update(options=usual, progress=watch.counted)
    return Result("index", index=IndexAnswer(update=updated))


def _verify(options: argparse.Namespace) -> Result:
    from pidoctor.catalog.location import open_index
    from pidoctor.cli.output import watched
    from pidoctor.envelope import IndexAnswer, Result
    from pidoctor.indexing.verify import verify
    from pidoctor.result import ExitCode

    with watched(options) as watch:
        sample = None if options.all else options.sample
        found = verify(open_index(), sample=sample, progress=watch.counted)
    code = ExitCode.PROBLEM if found.problems else ExitCode.FINE
    return Result("index", exit_code=code, index=IndexAnswer(verify=found))


def _audit(options: argparse.Namespace) -> Result:
    from pidoctor.envelope import IndexAnswer, Result
    from pidoctor.evidence.audit import audit

    audits = tuple(audit(Path(wheel)) for wheel in options.wheels)
    return Result("index", index=IndexAnswer(audits=audits))


def _minutes(text: str) -> float:
    from pidoctor.errors import UsageError

    try:
        minutes = float(text)
    except ValueError:
        minutes = -1
    if not 0 <= minutes <= 10_000:
        raise UsageError(f"--minutes {text!r}: give minutes from 0 to 10000, as in 30")
    return minutes


def _count(text: str) -> int:
    from pidoctor.errors import UsageError

    if not text.isdecimal() or len(text) > 6:
        raise UsageError(f"--sample {text!r}: not a number of wheels")
    return int(text)
