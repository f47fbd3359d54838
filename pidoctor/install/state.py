"""The state folder of an environment: only one that pidoctor made for it is believed.

The folder lies beside the environment, where a checkout, an archive or another user may have put
something of its name. What lies in it makes pidoctor move and remove folders, so it must be

- a folder, not a link to one;
- owned by the user who runs pidoctor (or, for root, by the owner of the environment);
- writable by nobody else;
- marked: ``mark.json`` names the environment's path, the folder's own inode number, which nobody
  who packs files elsewhere can know, and a random id, which each journal must repeat.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pidoctor.errors import PidoctorError
from pidoctor.install.durable import read_json, write_json
from pidoctor.install.ownership import give, owner_of
from pidoctor.install.place import Place
from pidoctor.mutex import Lock
from pidoctor.report.text import one_line

SCHEMA = "pidoctor-state/1"
_LIMIT = 1 << 14
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


class ForeignStateError(PidoctorError):
    """Something has the name of the state folder, and is not what pidoctor made."""

    exit_code = 1


def exists(place: Place) -> bool:
    """Whether there is a state folder that pidoctor made for ``place``.

    ForeignStateError where something else has its name; nothing behind it is read or changed.
    """
    try:
        status = os.lstat(place.state)
    except FileNotFoundError:
        return False
    foreign = _not_ours(place, status)
    if foreign:
        raise ForeignStateError(
            f"{one_line(str(place.state))} {foreign}, so nothing in it is used or removed; "
            f"`pidoctor recover{option(place)}` moves it out of the way"
        )
    return True


def option(place: Place) -> str:
    """The option that names the environment of ``place`` in a command that is shown."""
    import shlex

    if place.venv == Path.cwd() / ".venv":
        return ""
    return f" --venv {shlex.quote(one_line(str(place.venv)))}"


def _not_ours(place: Place, status: os.stat_result) -> str:
    """Why the folder is not believed; empty where it is."""
    if stat.S_ISLNK(status.st_mode):
        return f"is a link to {one_line(os.readlink(place.state))}"
    if not stat.S_ISDIR(status.st_mode):
        return "is no folder"
    if status.st_uid not in _owners(place):
        return f"belongs to another user (number {status.st_uid})"
    if status.st_mode & _WRITABLE_BY_OTHERS:
        return "may be written by other users"
    if identity(place) or _holds_nothing(place):
        return ""
    return (
        "was not made by pidoctor for this environment on this disk "
        "(it is a copy, or came with other files)"
    )


def _owners(place: Place) -> set[int]:
    user = os.geteuid()
    return {user, owner_of(place).uid} if user == 0 else {user}


def _holds_nothing(place: Place) -> bool:
    """Whether the folder was being made when pidoctor was killed."""
    allowed = {place.lock.name, f"{place.mark.name}.tmp"}
    return all(
        name in allowed and stat.S_ISREG(os.lstat(place.state / name).st_mode)
        for name in os.listdir(place.state)
    )


def identity(place: Place) -> str:
    """The random id in the folder's mark; empty where no mark ties it to this environment."""
    try:
        mark = read_json(place.mark, _LIMIT)
    except (OSError, ValueError):
        return ""
    tied = {
        "schema": SCHEMA,
        "environment": os.fspath(place.venv),
        "inode": os.lstat(place.state).st_ino,
    }
    if not isinstance(mark, dict) or {name: mark.get(name) for name in tied} != tied:
        return ""
    found = mark.get("id")
    return found if isinstance(found, str) else ""


def is_tidy(place: Place) -> bool:
    """Whether there is no folder, or one that keeps a previous state and nothing else."""
    if not exists(place):
        return True
    return set(os.listdir(place.state)) == {place.previous.name, place.lock.name, place.mark.name}


@contextmanager
def hold(place: Place) -> Iterator[Lock]:
    """The state folder, made and marked where there is none, while nobody else may use it.

    ForeignStateError where something else has its name, LockedError while another install runs.
    """
    exists(place)
    with Lock(place.lock, "install of this environment") as lock:
        if exists(place) and not identity(place):
            content = {
                "schema": SCHEMA,
                "environment": os.fspath(place.venv),
                "inode": os.lstat(place.state).st_ino,
                "id": secrets.token_hex(16),
            }
            write_json(place.mark, content, 0o600)
            for path in (place.state, place.mark, place.lock):
                give(path, owner_of(place))
        yield lock


def release(place: Place, lock: Lock) -> None:
    """Remove the folder, which must be held, if nothing is kept in it."""
    own = {place.lock.name, place.mark.name}
    if set(os.listdir(place.state)) <= own:
        place.mark.unlink(missing_ok=True)
        lock.remove()
        os.rmdir(place.state)
