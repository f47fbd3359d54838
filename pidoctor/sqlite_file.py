"""An SQLite file of pidoctor's own; what another program keeps in one is never written to."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from pidoctor.errors import CouldNotCheckError, UsageError

if TYPE_CHECKING:
    from sqlite3 import Connection


class FileMark(NamedTuple):
    """What a file is for: its application id, the version of its tables, the command it is of."""

    mark: int
    version: int
    command: str

    def foreign(self, path: str) -> UsageError:
        """What is said of a file that is something else."""
        return UsageError(f"{path}: is no store of `{self.command}`")


def connect(path: str) -> Connection:
    """A connection to a regular file, or to one that is made; "" is one that is thrown away."""
    try:
        import sqlite3
    except ModuleNotFoundError as error:
        raise CouldNotCheckError("this Python has no sqlite3; install python3 by apt") from error
    if path and os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
        raise UsageError(f"{path}: is no regular file")
    try:
        return sqlite3.connect(path, timeout=10)
    except sqlite3.Error as error:
        raise CouldNotCheckError(f"{path}: {error}") from error


def check(connection: Connection, path: str, kind: FileMark, create: bool = True) -> None:
    """Raise UsageError for a file that is not of this kind; mark a new one."""
    mark, version, tables = (
        connection.execute(query).fetchone()[0]
        for query in (
            "PRAGMA application_id",
            "PRAGMA user_version",
            "SELECT count(*) FROM sqlite_master",
        )
    )
    if create and not tables:
        connection.execute(f"PRAGMA application_id = {kind.mark}")
        connection.execute(f"PRAGMA user_version = {kind.version}")
    elif mark != kind.mark:
        raise kind.foreign(path)
    elif version != kind.version:
        raise UsageError(f"{path}: was written by another version of pidoctor; begin a new store")
