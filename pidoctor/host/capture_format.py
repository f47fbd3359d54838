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
from typing import Any, NamedTuple

from pidoctor.decoding import DecodeError, decode
from pidoctor.errors import UsageError, why_not_json

SCHEMA = "pidoctor-capture/1"
_NO_CAPTURE = "not a capture, which `pidoctor capture` writes"
MAX_BYTES = 32 << 20
MAX_DEPTH = 12
MAX_ENTRIES = 50_000
MAX_DIGITS = 19


class CapturedFile(NamedTuple):
    """Its content, as text or in base64, and when it was modified (seconds), as far as asked."""

    text: str | None = None
    base64: str | None = None
    modified: float | None = None


class CapturedSearch(NamedTuple):
    """What a pattern, by its name, found in a file."""

    path: str = ""
    pattern: str = ""
    found: tuple[str, ...] = ()


class CapturedCommand(NamedTuple):
    """How a program ended."""

    argv: tuple[str, ...] = ()
    returncode: int | None = None
    stdout: str = ""
    stderr: str = ""
    timed_out: bool = False


class CapturedDisk(NamedTuple):
    """Sizes in bytes."""

    total: int | None = None
    free: int | None = None
    read_only: bool = False


class Capture(NamedTuple):
    """A capture; a part that is None or empty was not captured."""

    schema: str
    origin: str = ""
    made_by: str = ""
    complete: bool = False
    can_run: bool = True
    files: Mapping[str, CapturedFile] = {}
    folders: Mapping[str, tuple[str, ...]] = {}
    real_paths: Mapping[str, str] = {}
    present: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    mine: tuple[str, ...] = ()
    unreadable: Mapping[str, str] = {}
    searches: tuple[CapturedSearch, ...] = ()
    commands: tuple[CapturedCommand, ...] = ()
    environment: Mapping[str, str] = {}
    disks: Mapping[str, CapturedDisk] = {}
    uname: Mapping[str, str] | None = None
    memory: Mapping[str, int] | None = None
    distribution: Mapping[str, str] | None = None
    own_pip: Mapping[str, str] | None = None
    page_size: int | None = None
    now: float | None = None
    group_ids: tuple[int, ...] | None = None
    home: str = ""
    working_folder: str | None = None
    interpreter: str | None = None


def parse_capture(content: bytes, shown: str) -> Capture:
    """The capture in ``content``; :class:`UsageError` with one line naming what is wrong."""
    if len(content) > MAX_BYTES:
        raise UsageError(f"capture {shown}: larger than {MAX_BYTES >> 20} MiB")
    try:
        data = json.loads(
            content, parse_int=_number, parse_float=_finite, parse_constant=_no_number
        )
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{shown}: {_NO_CAPTURE}: not JSON: {why_not_json(error)}") from error
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise UsageError(f"{shown}: {_NO_CAPTURE} ({SCHEMA})")
    try:
        _check_size(data)
    except ValueError as error:
        raise UsageError(f"capture {shown}: {error}") from error
    try:
        return decode(Capture, _without_null(data), f"capture {shown}", exact=False)
    except DecodeError as error:
        first, *others = error.faults
        more = f" (and {len(others)} more)" if others else ""
        raise UsageError(f"{first}{more}") from error


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


def _without_null(value: Any) -> Any:
    """``value`` without the keys that stand for null: they count as left out."""
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value
