"""Finishing or undoing what an interrupted install left, and ``undo``."""

from __future__ import annotations

from pathlib import Path

from pidoctor.install import state
from pidoctor.install.durable import rename, sync_folder
from pidoctor.install.environment_files import remove
from pidoctor.install.failure import told_as_failure
from pidoctor.install.journal import (
    CHANGING,
    COMMITTED,
    PREPARING,
    REMOVING,
    UNDOING,
    UNKNOWN,
    Entry,
    Journal,
    stamp,
)
from pidoctor.install.manifest import (
    Changes,
    changes_by_others,
    changes_since_install,
    keep_aside,
)
from pidoctor.install.ownership import hand_over, owner_of
from pidoctor.install.place import Place
from pidoctor.install.previous import undoes
from pidoctor.install.situation import Situation, look
from pidoctor.mutex import Lock

_SAID = {
    PREPARING: "An interrupted install was cleaned up; {venv} had not been touched.",
    CHANGING: "An interrupted install was undone; {venv} is as it was before.",
    COMMITTED: "An install that was interrupted when it was done has been finished in {venv}.",
    UNDOING: "An interrupted undo was finished; {venv} is as it was before the last install.",
    REMOVING: "An interrupted undo was finished; the environment in {venv} is removed.",
    UNKNOWN: "What an interrupted install left beside {venv} was removed; {venv} was not touched.",
    "": "What an earlier install left beside {venv} was removed; {venv} was not touched.",
}


def recover(venv: Path) -> str | None:
    """Bring ``venv`` to a sound state after an install that was killed; says what was done.

    None when there was nothing to do. LockedError while the install still runs, ForeignStateError
    and StuckError where only a guess could go on, InstallError when the disk does not let it.
    """
    place = Place.of(venv)
    with told_as_failure(f"putting {place.venv} in order"):
        if look(place) is None and state.is_tidy(place):
            return None
        with state.hold(place) as lock:
            situation = look(place)
            kept = settle(situation) if situation else None
            tidy(place, lock)
    if situation is None:
        return None
    return _SAID[situation.phase].format(venv=place.venv) + told_of(kept)


def told_of(kept: Path | None) -> str:
    """Where the files of others are; nothing when there were none."""
    return f" What was changed there since is kept in {kept}." if kept else ""


def settle(situation: Situation) -> Path | None:
    """Carry out what the journal promises; the folder into which went what others changed.

    Each step can be repeated: a kill here does no harm. StuckError where it is not clear.
    """
    situation.must_not_be_stuck()
    place, entry, kept = situation.place, situation.entry, None
    if entry is not None:
        if entry.phase == CHANGING:
            _put_back(place, place.backup)
            wheels = place.work / "wheels"
            kept = _keep(place, entry, changes_by_others(place.leaving, place.venv, wheels))
        elif entry.phase == UNDOING:
            _put_back(place, place.previous)
            kept = _keep(place, entry, changes_since_install(place.leaving))
        elif entry.phase == REMOVING:
            if stamp(place.venv) == entry.was("venv"):
                rename(place.venv, place.leaving)
            kept = _keep(place, entry, changes_since_install(place.leaving))
        elif entry.phase == COMMITTED:
            _finish(place)
    remove(place.staging.parent, place.discard)
    if entry is not None and entry.phase == PREPARING:
        remove(place.backup, place.discard)
    remove(place.work, place.discard)
    remove(place.journal, place.discard)
    sync_folder(place.state)
    return kept


def _finish(place: Place) -> None:
    """A new environment takes its name; a backup becomes the one previous state that is kept."""
    new = place.staging.exists()
    if new or place.backup.exists():
        remove(place.previous, place.discard)
    if new:
        rename(place.staging, place.venv)
    if place.backup.exists():
        rename(place.backup, place.previous)


def _put_back(place: Place, wanted: Path) -> None:
    """Make ``wanted`` the environment again; what has its name leaves."""
    if not wanted.exists():
        return  # it has been put back before
    if stamp(place.venv):
        rename(place.venv, place.leaving)
    rename(wanted, place.venv)


def _keep(place: Place, entry: Entry, changes: Changes) -> Path | None:
    """Put what others changed in the environment that leaves beside it, and remove the rest."""
    kept = place.venv.with_name(entry.kept)
    found = keep_aside(place.leaving, changes, kept)
    if found:
        hand_over(kept, owner_of(place))
    remove(place.leaving, place.discard)
    return kept if found else None


def tidy(place: Place, lock: Lock) -> None:
    """Remove the state folder unless it keeps something; called with the lock held."""
    for path in (place.journal, place.mark):
        path.with_name(f"{path.name}.tmp").unlink(missing_ok=True)
    state.release(place, lock)
    sync_folder(place.state.parent)


def undo(venv: Path) -> str:
    """Bring ``venv`` to the state before the last install, and say which that is.

    What was added or edited there since goes into a dated folder beside it. UsageError when no
    such state is known, InstallError when the disk does not let it.
    """
    recover(venv)
    place = Place.of(venv)
    undoes(place.venv)
    with told_as_failure(f"going back in {place.venv}"), state.hold(place) as lock:
        phase = UNDOING if place.previous.exists() else REMOVING
        Journal(place).write(phase)
        situation = look(place)
        kept = settle(situation) if situation else None
        tidy(place, lock)
    if phase == REMOVING:
        said = f"{place.venv} is removed: there was none before the last install."
    else:
        said = f"{place.venv} is as it was before the last install."
    return said + told_of(kept)
