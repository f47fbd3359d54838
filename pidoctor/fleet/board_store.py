"""Where the records of a report are kept and counted: SQLite, or PostgreSQL by the same statements.

Records stream through a database, so that memory does not grow with their number, and the report
before can be compared with. A report is one transaction: an interrupted one leaves nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from pidoctor.errors import CouldNotCheckError, PackageMissingError, UsageError
from pidoctor.fleet.record import BoardStatus, Record
from pidoctor.profile import fingerprint as prints
from pidoctor.profile.fingerprint import Fingerprint
from pidoctor.sqlite_file import FileMark, check, connect
from pidoctor.urls import clean_urls

KIND = FileMark(mark=0x70696466, version=1, command="pidoctor fleet report")
KEPT = 30  # reports; older ones are removed
_BATCH = 500
_TABLES = (
    "CREATE TABLE IF NOT EXISTS fleet_report (id INTEGER PRIMARY KEY, made TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS fleet_board (
        report INTEGER NOT NULL, board TEXT NOT NULL, verdict TEXT NOT NULL,
        strength INTEGER NOT NULL, kind TEXT NOT NULL, time TEXT NOT NULL, runtime TEXT NOT NULL,
        version TEXT NOT NULL, numpy TEXT NOT NULL, cause TEXT NOT NULL, detail TEXT NOT NULL,
        fingerprint TEXT, PRIMARY KEY (report, board))""",
    """CREATE TABLE IF NOT EXISTS fleet_machine (
        report INTEGER NOT NULL, fingerprint TEXT NOT NULL, profile TEXT NOT NULL,
        PRIMARY KEY (report, fingerprint))""",
)
# Of several records of one board the one that says more counts, and of two that say as much the
# later; the machine is known if any of them shows it.
_LATER = "(excluded.strength, excluded.time) >= (fleet_board.strength, fleet_board.time)"
_COLUMNS = (
    *("verdict", "strength", "kind", "time", "runtime"),
    *("version", "numpy", "cause", "detail"),
)
_INSERT = f"""INSERT INTO fleet_board (report, board, {", ".join(_COLUMNS)}, fingerprint)
    VALUES ({", ".join("?" * (len(_COLUMNS) + 3))}) ON CONFLICT (report, board) DO UPDATE SET
    {
    ", ".join(
        f"{c} = CASE WHEN {_LATER} THEN excluded.{c} ELSE fleet_board.{c} END" for c in _COLUMNS
    )
},
    fingerprint = CASE WHEN excluded.fingerprint IS NULL OR (fleet_board.fingerprint IS NOT NULL
        AND NOT {_LATER}) THEN fleet_board.fingerprint ELSE excluded.fingerprint END"""  # noqa: S608
_PLAIN = {  # parts of what the databases say, in words for people
    "is locked": "another program is writing to it; try again when it is done",
    "duplicate key": "another report was made at the same time; try again",
    "malformed": "it is damaged; name a file that is not there, and a new one is begun",
}


class Count(NamedTuple):
    """How many boards with a fingerprint do alike, with the same software and for one cause."""

    fingerprint: Fingerprint | None
    verdict: BoardStatus
    runtime: str
    version: str
    numpy: str
    cause: str
    detail: str  # of one of them
    boards: int


class FleetMoved(NamedTuple):
    """A board that does otherwise than in the report before; either is None where it was not in."""

    board: str
    before: str | None
    after: str | None


@contextmanager
def opened(where: str | None) -> Iterator[BoardStore]:
    """The store at ``where``: a file, a postgresql:// URL, or for None one that is thrown away.

    UsageError for what is no store, CouldNotCheckError where it cannot be reached.
    """
    connection, failure = _connect(where)
    try:
        store = BoardStore(connection, is_sqlite=isinstance(connection, sqlite3.Connection))
        yield store
        connection.commit()
    except failure as error:
        connection.rollback()
        raise _said(where, error) from error
    except BaseException:
        connection.rollback()
        raise
    finally:
        connection.close()


def _connect(where: str | None) -> tuple[Any, type[Exception]]:
    if where is not None and where.startswith(("postgresql://", "postgres://")):
        return _postgres(where)
    if where is not None and ("://" in where or not where):
        raise UsageError("--store takes a file, or a URL that begins with postgresql://")
    connection = connect(where or "")
    try:
        check(connection, where or "", KIND)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error):
            raise _said(where, error) from error
        raise
    return connection, sqlite3.Error


def _postgres(where: str) -> tuple[Any, type[Exception]]:
    try:
        import psycopg
    except ModuleNotFoundError as error:
        raise PackageMissingError("a PostgreSQL store", "'psycopg[binary]'") from error
    try:
        return psycopg.connect(where, connect_timeout=10), psycopg.Error
    except psycopg.Error as error:
        raise _said(where, error) from error


def _said(where: str | None, error: Exception) -> UsageError | CouldNotCheckError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
    shown = clean_urls(where or "the temporary store")
    if "not a database" in reason:
        return KIND.foreign(shown)
    reason = next((said for part, said in _PLAIN.items() if part in reason), reason)
    return CouldNotCheckError(f"{shown}: {clean_urls(reason)}")


