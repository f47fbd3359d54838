"""Where a team keeps the cases that it has seen: one SQLite file, redacted before it is written."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pidoctor.decoding import decode, encode
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.redact import Identity, redact, redact_json
from pidoctor.sqlite_file import FileMark, check, connect
from pidoctor.triage.cases import LogCase
from pidoctor.triage.diagnosis import Diagnosis

if TYPE_CHECKING:
    from sqlite3 import Connection

KIND = FileMark(mark=0x70696443, version=1, command="pidoctor triage")

KEPT = 200_000
"""Cases; older ones are removed."""

_TABLE = """CREATE TABLE IF NOT EXISTS triage_case (
    log TEXT NOT NULL, made TEXT NOT NULL, cause TEXT NOT NULL, diagnosis TEXT NOT NULL,
    PRIMARY KEY (log, diagnosis)) WITHOUT ROWID"""
_DROP = """DELETE FROM triage_case WHERE (log, diagnosis) IN (
    SELECT log, diagnosis FROM triage_case ORDER BY made DESC LIMIT -1 OFFSET ?)"""


def add(path: str, cases: Sequence[LogCase]) -> None:
    """Write the cases into the file, all or none; a log with the same answer is kept once."""
    identity = Identity.here()
    rows = [
        (
            redact(case.log, identity),
            case.made or "",
            case.cause,
            json.dumps(redact_json(encode(case.diagnosis), identity), sort_keys=True),
        )
        for case in cases
        if case.diagnosis
    ]
    with _opened(path, create=True) as connection:
        connection.execute(_TABLE)
        connection.executemany("INSERT OR REPLACE INTO triage_case VALUES (?, ?, ?, ?)", rows)
        connection.execute(_DROP, (KEPT,))


def read(path: str) -> tuple[LogCase, ...]:
    """Every case in the file, the oldest first; raises UsageError where it is none of ours."""
    if not os.path.lexists(path):
        raise UsageError(f"{path}: there is no such store; name logs to begin one")
    with _opened(path, create=False) as connection:
        rows = connection.execute("SELECT log, made, diagnosis FROM triage_case ORDER BY made, log")
        return tuple(
            LogCase(log, decode(Diagnosis, json.loads(text), path, exact=False), made=made or None)
            for log, made, text in rows
        )


@contextmanager
def _opened(path: str, *, create: bool) -> Iterator[Connection]:
    connection = connect(path)
    import sqlite3

    try:
        with connection:
            check(connection, path, KIND, create)
            yield connection
    except (sqlite3.Error, ValueError, RecursionError) as error:
        if isinstance(error, sqlite3.OperationalError):
            raise CouldNotCheckError(f"{path}: {error}") from error
        raise KIND.foreign(path) from error
    finally:
        connection.close()
