"""``pidoctor fleet``: many boards at once."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pidoctor.cli.arguments import add_action

if TYPE_CHECKING:
    from pidoctor.catalog.catalog import Catalog
    from pidoctor.envelope import Result
    from pidoctor.fleet.reading import Document
    from pidoctor.profile.profile import Profile
    from pidoctor.resolve.plan import Resolution
    from pidoctor.resolve.request import Request

DESCRIPTION = "Many boards at once: one report of what they sent, one plan for each kind of board."
EXAMPLES = """\
  pidoctor fleet report receipts/
  pidoctor fleet report receipts/ tickets/ --html fleet.html --store fleet.db
  pidoctor triage logs/ --jsonl | pidoctor fleet report -
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    report = _action(
        actions, "report", _report, "receipts, captures, results and diagnoses in one table"
    )
    report.add_argument(
        "sources",
        metavar="FILES",
        nargs="+",
        help="files and folders of what pidoctor wrote, bundles too; - for standard input",
    )
    report.add_argument(
        "--requirement",
        metavar="REQUIREMENT",
        default="auto",
        help="what boards of which only the machine is known are asked about (default: auto)",
    )
    report.add_argument("--html", metavar="FILE", help="also write a page that needs no network")
    report.add_argument("--jsonl", action="store_true", help="print one JSON object a board")
    report.add_argument(
        "--store",
        metavar="FILE",
        help="keep the report here, and say what has changed since the last one: a file "
        "(SQLite) or postgresql://HOST/DATABASE",
    )


def run(options: argparse.Namespace) -> Result:
    action: Callable[[argparse.Namespace], Result] = options.act
    return action(options)


def _action(
    actions: Any, name: str, act: Callable[[argparse.Namespace], Result], words: str
) -> argparse.ArgumentParser:
    parser = add_action(actions, name, words)
    parser.set_defaults(act=act)
    return parser


def _report(options: argparse.Namespace) -> Result:
    from pidoctor.cli.resolving import catalog
    from pidoctor.envelope import Result, Written
    from pidoctor.fleet.judging import Judge
    from pidoctor.fleet.reading import documents
    from pidoctor.fleet.report import fleet_report, json_lines
    from pidoctor.fleet.store import opened
    from pidoctor.resolve.request import parse_request
    from pidoctor.result import ExitCode

    known = catalog()
    answer = _answering(known, parse_request(options.requirement, known, False))
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with opened(options.store) as store:
        fleet = fleet_report(
            documents(options.sources),
            store,
            Judge(answer, _probe),
            made,
            compare=options.store is not None,
        )
        lines = "".join(json_lines(store.records())) if options.jsonl else ""
    if options.html is not None:
        from pidoctor.report.fleet_page import fleet_page
        from pidoctor.safe_files import write_output

        write_output(options.html, fleet_page(fleet))
    bad = fleet.of("fails") + fleet.of("cannot")
    unsure = fleet.unread or not fleet.boards
    code = ExitCode.PROBLEM if bad else ExitCode.COULD_NOT_CHECK if unsure else ExitCode.FINE
    return Result(
        "fleet",
        exit_code=code,
        fleet=fleet,
        html=options.html,
        written=Written(lines) if options.jsonl else None,
    )


def _answering(known: Catalog, request: Request) -> Callable[[Profile], Resolution]:
    """The resolver, which is asked once about machines that are the same to it."""
    from pidoctor.resolve.machine import Machine, machine_of
    from pidoctor.resolve.resolver import resolve

    answers: dict[tuple[Machine, str | None], Resolution] = {}

    def answer(profile: Profile) -> Resolution:
        key = machine_of(profile), profile.rights.value
        if key not in answers:
            answers[key] = resolve(profile, request, known)
        return answers[key]

    return answer


def _probe(document: Document) -> Profile:
    """The machine in a capture."""
    import json

    from pidoctor.host.capture_format import parse_capture
    from pidoctor.host.captured import CaptureHost
    from pidoctor.probe.machine import probe

    data = parse_capture(json.dumps(document.data).encode(), document.source)
    return probe(CaptureHost(data, f"capture {document.board}")).profile
