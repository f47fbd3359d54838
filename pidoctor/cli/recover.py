"""``pidoctor recover``: what an interrupted install left, and the ways out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_environment

if TYPE_CHECKING:
    from pidoctor.envelope import Result, Step
    from pidoctor.install.place import Place
    from pidoctor.install.situation import Situation
    from pidoctor.install.stuck import Copy

DESCRIPTION = "Show what an interrupted install left, and put it in order. Asks before it does."
EXAMPLES = """\
  pidoctor recover
  pidoctor recover --venv ~/project/.venv --yes
  pidoctor recover --put-back backup       (where it is not clear what is right)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_environment(parser)
    parser.add_argument(
        "--put-back",
        metavar="COPY",
        choices=("backup", "previous", "leaving"),
        help="make this copy the environment; the one of now is kept beside it",
    )
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.resume import confirm_owner
    from pidoctor.cli.where import chosen
    from pidoctor.envelope import Result
    from pidoctor.install.place import Place
    from pidoctor.install.situation import StuckError, look
    from pidoctor.install.state import ForeignStateError
    from pidoctor.probe.environment_choice import DEFAULT

    venv = Path(chosen(options, must_exist=False).folder or DEFAULT)
    place = Place.of(venv)
    unclear, situation = "", None
    try:
        situation = look(place)
        if situation is not None:
            situation.must_not_be_stuck()
    except (ForeignStateError, StuckError) as error:
        unclear = str(error)
    except OSError as error:
        raise StuckError(f"{place.state} cannot be looked into ({error.strerror})") from error
    if not unclear and situation is None and not options.put_back:
        return Result("recover", verdict=f"No install of {place.venv} was interrupted.")
    confirm_owner(venv, options)
    if options.put_back or unclear:
        return _way_out(options, place, unclear)
    return _mended(options, venv, situation)


def _mended(options: argparse.Namespace, venv: Path, situation: Situation | None) -> Result:
    """What needs no guess."""
    from pidoctor.envelope import Result
    from pidoctor.install.recovery import recover

    will = situation.will if situation else ""
    if not _agreed(options, will):
        return _declined()
    return Result("recover", verdict=recover(venv) or f"{will}.")


def _way_out(options: argparse.Namespace, place: Place, unclear: str) -> Result:
    """One of the ways that remove nothing."""
    from pidoctor.cli.output import progress
    from pidoctor.envelope import Result
    from pidoctor.install.stuck import put_back, set_aside

    say = progress(options)
    if unclear:
        say(f"{unclear[:1].upper()}{unclear[1:]}.")
    chosen = _chosen(options, place)
    if not _agreed(options, _described(place, chosen)):
        return _declined()
    if chosen is None:
        done = (f"{place.state} is called {set_aside(place.venv)} now; {place.venv} is as it is",)
    else:
        aside, kept = put_back(place.venv, chosen.name)
        done = (
            f"{place.venv} is {chosen.text}",
            *((f"what had its name is kept in {kept}",) if kept else ()),
            f"everything else that the install left is in {aside}",
        )
    return Result("recover", steps=_steps(done, "done"))


def _chosen(options: argparse.Namespace, place: Place) -> Copy | None:
    """The copy to put back; None for leaving the environment as it is."""
    from pidoctor.cli.output import progress
    from pidoctor.errors import UsageError
    from pidoctor.install.stuck import copies

    found = {copy.name: copy for copy in copies(place)}
    if options.put_back:
        if options.put_back not in found:
            raise UsageError(f"{place.state} holds no {options.put_back} that can be put back")
        return found[options.put_back]
    say = progress(options)
    for copy in found.values():
        say(f"It holds {copy.text}: `--put-back {copy.name}` makes it the environment again.")
    return None


def _described(place: Place, chosen: Copy | None) -> str:
    if chosen is None:
        return f"{place.venv} stays as it is, and {place.state} gets another name beside it"
    return f"{place.venv} becomes {chosen.text}; what has its name now is kept beside it"


def _agreed(options: argparse.Namespace, will: str) -> bool:
    from pidoctor.cli.output import allowed
    from pidoctor.envelope import Result

    return allowed(Result("recover", steps=_steps((will,), "planned")), options, "Go on?", "do it")


def _declined() -> Result:
    from pidoctor.envelope import Result
    from pidoctor.result import ExitCode

    return Result("recover", ExitCode.PROBLEM, error="not agreed to; nothing was moved or removed")


def _steps(lines: tuple[str, ...], status: str) -> tuple[Step, ...]:
    from pidoctor.envelope import Step

    return tuple(Step(line, status=status) for line in lines)