class BoardStore:
    """One report under way, and what was in the one before."""

    def __init__(self, connection: Any, is_sqlite: bool) -> None:
        self._connection = connection
        self._is_sqlite = is_sqlite
        self._waiting: list[tuple[Any, ...]] = []
        self.report = 0

    def begin(self, made: str) -> None:
        """Begin a report made at ``made`` (ISO 8601)."""
        for statement in _TABLES:
            self._run(statement)
        # Written first: two reports that are made at once wait for each other.
        newest = "SELECT COALESCE(MAX(id), 0) + 1, ? FROM fleet_report"
        self._run(f"INSERT INTO fleet_report (id, made) {newest}", made)
        (own,) = next(self._run("SELECT MAX(id) FROM fleet_report"))
        self.report = int(own)
        for table, column in (
            ("fleet_report", "id"),
            ("fleet_board", "report"),
            ("fleet_machine", "report"),
        ):
            old = f"DELETE FROM {table} WHERE {column} <= ?"  # noqa: S608 - names from above
            self._run(old, self.report - KEPT)

    def add(self, record: Record) -> None:
        """Keep a record."""
        key = json.dumps(list(record.fingerprint)) if record.fingerprint else None
        self._waiting.append(
            (
                *(self.report, record.board, record.verdict.value, record.strength, record.kind),
                *(record.time, record.runtime, record.version, record.numpy, record.cause),
                *(record.detail, key),
            )
        )
        if len(self._waiting) >= _BATCH:
            self._flush()

    def keep_machine(self, found: Fingerprint, profile: str) -> None:
        """Keep one machine with a fingerprint, as JSON."""
        statement = (
            "INSERT INTO fleet_machine (report, fingerprint, profile) VALUES (?, ?, ?) "
            "ON CONFLICT (report, fingerprint) DO NOTHING"
        )
        self._run(statement, self.report, json.dumps(list(found)), profile)

    def machine(self, found: Fingerprint) -> Any:
        """The machine kept for a fingerprint, as JSON values; None where there is none."""
        key = json.dumps(list(found))
        statement = "SELECT profile FROM fleet_machine WHERE report = ? AND fingerprint = ?"
        row = next(self._run(statement, self.report, key), None)
        return json.loads(row[0]) if row else None

    def counts(self) -> Iterator[Count]:
        """The boards, counted."""
        self._flush()
        columns = "fingerprint, verdict, runtime, version, numpy, cause"
        rows = self._run(
            f"SELECT {columns}, MIN(detail), COUNT(*) FROM fleet_board WHERE report = ? "  # noqa: S608
            f"GROUP BY {columns}",
            self.report,
        )
        for key, verdict, *rest in rows:
            yield Count(_print(key), BoardStatus(verdict), *rest)

    def names(self, limit: int) -> Iterator[tuple[Fingerprint | None, BoardStatus, str]]:
        """Of each group at most ``limit`` boards: kiosk-2 before kiosk-10."""
        self._flush()
        rows = self._run(
            """SELECT fingerprint, verdict, board FROM (
                SELECT fingerprint, verdict, board, ROW_NUMBER() OVER (
                    PARTITION BY fingerprint, verdict ORDER BY LENGTH(board), board) AS place
                FROM fleet_board WHERE report = ?) AS numbered
            WHERE place <= ? ORDER BY place""",
            *(self.report, limit),
        )
        for key, verdict, name in rows:
            yield _print(key), BoardStatus(verdict), name

    def records(self) -> Iterator[Record]:
        """Every board."""
        self._flush()
        rows = self._run(
            f"SELECT board, {', '.join(_COLUMNS)}, fingerprint FROM fleet_board "  # noqa: S608
            "WHERE report = ? ORDER BY LENGTH(board), board",
            self.report,
        )
        for board, verdict, *rest, key in rows:
            yield Record(board, BoardStatus(verdict), *rest)._replace(fingerprint=_print(key))

    def before(self) -> str | None:
        """When the report before was made; None where this is the first one."""
        row = next(self._run("SELECT made FROM fleet_report WHERE id = ?", self.report - 1), None)
        return str(row[0]) if row else None

    def moved(self) -> Iterator[FleetMoved]:
        """The boards that are new, gone, or do otherwise than in the report before, by name."""
        self._flush()
        said = "verdict || CASE WHEN runtime = '' THEN '' ELSE ' ' || runtime || ' ' || version END"
        now = f"SELECT board, {said} AS says FROM fleet_board WHERE report = ?"  # noqa: S608
        rows = self._run(
            f"""SELECT board, old, new FROM (
                SELECT a.board, b.says AS old, a.says AS new FROM ({now}) a
                LEFT JOIN ({now}) b ON a.board = b.board WHERE b.says IS NULL OR a.says <> b.says
                UNION ALL
                SELECT b.board, b.says, NULL FROM ({now}) b
                LEFT JOIN ({now}) a ON a.board = b.board WHERE a.board IS NULL
            ) AS differing ORDER BY LENGTH(board), board""",  # noqa: S608
            *(self.report, self.report - 1, self.report - 1, self.report),
        )
        for board, then, since in rows:
            yield FleetMoved(board, then, since)

    def _flush(self) -> None:
        if self._waiting:
            cursor = self._connection.cursor()
            cursor.executemany(self._statement(_INSERT), self._waiting)
            self._waiting = []

    def _run(self, statement: str, *values: Any) -> Iterator[Sequence[Any]]:
        cursor = self._connection.cursor()
        cursor.execute(self._statement(statement), values)
        return iter(cursor) if cursor.description else iter(())

    def _statement(self, statement: str) -> str:
        """The one difference: how a value's place is written."""
        return statement if self._is_sqlite else statement.replace("?", "%s")


def _print(key: str | None) -> Fingerprint | None:
    if key is None:
        return None
    facts = json.loads(key)
    return prints.from_json(dict(zip(Fingerprint._fields, facts)))
