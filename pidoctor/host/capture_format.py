"""The form of a capture: one JSON object, checked whole before anything of it is used.

``pidoctor-capture/1``: every part but the first may be left out; paths are the captured machine's
own, the user's home folder is ``~``::

    schema        "pidoctor-capture/1"
    origin        what the machine was, for people; made_by: what wrote the capture
    complete      true: a path that is not in it is not there; false: nobody looked
    can_run       whether programs of the machine could be run
    files         path -> {"text"} or {"base64"}, and {"modified": seconds} where that was asked
    folders       path -> names
    real_paths    path -> the path behind its links, where they differ
    present       paths that exist and whose content was not read
    missing       paths that were looked for and are not there
    mine          paths that belong to the user, of those for which that was asked
    unreadable    path -> why
    searches      [{"path", "pattern": its name, "found": [text]}]
    commands      [{"argv", "returncode", "stdout", "stderr", "timed_out"}]
    environment   name -> value or null
    disks         path -> {"total", "free", "read_only"}
    uname         {"system", "release", "machine"}
    memory        {"total", "available", "swap"}: only of a machine without /proc
    distribution  {"id", "version", "codename", "name"}: only of one without os-release
    own_pip       {"folder", "version", "requires_python"}: the pip beside pidoctor, where asked
    page_size, now, group_ids, home, working_folder, interpreter
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, NamedTuple, Union

from pidoctor.errors import UsageError

SCHEMA = "pidoctor-capture/1"
MAX_BYTES = 32 << 20
MAX_DEPTH = 12
MAX_ENTRIES = 50_000
MAX_DIGITS = 19


class ListOf(NamedTuple):
    item: Shape


class MapOf(NamedTuple):
    """An object whose keys are free."""

    item: Shape


# A type, a list, a map, or an object with those fields; null stands for "left out" everywhere.
Shape = Union[type, ListOf, MapOf, "Mapping[str, Shape]"]

_SHAPE: Mapping[str, Shape] = {
    "schema": str,
    "origin": str,
    "made_by": str,
    "complete": bool,
    "can_run": bool,
    "files": MapOf({"text": str, "base64": str, "modified": float}),
    "folders": MapOf(ListOf(str)),
    "real_paths": MapOf(str),
    "present": ListOf(str),
    "missing": ListOf(str),
    "mine": ListOf(str),
    "unreadable": MapOf(str),
    "searches": ListOf({"path": str, "pattern": str, "found": ListOf(str)}),
    "commands": ListOf(
        {"argv": ListOf(str), "returncode": int, "stdout": str, "stderr": str, "timed_out": bool}
    ),
    "environment": MapOf(str),
    "disks": MapOf({"total": int, "free": int, "read_only": bool}),
    "uname": {"system": str, "release": str, "machine": str},
    "memory": {"total": int, "available": int, "swap": int},
    "distribution": {"id": str, "version": str, "codename": str, "name": str},
    "own_pip": {"folder": str, "version": str, "requires_python": str},
    "page_size": int,
    "now": float,
    "group_ids": ListOf(int),
    "home": str,
    "working_folder": str,
    "interpreter": str,
}


def parse_capture(content: bytes, shown: str) -> Mapping[str, Any]:
    """The capture in ``content``; :class:`UsageError` with one line naming what is wrong."""
    if len(content) > MAX_BYTES:
        raise UsageError(f"capture {shown}: larger than {MAX_BYTES >> 20} MiB")
    try:
        data = json.loads(
            content, parse_int=_number, parse_float=_finite, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise UsageError(f"capture {shown}: not JSON ({type(error).__name__})") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"capture {shown}: not a pidoctor capture ({SCHEMA})")
    try:
        _check_size(data)
        _check(data, _SHAPE, "")
    except ValueError as error:
        raise UsageError(f"capture {shown}: {error}") from error
    return data


def _number(digits: str) -> int:
    """A number that fits 64 bits: reading millions of digits would take minutes."""
    if len(digits.lstrip("-")) > MAX_DIGITS:
        raise ValueError(f"a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number out of range")
    return number


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _check_size(data: Any) -> None:
    """Refuse what is nested too deeply or has too many entries."""
    level, depth, entries = [data], 0, 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
        below: list[Any] = []
        for value in level:
            below.extend(value.values() if isinstance(value, dict) else value)
        entries += len(below)
        if entries > MAX_ENTRIES:
            raise ValueError(f"more than {MAX_ENTRIES} entries")
        level = [value for value in below if isinstance(value, (dict, list))]


def _check(value: Any, shape: Shape, path: str) -> None:
    """Refuse a value that has not the shape, with the dotted path of the first one."""
    if value is None:
        return
    if isinstance(shape, ListOf):
        for index, item in enumerate(_expect(value, list, path)):
            _check(_present(item, f"{path}[{index}]"), shape.item, f"{path}[{index}]")
    elif isinstance(shape, MapOf):
        for key, item in _expect(value, dict, path).items():
            _check(item, shape.item, f"{path}.{key}")
    elif isinstance(shape, Mapping):
        known = _expect(value, dict, path)
        for name, inner in shape.items():
            _check(known.get(name), inner, f"{path}.{name}")
    else:
        _expect(value, shape, path)


def _present(item: Any, path: str) -> Any:
    if item is None:
        raise ValueError(f"{_shown(path)}: null in a list")
    return item


def _expect(value: Any, kind: type, path: str) -> Any:
    number = kind is float and isinstance(value, int) and not isinstance(value, bool)
    if type(value) is not kind and not number:
        raise ValueError(f"{_shown(path)}: expected {kind.__name__}")
    return value


def _shown(path: str) -> str:
    return ascii(path.lstrip("."))[1:81].rstrip("'")
