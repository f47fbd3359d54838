"""Whose an environment is: root works on another user's without taking it over."""

from __future__ import annotations

import os
import pwd
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pidoctor.install.place import Place


class Owner(NamedTuple):
    """A user and a group, by number."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """The user's name, or number where it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except (KeyError, OSError):
            return f"user {self.uid}"


def owner_of(place: Place) -> Owner:
    """The owner of the environment; where there is none yet, of the folder it would lie in."""
    for path in (place.venv, *place.venv.parents):
        with suppress(OSError):
            status = os.lstat(path)
            return Owner(status.st_uid, status.st_gid)
    return Owner(os.geteuid(), os.getegid())


def another_owner(place: Place) -> Owner | None:
    """The owner, when root is about to work for somebody else."""
    owner = owner_of(place)
    return owner if os.geteuid() == 0 and owner.uid != 0 else None


def give(path: Path, owner: Owner) -> None:
    """Make ``path`` (a link itself, not what it leads to) the owner's, where root made it."""
    if os.geteuid() == 0 and owner.uid != 0:
        os.chown(path, owner.uid, owner.gid, follow_symlinks=False)


def hand_over(folder: Path, owner: Owner, before: Path | None = None) -> None:
    """Give what root made in ``folder`` to ``owner``, but for what was root's in ``before``."""
    if os.geteuid() != 0 or owner.uid == 0:
        return
    _hand_over(folder, owner, before)
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(root, name)
            _hand_over(path, owner, before / path.relative_to(folder) if before else None)


def _hand_over(path: Path, owner: Owner, before: Path | None) -> None:
    if os.lstat(path).st_uid != 0:
        return
    with suppress(OSError):
        if before is not None and os.lstat(before).st_uid == 0:
            return
    give(path, owner)
