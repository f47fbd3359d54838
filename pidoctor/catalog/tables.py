"""The data tables (catalog/data/*.json), and those in a folder of the user's own.

A table is a JSON object whose shape is a named tuple (``BoardsTable``); lists of rows are its
sections. A row may say ``"based_on": ID`` and then only what differs from that row. PIDOCTOR_DATA
names a folder with tables of the same form whose rows are added, or replace those of the same id.
It is checked whole before anything is answered from it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, wraps
from importlib import import_module
from typing import Any, Callable, TypeVar

from pidoctor.building import build
from pidoctor.catalog.rules import TABLES, check_rules
from pidoctor.decoding import DecodeError, converter, decode, nearest
from pidoctor.decoding import Faults as Collected
from pidoctor.record_fields import fields_of
from pidoctor.records import NamedTuple
from pidoctor.shipped_table import shipped_table

USER_FOLDER = "PIDOCTOR_DATA"
BASE = "based_on"
KEYS = ("id", "name", "distribution", "version")  # the first that a row has names it
_OWN = ("aliases", "compatible", BASE)  # never taken from the row that one is based on
_LIMIT = 4 << 20
_MAX_BASES = 8

Table = TypeVar("Table", bound=NamedTuple)
Made = TypeVar("Made")
Raw = dict[str, Any]


class Origin(NamedTuple):
    """Where a row of a table comes from, for messages."""

    file: str
    row: int


def load(kind: type[Table]) -> Table:
    """The table whose form is ``kind``: the shipped rows and the user's own.

    Raises :class:`DecodeError` for a folder of the user's that has faults, with all of them.
    """
    folder = os.environ.get(USER_FOLDER, "")
    name = next(name for name, rules in TABLES.items() if rules.kind.endswith(f":{kind.__name__}"))
    table: Table = _with_users(folder)[name] if folder else _shipped(name)
    return table


def derived(make: Callable[[], Made]) -> Callable[[], Made]:
    """A function that makes something of tables, and does so once for each PIDOCTOR_DATA."""

    @cache
    def made(_folder: str) -> Made:
        return make()

    @wraps(make)
    def known() -> Made:
        return made(os.environ.get(USER_FOLDER, ""))

    return known


def check_user_tables() -> None:
    """Refuses a folder named by PIDOCTOR_DATA that has faults, before any work is done."""
    if folder := os.environ.get(USER_FOLDER, ""):
        _with_users(folder)


def kind_of(name: str) -> Any:
    """The named tuple that a table becomes."""
    module, _, attribute = TABLES[name].kind.partition(":")
    return getattr(import_module(module), attribute)


@cache
def _shipped(name: str) -> Any:
    """A shipped table; that it is right is for the tests and ``pidoctor.catalog check``."""
    return build(kind_of(name), expanded(_raw(name), {}))


def _raw(name: str) -> Raw:
    """A shipped table; one that ships in parts has the content of all of them in one section."""
    contents: Any = [shipped_table(file) for file in TABLES[name].files(name)]
    if not TABLES[name].parts:
        table: Raw = contents[0]
        return table
    if isinstance(contents[0], list):
        whole: Any = [row for content in contents for row in content]
    else:
        whole = {key: value for content in contents for key, value in content.items()}
    return {kind_of(name)._fields[0]: whole}


def expanded(data: Any, shipped: Raw) -> Any:
    """``data`` with every row filled up from the row that it is based on."""
    if not isinstance(data, dict):
        return data
    return {key: _expanded_section(value, shipped.get(key)) for key, value in data.items()}


def _expanded_section(section: Any, shipped: Any) -> Any:
    if not isinstance(section, list) or not any(_base(row) for row in section):
        return section
    own, others = _by_id(section), _by_id(shipped or ())
    return [_filled(row, own, others) for row in section]


def _by_id(rows: Iterable[Any]) -> dict[str, Raw]:
    named = [row for row in rows if isinstance(row, dict)]
    return {row["id"]: row for row in named if isinstance(row.get("id"), str)}


def _filled(row: Any, own: Mapping[str, Raw], shipped: Mapping[str, Raw]) -> Any:
    """``row`` and what it leaves out, from the rows that it is based on, the nearest first."""
    at, filled = row, row
    for _ in range(_MAX_BASES):
        base = _base(at)
        parent = own.get(base)
        at = shipped.get(base) if parent is None or parent is at else parent
        if at is None:
            break
        inherited = {key: value for key, value in at.items() if key not in _OWN}
        filled = {**inherited, **filled, BASE: None}
    if isinstance(filled, dict) and filled.get(BASE, "") is None:
        filled = {key: value for key, value in filled.items() if key != BASE}
    return filled


def _base(row: Any) -> str:
    base = row.get(BASE) if isinstance(row, dict) else None
    return base if isinstance(base, str) else ""


@lru_cache(maxsize=4)
def _with_users(folder: str) -> Mapping[str, Any]:
    """Every table with the rows of a folder; DecodeError with everything that is wrong there."""
    tables = {name: _shipped(name) for name in TABLES}
    origins: dict[tuple[str, str], list[Origin]] = {}
    faults: list[str] = []
    files = list(_files(folder, faults))
    for name, path in files:
        data = _read(path, faults)
        if data is not None:
            tables[name] = _extended(name, data, path, origins, faults)
    faults += check_rules(tables, origins, [name for name, _ in files])
    if faults:
        raise DecodeError(faults)
    return tables


def check_shipped() -> list[str]:
    """What is wrong in the shipped tables, one line each."""
    tables: dict[str, Any] = {}
    faults: list[str] = []
    for name in TABLES:
        try:
            tables[name] = decode(kind_of(name), expanded(_raw(name), {}), f"{name}.json")
        except DecodeError as error:
            faults += error.faults
    return faults or check_rules(tables, {})


def _files(folder: str, faults: list[str]) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".json"))
    except OSError as error:
        faults.append(f"{USER_FOLDER}={_line(folder)}: cannot be read ({error.strerror})")
        return
    open_ = [table for table, rules in TABLES.items() if not rules.is_closed]
    for name in names:
        path = os.path.join(folder, name)
        if name[: -len(".json")] in open_:
            yield name[: -len(".json")], path
        else:
            known = ", ".join(f"{table}.json" for table in open_)
            faults.append(f"{_line(path)}: no table of that name; there are {known}")


def _read(path: str, faults: list[str]) -> Raw | None:
    shown = _line(path)
    try:
        if not os.path.isfile(path):
            raise ValueError("not a file")
        with open(path, "rb") as file:
            text = file.read(_LIMIT + 1)
        if len(text) > _LIMIT:
            raise ValueError(f"larger than {_LIMIT >> 20} MiB")
        data = json.loads(text)
    except OSError as error:
        faults.append(f"{shown}: cannot be read ({error.strerror})")
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        faults.append(f"{shown}: not JSON: {error.msg} ({place})")
    except (ValueError, RecursionError) as error:
        faults.append(f"{shown}: not a table ({_line(str(error))})")
    else:
        if isinstance(data, dict):
            return data
        faults.append(f"{shown}: expected an object")
    return None


def _extended(
    name: str,
    data: Raw,
    path: str,
    origins: dict[tuple[str, str], list[Origin]],
    faults: list[str],
) -> Any:
    """A shipped table with the user's: rows added, objects merged, single values replaced."""
    table, shown = _shipped(name), _line(path)
    raw = _raw(name)
    data = expanded(data, raw)
    found = Collected(shown)
    known = {field.key: field for field in fields_of(type(table))}
    for key, value in data.items():
        field = known.get(key)
        if field is None:
            found.add((None, key), f"unknown key; a {name} table has {', '.join(known)}")
            continue
        before = len(found.lines)
        _note_lost_bases(value, key, raw.get(key), found)
        if len(found.lines) > before:
            continue
        own = converter(field.type, True)(value, (None, key), found)
        if len(found.lines) > before:
            continue
        old = getattr(table, field.name)
        if isinstance(own, tuple) and not hasattr(own, "_fields"):
            own, origins[name, key] = _joined(old, own, name, shown)
        elif isinstance(own, Mapping):
            own = {**old, **own}
        table = table._replace(**{field.name: own})
    faults += found.lines
    return table


