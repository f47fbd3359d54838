"""What an install was about to do, so that it can be finished or undone after a power cut."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pidoctor.install.durable import read_json, write_json
from pidoctor.install.ownership import give, owner_of
from pidoctor.install.place import Place, mark_of
from pidoctor.install.state import identity

SCHEMA = "pidoctor-journal/2"

PREPARING = "preparing"  # the environment is untouched: leave it, remove everything else
CHANGING = "changing"  # the environment is being changed: put the backup back
COMMITTED = "committed"  # the new state is proven: keep it, the backup becomes the previous one
UNDOING = "undoing"  # the previous state is to be put back: go on with it
REMOVING = "removing"  # the environment is to be removed: go on with it
UNKNOWN = "unknown"  # a journal that cannot be understood, or that is not pidoctor's

NO_FOLDER = "no folder"  # the stamp of a file or a link
PHASES = (PREPARING, CHANGING, COMMITTED, UNDOING, REMOVING)
_LIMIT = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One phase, and the folders that it is about, so that no others are taken for them.

    ``folders`` has the :func:`stamp` of venv, new, backup, previous and leaving as they were;
    ``kept`` is the name of the folder into which goes what was changed by others.
    """

    phase: str
    folders: Mapping[str, str]
    kept: str = ""

    def was(self, name: str) -> str:
        """The stamp of a folder when this was written; empty where it was not there."""
        return self.folders.get(name, "")


def stamp(environment: Path) -> str:
    """What tells a folder from any other that may have its name; empty for none or an empty one.

    The inode number of the folder, and the time of the file that makes it an environment, because
    inode numbers are given again. An install changes neither.
    """
    try:
        status = os.lstat(environment)
        if stat.S_ISDIR(status.st_mode) and not os.listdir(environment):
            return ""
    except FileNotFoundError:
        return ""
    if not stat.S_ISDIR(status.st_mode):
        return NO_FOLDER
    try:
        mark = mark_of(environment)
        return f"{status.st_ino}:{os.lstat(mark).st_mtime_ns if mark else '-'}"
    except OSError:
        return f"{status.st_ino}:-"


def stamps(place: Place) -> dict[str, str]:
    """The stamps of all folders of ``place`` that hold an environment."""
    return {
        "venv": stamp(place.venv),
        "new": stamp(place.staging),
        "backup": stamp(place.backup),
        "previous": stamp(place.previous),
        "leaving": stamp(place.leaving),
    }


@dataclass(frozen=True)
class Journal:
    """The phase that the transaction of a place is in, written before what it announces."""

    place: Place

    def write(self, phase: str) -> Entry:
        place = self.place
        kept = place.aside(place.venv, "kept").name
        entry = Entry(phase, stamps(place), kept)
        content = {
            "schema": SCHEMA,
            "id": identity(place),
            "phase": phase,
            "folders": entry.folders,
            "kept": kept,
        }
        write_json(place.journal, content)
        give(place.journal, owner_of(place))
        return entry

    def read(self) -> Entry | None:
        """What was written last, None when no transaction is open."""
        try:
            data = read_json(self.place.journal, _LIMIT)
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return Entry(UNKNOWN, {})
        return self._entry(data) or Entry(UNKNOWN, {})

    def _entry(self, data: object) -> Entry | None:
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            return None
        own = identity(self.place)
        phase, folders, kept = data.get("phase"), data.get("folders"), data.get("kept")
        if not own or data.get("id") != own or phase not in PHASES:
            return None
        if not isinstance(folders, dict) or not isinstance(kept, str):
            return None
        if not kept.startswith(f"{self.place.venv.name}.kept-") or "/" in kept:
            return None
        return Entry(phase, {str(key): str(value) for key, value in folders.items()}, kept)
