"""``pidoctor fleet``: many boards at once."""

from __future__ import annotations

import argparse
import shlex
import time
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_action
from pidoctor.cli.arguments import run_action as run  # noqa: F401 - what every command has
from pidoctor.result import ExitCode
from pidoctor.units import count, iso_time

if TYPE_CHECKING:
    from pathlib import Path

    from pidoctor.envelope import Result, Step
    from pidoctor.fleet.documents import Document
    from pidoctor.fleet.planning import BoardKind, FleetPlan
    from pidoctor.profile.profile import Profile
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import Finding

DESCRIPTION = """\
Many boards at once: one report of what they sent, one plan for each kind of board, and what Ansible
needs to install on all of them. `pidoctor help many-boards` goes through it step by step."""
EXAMPLES = """\
  pidoctor fleet report receipts/
  pidoctor fleet report receipts/ tickets/ --html fleet.html --store fleet.db
  pidoctor fleet plan captures/ -d wheels
  pidoctor fleet collection -d collections
  pidoctor triage logs/ --jsonl | pidoctor fleet report -
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    report = add_action(
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
    plan = add_action(
        actions, "plan", _plan, "resolve once for each kind of board, fetch its wheels"
    )
    plan.add_argument("sources", metavar="FILES", nargs="+", help="captures, and folders of them")
    plan.add_argument("-d", "--directory", metavar="DIR", required=True, help="where to")
    plan.add_argument("--requirement", metavar="REQUIREMENT", default="auto", help="default: auto")
    collection = add_action(
        actions, "collection", _collection, "write the Ansible collection, with the single file"
    )
    collection.add_argument("-d", "--directory", metavar="DIR", required=True, help="where to")
    first = add_action(
        actions,
        "first-boot",
        _first_boot,
        "files for an install at a board's first start",
    )
    first.add_argument("-d", "--directory", metavar="DIR", required=True, help="where to")


def _report(options: argparse.Namespace) -> Result:
    from pidoctor.cli.resolving import catalog
    from pidoctor.envelope import Result, Written
    from pidoctor.fleet.asking import Asker
    from pidoctor.fleet.board_store import opened
    from pidoctor.fleet.documents import documents
    from pidoctor.fleet.judging import Judge
    from pidoctor.fleet.report import fleet_report, json_lines
    from pidoctor.resolve.request import parse_request

    known = catalog()
    asker = Asker(parse_request(options.requirement, known, False), known)
    with opened(options.store) as store:
        fleet = fleet_report(
            documents(options.sources),
            store,
            Judge(asker, _probe),
            iso_time(time.time()),
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


def _plan(options: argparse.Namespace) -> Result:
    import json
    from pathlib import Path

    from pidoctor.cli.output import watched
    from pidoctor.cli.resolving import catalog
    from pidoctor.envelope import Result
    from pidoctor.fleet.asking import Asker
    from pidoctor.fleet.documents import documents
    from pidoctor.fleet.planning import FILE, make_plan
    from pidoctor.lockfiles.wheelhouse_writer import download, pack
    from pidoctor.resolve.request import parse_request
    from pidoctor.safe_files import make_folder, write_output

    known, folder = catalog(), Path(options.directory)
    asker = Asker(parse_request(options.requirement, known, False), known)
    with watched(options) as watch:

        def fetch(plan: Plan, python: str, wheels: Path) -> None:
            pack(download(plan, python, wheels, watch.say), wheels.parent / f"{wheels.name}.zip")

        planned = make_plan(documents(options.sources), _probe, asker, fetch, folder)
    make_folder(folder)
    write_output(folder / FILE, json.dumps(planned.to_json(), indent=1) + "\n")
    steps, findings = _told(planned)
    ready, without = (
        [kind for kind in planned.kinds if bool(kind.error) is fails] for fails in (False, True)
    )
    said = f"The wheels for {_counted(ready)} are in {folder}" if ready else "Nothing was fetched"
    said += f"; there are none for {_counted(without)}" if without else ""
    return Result(
        "fleet",
        exit_code=ExitCode.PROBLEM if findings else ExitCode.FINE,
        verdict=f"{said}.",
        steps=steps,
        findings=findings or None,
    )


def _counted(kinds: list[BoardKind]) -> str:
    boards = sum(len(kind.boards) for kind in kinds)
    return f"{count(boards, 'board')} of {count(len(kinds), 'kind')}"


def _told(planned: FleetPlan) -> tuple[tuple[Step, ...], tuple[Finding, ...]]:
    """What each kind gets, and what stands in the way of others."""
    from pidoctor.envelope import Step
    from pidoctor.result import Finding, Severity

    def names(kind: BoardKind) -> str:
        more = f" and {len(kind.boards) - 3} more" if len(kind.boards) > 3 else ""
        return f"{', '.join(kind.boards[:3])}{more}"

    steps = tuple(
        Step(f"{names(kind)} ({kind.fingerprint.label}): {kind.summary}", status="done")
        for kind in planned.kinds
        if not kind.error
    )
    nothing = [
        Finding(
            "not-fetched" if kind.plan else "nothing-fits",
            Severity.ERROR,
            f"{names(kind)}: {kind.error}",
        )
        for kind in planned.kinds
        if kind.error
    ]
    unread = [
        Finding("not-read", Severity.ERROR, f"{one.source}: {one.error}") for one in planned.unread
    ]
    return steps, (*nothing, *unread)


def _probe(document: Document) -> Profile:
    """The machine in a capture."""
    import json

    from pidoctor.host.capture_format import parse_capture
    from pidoctor.host.captured import CaptureHost
    from pidoctor.probe.machine import probe

    data = parse_capture(json.dumps(document.data).encode(), document.source)
    return probe(CaptureHost(data, f"capture {document.board}")).profile


def _collection(options: argparse.Namespace) -> Result:
    from pathlib import Path

    from pidoctor.ansible.write import write_collection
    from pidoctor.envelope import Result

    folder = write_collection(Path(options.directory))
    return Result(
        "fleet",
        verdict=f"The collection is {folder}.",
        next=shlex.join(["ansible-galaxy", "collection", "install", str(folder)]),
    )


def _first_boot(options: argparse.Namespace) -> Result:
    from pathlib import Path

    from pidoctor.ansible.write import write_first_boot
    from pidoctor.envelope import Downloaded, Result

    files = write_first_boot(Path(options.directory))
    return Result(
        "fleet",
        verdict=f"{count(len(files), 'file')} in {options.directory}; README.txt says where "
        "each one goes.",
        downloaded=Downloaded(options.directory, tuple(files)),
    )
