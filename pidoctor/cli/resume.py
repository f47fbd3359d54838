"""What an interrupted install left: told by the commands that look, mended by those that change."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from pidoctor.errors import PidoctorError, UsageError
from pidoctor.install.place import Place
from pidoctor.result import Finding, Remedy, Severity


def interrupted(venv: Path) -> tuple[Finding, ...]:
    """A finding where an install of ``venv`` was interrupted; changes nothing, costs one look."""
    if not _has_state(venv):
        return ()
    from pidoctor.install.situation import look
    from pidoctor.install.state import option

    place = Place.of(venv)
    severity = Severity.ERROR  # an install refuses, too
    try:
        situation = look(place)
        if situation is None:
            return ()
        situation.must_not_be_stuck()
        said = f"{situation.will} by the next install, or now by `pidoctor recover`."
        severity = Severity.WARNING
    except PidoctorError as error:
        said = f"{error}."
    except OSError as error:
        said = f"{place.state} cannot be looked into ({error.strerror})."
    remedy = Remedy("See what can be done; it asks first.", (f"pidoctor recover{option(place)}",))
    return (Finding("interrupted-install", severity, said, f"folder {place.state}", remedy),)


def tell_interrupted(venv: Path, say: Callable[[str], None]) -> None:
    """The same in lines, for a command whose answer has no findings."""
    for finding in interrupted(venv):
        say(finding.message)


def settle_interrupted(venv: Path, say: Callable[[str], None], yes: bool) -> bool:
    """Put an interrupted install of ``venv`` in order, after asking unless ``yes``.

    Whether there was one. Raises PidoctorError where it cannot be put in order, or may not.
    """
    if not _has_state(venv):
        return False
    from pidoctor.cli.output import agreed
    from pidoctor.install.recovery import recover
    from pidoctor.install.situation import StuckError, look
    from pidoctor.install.state import option

    place = Place.of(venv)
    try:
        situation = look(place)
    except OSError as error:
        raise StuckError(f"{place.state} cannot be looked into ({error.strerror})") from error
    if situation is None:
        return False
    situation.must_not_be_stuck()
    if not yes:
        does_it = f"there is no terminal to ask on; `pidoctor recover{option(place)} --yes` does it"
        if not agreed(f"{situation.will}. Go on?", f"{situation.will}, and {does_it}"):
            raise StuckError("not agreed to; what the interrupted install left is still there")
    message = recover(venv)
    if message:
        say(message)
    return True


def _has_state(venv: Path) -> bool:
    return os.path.lexists(Place.of(venv).state)


def confirm_owner(venv: Path, options: argparse.Namespace) -> None:
    """Ask before root works on somebody else's environment; UsageError where nobody answers yes."""
    from pidoctor.cli.output import agreed, progress
    from pidoctor.install.ownership import another_owner

    owner = another_owner(Place.of(venv))
    if owner is None:
        return
    said = f"{Place.of(venv).venv} belongs to {owner.name}, and this runs as root"
    if options.yes:
        progress(options)(f"{said}; all of it stays {owner.name}'s.")
        return
    refusal = f"{said}; run it as {owner.name}, without sudo"
    if not agreed(
        f"{said}. Go on, and leave all of it to {owner.name}?", f"{refusal}, or say --yes"
    ):
        raise UsageError(refusal)
