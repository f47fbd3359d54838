"""``pidoctor matrix``: every board x system x Python, at a glance."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_devices, add_form, add_requirement

if TYPE_CHECKING:
    from pidoctor.catalog.catalog import Catalog
    from pidoctor.cli.output import Watch
    from pidoctor.envelope import Cell, Result
    from pidoctor.resolve.request import Request

DESCRIPTION = "Will it run? Every board x system x Python that can be asked about."
EXAMPLES = """\
  pidoctor matrix
  pidoctor matrix tensorflow --boards pi4,pi5
  pidoctor matrix --pythons 3.11,3.12 --html matrix.html
  pidoctor matrix --format jsonl
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_requirement(parser)
    add_form(parser, "jsonl")
    parser.add_argument("--boards", metavar="NAMES", help="only these, separated by commas")
    parser.add_argument(
        "--pythons",
        metavar="VERSIONS",
        help="also with these beside the system's own: 3.11,3.12, or all",
    )
    add_devices(parser)
    parser.add_argument("--html", metavar="FILE", help="also write a page that needs no network")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import watched
    from pidoctor.cli.resolving import catalog
    from pidoctor.envelope import Result
    from pidoctor.resolve.request import parse_request

    known = catalog()
    request = parse_request(options.requirement, known, options.beyond_tags)
    names = _with_pythons(_names(options.boards), options.pythons)
    with watched(options) as watch:
        rows = tuple(_counted(matrix(names, request, known, options.devices), len(names), watch))
    if options.html is not None:
        from pidoctor.report.matrix_page import matrix_page
        from pidoctor.safe_files import write_output

        write_output(options.html, matrix_page(rows))
    return Result("matrix", verdict=_told(options.devices), matrix=rows, html=options.html)


def _told(devices: Sequence[str]) -> str | None:
    """What the marks mean with the devices of --with."""
    if not devices:
        return None
    from pidoctor.cli.devices import unusable
    from pidoctor.profile.devices import named

    names = " and ".join(named(name).name for name in devices)
    told = f"With {names}: a runtime and a build of the device's library that go together."
    return unusable(devices) or told


def _counted(cells: Iterator[Cell], total: int, watch: Watch) -> Iterator[Cell]:
    """The cells as they are found, shown to whoever waits for them on a terminal."""
    for done, cell in enumerate(cells, 1):
        if watch.moves:
            watch.counted("Resolving for every board and system", done, total)
        yield cell


def _names(boards: str | None) -> list[str]:
    from pidoctor.errors import UsageError
    from pidoctor.profile.target_names import all_names, board_names, find_boards

    if not boards:
        return all_names()
    wanted: set[str] = set()
    for name in boards.split(","):
        found = find_boards(name)
        if not found:
            raise UsageError(f"--boards {name.strip()}: no such board (see `pidoctor targets`)")
        wanted.update(board_names(found, name))
    return [name for name in all_names(every_memory=True) if name.split("/")[0] in wanted]


def _with_pythons(names: list[str], pythons: str | None) -> list[str]:
    """Every target, and the same with each of the Pythons installed beside its own."""
    from pidoctor.catalog.pythons import indexed_pythons, offered_pythons
    from pidoctor.errors import UsageError
    from pidoctor.profile.target_words import say

    if not pythons:
        return names
    known = indexed_pythons()
    wanted = [say(word) for word in pythons.split(",")]
    versions = offered_pythons() if pythons == "all" else [said.python or "" for said in wanted]
    if any(version not in known for version in versions):
        raise UsageError(f"--pythons {pythons}: known are {', '.join(known)}, and all")
    return [each for name in names for each in (name, *_beside_its_own(name, versions))]


def _beside_its_own(name: str, versions: Sequence[str]) -> Iterator[str]:
    from pidoctor.profile.named_targets import target

    own = target(name).python.version.or_else("")
    for version in versions:
        if not own.startswith(f"{version}."):
            yield f"{name}/py{version}"


def matrix(
    names: list[str], request: Request, known: Catalog, devices: Sequence[str] = ()
) -> Iterator[Cell]:
    """One row per target: what would be installed there, or the nearest miss.

    With ``devices`` (names) a runtime that goes with each of them.
    """
    from dataclasses import replace

    from pidoctor.cli.devices import with_devices_resolved
    from pidoctor.envelope import Cell
    from pidoctor.profile.named_targets import target
    from pidoctor.resolve.machine import Machine, machine_of
    from pidoctor.resolve.plan import Impossible, Resolution
    from pidoctor.resolve.resolver import resolve

    # Many boards are the same to a wheel; a device's library is of a system too.
    answers: dict[tuple[Machine, str], Resolution] = {}
    for name in names:
        profile = target(name)
        machine = machine_of(profile)
        alike = (
            (machine, profile.system.codename.or_else(""))
            if devices
            else (replace(machine, memory=None), "")  # it adds notes only, which no cell shows
        )
        if alike not in answers:
            answers[alike] = (
                with_devices_resolved(devices, profile, request, known)
                if devices
                else resolve(profile, request, known)
            )
        resolution = answers[alike]
        yield Cell(
            target=name,
            requirement=str(request),
            status="impossible" if isinstance(resolution, Impossible) else "plan",
            summary=resolution.message
            if isinstance(resolution, Impossible)
            else resolution.summary,
            board=profile.board.model.or_else(name.split("/")[0]),
            system=profile.system.name.or_else(""),
            bits=profile.python.bits.or_else(0),
            python=profile.python.version.or_else(""),
            rests_on=resolution.rests_on.partition(":")[0],
        )