def _note_lost_bases(section: Any, key: str, shipped: Any, found: Collected) -> None:
    """A row that is based on one that is not there lacks all the rest: only that is said of it."""
    rows = section if isinstance(section, list) else []
    for at, row in enumerate(rows):
        if isinstance(row, dict) and BASE in row:
            base = row[BASE] if isinstance(row[BASE], str) else ""
            known = _by_id([*(shipped or ()), *rows]).keys() - {row.get("id")}
            message = f'no row of this list has the id "{_line(base)}"{nearest(base, known)}'
            found.add((((None, key), at), BASE), message)


def _joined(
    old: tuple[Any, ...], own: tuple[Any, ...], name: str, shown: str
) -> tuple[tuple[Any, ...], list[Origin]]:
    """Shipped rows and the user's: one with the key of a shipped row stands in its place."""
    rows = list(old)
    places = [Origin(f"{name}.json", at) for at in range(len(rows))]
    keys = {row_key(row): at for at, row in enumerate(old)}
    for at, row in enumerate(own):
        place = keys.get(row_key(row)) if row_key(row) is not None else None
        if place is None:
            rows.append(row)
            places.append(Origin(shown, at))
        else:
            rows[place], places[place] = row, Origin(shown, at)
    return tuple(rows), places


def row_key(row: Any) -> Any:
    """What tells a row from the others of its section; None where rows have no name."""
    if not hasattr(row, "_fields"):
        return row
    return next((getattr(row, key) for key in KEYS if key in row._fields), None)


def _line(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[:200])
