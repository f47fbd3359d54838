"""Finishing or undoing what an interrupted install left, and ``undo``."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from pidoctor.install.durable import rename, sync_folder
from pidoctor.install.environment_files import remove
from pidoctor.install.failure import from_os_error
from pidoctor.install.journal import (
    CHANGING,
    COMMITTED,
    PREPARING,
    REMOVING,
    UNDOING,
    Journal,
)
from pidoctor.install.mutex import Lock
from pidoctor.install.place import Place
from pidoctor.install.previous import undoes

_SAID = {
    PREPARING: "An interrupted install was cleaned up; {venv} had not been touched.",
    CHANGING: "An interrupted install was undone; {venv} is as it was before.",
    COMMITTED: "An install that was interrupted when it was done has been finished in {venv}.",
    UNDOING: "An interrupted undo was finished; {venv} is as it was before the last install.",
    REMOVING: "An interrupted undo was finished; {venv} is removed.",
}


def recover(venv: Path) -> str | None:
    """Bring ``venv`` to a sound state after an install that was killed; says what was done.

    None when there was nothing to do. LockedError while the install still runs, InstallError when
    the disk does not let it.
    """
    place = Place.of(venv)
    try:
        if not place.state.exists() or _is_tidy(place):
            return None
        with Lock(place.lock) as lock:
            phase = Journal(place).read()
            if phase is not None:
                settle(place, phase)
            tidy(place, lock)
    except OSError as error:
        raise from_os_error(error, f"putting {place.venv} in order") from error
    return _SAID[phase].format(venv=place.venv) if phase else None


def settle(place: Place, phase: str) -> None:
    """Carry out what ``phase`` promises. Each step can be repeated: a kill here does no harm."""
    if phase == CHANGING:
        _put_back(place, place.backup)
    elif phase == UNDOING:
        _put_back(place, place.previous)
    elif phase == REMOVING:
        remove(place.venv, place.discard)
    elif phase == COMMITTED:
        _finish(place)
    remove(place.staging.parent, place.discard)
    if phase == PREPARING:
        remove(place.backup, place.discard)
    remove(place.work, place.discard)
    place.journal.unlink(missing_ok=True)
    sync_folder(place.state)


def _finish(place: Place) -> None:
    """A new environment takes its name; a backup becomes the one previous state that is kept."""
    new = place.staging.exists()
    if new or place.backup.exists():
        remove(place.previous, place.discard)
    if new:
        rename(place.staging, place.venv)
    if place.backup.exists():
        rename(place.backup, place.previous)


def _put_back(place: Place, kept: Path) -> None:
    """Make ``kept`` the environment again; what has its name goes."""
    if not kept.exists():
        return  # it has been put back before
    if place.discard.exists():
        shutil.rmtree(place.discard)
    if place.venv.exists():
        rename(place.venv, place.discard)
    rename(kept, place.venv)


def _is_tidy(place: Place) -> bool:
    """Whether the state folder holds a previous state and no trace of an interrupted install."""
    return {entry.name for entry in place.state.iterdir()} == {"previous", "lock"}


def tidy(place: Place, lock: Lock) -> None:
    """Remove the state folder unless it keeps a previous state; called with the lock held."""
    for leftover in place.state.iterdir():
        if leftover.is_file() and leftover != place.lock:
            leftover.unlink()  # a journal that was not finished
    if place.previous.exists():
        return
    lock.remove()
    with suppress(OSError):  # something of somebody else is in it
        place.state.rmdir()
    sync_folder(place.state.parent)


def undo(venv: Path) -> str:
    """Bring ``venv`` to the state before the last install, and say which that is.

    UsageError when no such state is known, InstallError when the disk does not let it.
    """
    recover(venv)
    place = Place.of(venv)
    undoes(place.venv)
    try:
        with Lock(place.lock) as lock:
            phase = UNDOING if place.previous.exists() else REMOVING
            Journal(place).write(phase)
            settle(place, phase)
            tidy(place, lock)
    except OSError as error:
        raise from_os_error(error, f"going back in {place.venv}") from error
    if phase == REMOVING:
        return f"{place.venv} is removed: there was none before the last install."
    return f"{place.venv} is as it was before the last install."
