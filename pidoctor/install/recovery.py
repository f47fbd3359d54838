"""Finishing or undoing what an interrupted install left, and ``undo``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Callable

from pidoctor.errors import UsageError
from pidoctor.install.durable import rename, sync_folder
from pidoctor.install.journal import (
    CHANGING,
    COMMITTED,
    PREPARING,
    REMOVING,
    UNDOING,
    Journal,
)
from pidoctor.install.lock import Lock
from pidoctor.install.place import Place
from pidoctor.install.receipt import read_receipt
from pidoctor.install.tree import remove

Checkpoint = Callable[[str], None]

_SAID = {
    PREPARING: "An interrupted install was cleaned up; {venv} had not been touched.",
    CHANGING: "An interrupted install was undone; {venv} is as it was before.",
    COMMITTED: "An install that was interrupted when it was done has been finished in {venv}.",
    UNDOING: "An interrupted undo was finished; {venv} is as it was before the last install.",
    REMOVING: "An interrupted undo was finished; {venv} is removed.",
}


def no_checkpoint(_: str) -> None:
    """The checkpoint of a normal run: nothing happens there."""


def recover(venv: Path, checkpoint: Checkpoint = no_checkpoint) -> str | None:
    """Bring ``venv`` to a sound state after an install that was killed; says what was done.

    None when there was nothing to do. LockedError while the install still runs.
    """
    place = Place.of(venv)
    if not place.journal.exists():
        return None
    with Lock(place.lock) as lock:
        phase = Journal(place).read()
        if phase is not None:
            settle(place, phase, checkpoint)
        tidy(place, lock)
    return _SAID[phase].format(venv=place.venv) if phase else None


def settle(place: Place, phase: str, checkpoint: Checkpoint = no_checkpoint) -> None:
    """Carry out what ``phase`` promises. Each step can be repeated: a kill here does no harm."""
    checkpoint(f"settle {phase}")
    if phase == CHANGING:
        _put_back(place, place.backup, checkpoint)
    elif phase == UNDOING:
        _put_back(place, place.previous, checkpoint)
    elif phase == REMOVING:
        remove(place.venv, place.discard)
    elif phase == COMMITTED:
        _finish(place, checkpoint)
    checkpoint("settled")
    remove(place.staging.parent, place.discard)
    checkpoint("staging removed")
    if phase == PREPARING:
        remove(place.backup, place.discard)
    remove(place.work, place.discard)
    checkpoint("work removed")
    place.journal.unlink(missing_ok=True)
    sync_folder(place.state)
    checkpoint("journal removed")


def _finish(place: Place, checkpoint: Checkpoint) -> None:
    """A new environment takes its name; a backup becomes the one previous state that is kept."""
    new = place.staging.exists()
    if new or place.backup.exists():
        remove(place.previous, place.discard)
        checkpoint("older state removed")
    if new:
        rename(place.staging, place.venv)
        checkpoint("named")
    if place.backup.exists():
        rename(place.backup, place.previous)
        checkpoint("backup kept")


def _put_back(place: Place, kept: Path, checkpoint: Checkpoint) -> None:
    """Make ``kept`` the environment again; what has its name goes."""
    if not kept.exists():
        return  # it has been put back before
    if place.discard.exists():
        shutil.rmtree(place.discard)
    checkpoint("before moving away")
    if place.venv.exists():
        rename(place.venv, place.discard)
    checkpoint("moved away")
    rename(kept, place.venv)
    checkpoint("put back")


def tidy(place: Place, lock: Lock) -> None:
    """Remove the state folder unless it keeps a previous state; called with the lock held."""
    if place.previous.exists():
        return
    lock.remove()
    for leftover in place.state.iterdir():
        if leftover.is_dir():
            return  # never remove what is not understood
        leftover.unlink()
    place.state.rmdir()
    sync_folder(place.state.parent)


def undo(venv: Path, checkpoint: Checkpoint = no_checkpoint) -> str:
    """Bring ``venv`` to the state before the last install, and say which that is.

    UsageError when no such state is known.
    """
    place = Place.of(venv)
    receipt = read_receipt(place.venv)
    if not place.previous.exists() and not (receipt and receipt.get("new")):
        raise UsageError(f"{place.venv}: no state before the last install is kept")
    place.state.mkdir(exist_ok=True)
    with Lock(place.lock) as lock:
        phase = UNDOING if place.previous.exists() else REMOVING
        checkpoint("before undo")
        Journal(place).write(phase)
        checkpoint("undo announced")
        settle(place, phase, checkpoint)
        tidy(place, lock)
    if phase == REMOVING:
        return f"{place.venv} is removed: there was none before the last install."
    return f"{place.venv} is as it was before the last install."
