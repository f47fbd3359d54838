"""What can be done about an interrupted install that nobody can put in order without a guess.

Nothing is removed or overwritten by any of these: folders get other names beside the environment.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.install import state
from pidoctor.install.durable import rename
from pidoctor.install.failure import told_as_failure
from pidoctor.install.journal import stamps
from pidoctor.install.place import Place, mark_of

_COPIES = {
    "backup": "the copy made before the install that was interrupted",
    "previous": "the environment as it was before the last install",
    "leaving": "the environment that was being replaced",
}


@dataclass(frozen=True)
class Copy:
    """An environment in the state folder that may be put back: its ``name``, and what it is."""

    name: str
    path: Path
    text: str


def copies(place: Place) -> tuple[Copy, ...]:
    """The environments that the state folder holds; none where that folder is not pidoctor's."""
    try:
        if not state.exists(place):
            return ()
    except state.ForeignStateError:
        return ()
    found = stamps(place)
    return tuple(
        Copy(name, place.state / name, text)
        for name, text in _COPIES.items()
        if found[name] and mark_of(place.state / name)
    )


def set_aside(venv: Path) -> Path:
    """Give the state folder, or what has its name, another name; the environment stays as it is.

    Returns the new name. LockedError while an install runs.
    """
    place = Place.of(venv)
    with ExitStack() as held, told_as_failure(f"putting {place.venv} in order"):
        try:
            if state.exists(place):
                held.enter_context(state.hold(place))
        except state.ForeignStateError:
            pass  # it gets another name as it is: nothing in it is opened
        return _aside(place)


def put_back(venv: Path, name: str) -> tuple[Path, Path | None]:
    """Make the copy ``name`` the environment; what has its name now gets another one.

    Returns the new names of the state folder and of the environment, None where there was none.
    """
    place = Place.of(venv)
    with told_as_failure(f"putting {place.venv} in order"), state.hold(place):
        chosen = next((copy for copy in copies(place) if copy.name == name), None)
        if chosen is None:
            raise UsageError(f"{place.state}: there is no such copy of the environment ({name})")
        kept = None
        if os.path.lexists(place.venv):
            kept = place.aside(place.venv, "kept")
            rename(place.venv, kept)
        rename(chosen.path, place.venv)
        return _aside(place), kept


def _aside(place: Place) -> Path:
    target = place.aside(place.state, "aside")
    rename(place.state, target)
    return target
