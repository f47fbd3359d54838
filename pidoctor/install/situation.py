"""What an interrupted install or undo left, and whether it can be put in order without a guess.

The journal names the folders that it is about. Only where each of them is the one that it names,
or is gone in a way that the steps of the phase explain, is anything moved; all else is STUCK, and
:mod:`pidoctor.install.stuck` offers what can be done about it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable

from pidoctor.errors import PidoctorError
from pidoctor.install import state
from pidoctor.install.environment_files import is_mount
from pidoctor.install.journal import (
    CHANGING,
    COMMITTED,
    NO_FOLDER,
    PREPARING,
    REMOVING,
    UNDOING,
    UNKNOWN,
    Entry,
    Journal,
    stamps,
)
from pidoctor.install.place import Place
from pidoctor.report.text import one_line

_WILL = {
    PREPARING: "An install of {venv} was interrupted before it touched it: what it left is removed",
    CHANGING: "An install that was changing {venv} was interrupted: it becomes as it was before",
    COMMITTED: "An install of {venv} was interrupted when it was done: it is finished",
    UNDOING: "An undo in {venv} was interrupted: it is finished",
    REMOVING: "An undo in {venv} was interrupted: it is finished, and {venv} is removed",
    "": "An earlier install left files beside {venv} that nothing needs: they are removed",
}
_LEFT = ("new", "backup", "leaving")


class StuckError(PidoctorError):
    """What an interrupted install left can only be put in order by a guess."""

    exit_code = 1


@dataclass(frozen=True)
class Situation:
    """What was found: the journal's ``entry``, the folders now, why it is ``stuck`` if it is."""

    place: Place
    entry: Entry | None
    folders: Mapping[str, str]
    stuck: str = ""

    @property
    def phase(self) -> str:
        return self.entry.phase if self.entry else ""

    @property
    def will(self) -> str:
        """What putting it in order does, in one sentence without its full stop."""
        return _WILL[self.phase].format(venv=one_line(str(self.place.venv)))

    def must_not_be_stuck(self) -> None:
        """StuckError with the way to go on, where there is no telling what is right."""
        if self.stuck:
            raise StuckError(
                f"an interrupted install was found beside {one_line(str(self.place.venv))}, and "
                f"{self.stuck}; nothing was moved or removed. "
                f"`pidoctor recover{state.option(self.place)}` shows the ways out"
            )


def look(place: Place) -> Situation | None:
    """What is to be put in order at ``place``; None where nothing is.

    ForeignStateError where what lies there is not pidoctor's. Changes nothing.
    """
    if not state.exists(place):
        return None
    entry, folders = Journal(place).read(), stamps(place)
    left = any(os.path.lexists(path) for path in (place.work, place.discard, place.staging.parent))
    if entry is None and not left and not any(folders[name] for name in _LEFT):
        return None
    return Situation(place, entry, folders, _stuck(place, entry, folders))


def _stuck(place: Place, entry: Entry | None, now: Mapping[str, str]) -> str:
    if entry is None or entry.phase == UNKNOWN:
        kept = [name for name in _LEFT if now[name]]
        if kept or (entry and now["previous"]):
            return "the record of what it was doing cannot be read"
        return ""
    if not _EXPLAINED[entry.phase](entry, now):
        return "the folders there are not the ones that it was working on"
    if entry.phase != PREPARING and _moves(entry, now) and is_mount(place.venv):
        return "the environment is a mount point, which cannot be replaced"
    return ""


def _moves(entry: Entry, now: Mapping[str, str]) -> bool:
    """Whether going on renames the environment, or gives its name to another folder."""
    if entry.phase == COMMITTED:
        return bool(now["new"])
    return now["venv"] == entry.was("venv") or not now["venv"]


def _preparing(_: Entry, now: Mapping[str, str]) -> bool:
    return not now["leaving"]  # the environment itself is not looked at


def _changing(entry: Entry, now: Mapping[str, str]) -> bool:
    return not now["new"] and _swapped("backup", entry, now)


def _undoing(entry: Entry, now: Mapping[str, str]) -> bool:
    return not now["new"] and not now["backup"] and _swapped("previous", entry, now)


def _swapped(name: str, entry: Entry, now: Mapping[str, str]) -> bool:
    """Whether the environment is on its way out, and the folder ``name`` on its way in."""
    wanted, changed, kept = entry.was(name), entry.was("venv"), now[name]
    if not wanted or wanted == NO_FOLDER:
        return False
    if kept == wanted:
        before = now["venv"] == changed and not now["leaving"]
        return before or (not now["venv"] and now["leaving"] in ("", changed))
    return not kept and now["venv"] == wanted and now["leaving"] in ("", changed)


def _removing(entry: Entry, now: Mapping[str, str]) -> bool:
    gone = entry.was("venv")
    if not gone or now["leaving"] not in ("", gone) or any(now[n] for n in ("new", "backup")):
        return False
    return not now["previous"] and (now["venv"] != gone or not now["leaving"])


def _committed(entry: Entry, now: Mapping[str, str]) -> bool:
    new, backup, older = entry.was("new"), entry.was("backup"), entry.was("previous")
    if now["leaving"] or now["previous"] not in ("", older, backup):
        return False
    if new:
        named = now["venv"] == new and not now["new"]
        return (named or (not now["venv"] and now["new"] == new)) and not now["backup"]
    if not backup or now["new"] or not now["venv"] or now["venv"] != entry.was("venv"):
        return False
    return now["backup"] == backup or (not now["backup"] and now["previous"] == backup)


_EXPLAINED: Mapping[str, Callable[[Entry, Mapping[str, str]], bool]] = {
    PREPARING: _preparing,
    CHANGING: _changing,
    UNDOING: _undoing,
    REMOVING: _removing,
    COMMITTED: _committed,
}
