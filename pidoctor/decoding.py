"""Plain JSON to typed values and back, by the types alone.

One reader for every document that pidoctor knows: data tables, profiles, proofs, index files. What
a value may look like is said once, by the class that it becomes::

    class Soc(NamedTuple):
        id: str
        cores: int = 1

    decode(Soc, {"id": "BCM2711", "cores": "4"}, "boards.json")
    # DecodeError: boards.json: cores: expected a whole number, not "4"

Understood are dataclasses and named tuples (a field with a default may be left out), ``Fact``,
``tuple[X, ...]``, ``Mapping[str or int, X]``, unions, ``Literal``, enums, texts of a :class:`Form`,
JSON's own types, and any class made from one text that raises ValueError for a wrong one
(``Version``; ``FORM`` says in words what it expects). A class whose keys differ from its fields
says so with :func:`pidoctor.record_fields.json_form`.

Every fault is listed, not only the first; nothing is converted on the quiet.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Annotated, Any, Callable, Literal, TypeVar, Union

from pidoctor.errors import UsageError
from pidoctor.profile.fact import Fact, State
from pidoctor.record_fields import REQUIRED, fields_of, is_record, is_union, once, parts_of
from pidoctor.records import NamedTuple

T = TypeVar("T")
# Where a value stands: its parent's path and its key; formatted only when there is a fault.
Path = Union[tuple[Any, Any], None]
Convert = Callable[[Any, Path, "Faults"], Any]

_MAX_FAULTS = 50
PLAIN = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    type(None): "null",
}


class DecodeError(UsageError):
    """JSON that is not what it should be; ``faults`` has one line for each thing that is wrong."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class Form(NamedTuple):
    """A form that a text must have: ``Annotated[str, Form("a SHA-256", is_sha256)]``."""

    name: str
    fits: Callable[[str], object]


#: A text without line breaks and other control characters: fit for a line of a file or a terminal.
Line = Annotated[str, Form("a line of text without control characters", str.isprintable)]


class Faults:
    """Collects what is wrong, bounded."""

    def __init__(self, where: str) -> None:
        self._where = where
        self.lines: list[str] = []

    def add(self, path: Path, message: str) -> None:
        if len(self.lines) == _MAX_FAULTS:
            self.lines.append(f"{self._where}: and more")
        elif len(self.lines) < _MAX_FAULTS:
            place = dotted(path)
            self.lines.append(": ".join(part for part in (self._where, place, message) if part))


def decode(kind: type[T], data: Any, where: str, *, root: str = "", exact: bool = True) -> T:
    """The value of type ``kind`` that ``data`` (of ``json.loads``) describes.

    ``where`` names the document in messages, ``root`` stands at the head of every path. Keys that
    no field has are a fault, unless ``exact`` is false: a document that a newer version may have
    written. Raises :class:`DecodeError`.
    """
    faults = Faults(where)
    value: T = converter(kind, exact)(data, (None, root) if root else None, faults)
    if faults.lines:
        raise DecodeError(faults.lines)
    return value


def encode(value: Any) -> Any:
    """``value`` as plain JSON values; what :func:`decode` reads back.

    A class whose JSON is not what its fields say has a ``to_json``.
    """
    if isinstance(value, Fact):
        fact = {"value": encode(value.value), "state": value.state.value, "source": value.source}
        return {**fact, "detail": value.detail} if value.detail else fact
    kind = type(value)
    if hasattr(kind, "to_json"):
        return value.to_json()
    if is_record(kind):
        return {part.key: encode(part.of(value)) for part in parts_of(kind)}
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in sorted(value.items())}
    if isinstance(value, (tuple, list)):
        return [encode(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if kind in PLAIN:
        return value
    return str(value)


def dotted(path: Path) -> str:
    """A path as people write it: ``boards[3].memory_mib``."""
    parts: list[str] = []
    while path is not None:
        path, key = path
        parts.append(f"[{key}]" if isinstance(key, int) else f".{_printable(key)}")
    return "".join(reversed(parts)).lstrip(".")


@once
def converter(kind: Any, exact: bool) -> Convert:
    """The function that turns JSON into a ``kind``, made once per type."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return _plain(kind)
    if kind is Any or kind is object:
        return lambda data, _path, _faults: data
    if origin is Fact:
        return _fact(converter(inner[0], exact))
    if origin is Literal:
        return _choice({option: option for option in inner})
    if origin is Annotated:
        form = _form_of(kind)
        return _formed(form) if form else converter(inner[0], exact)
    if origin is tuple:
        return _list(inner[0], converter(inner[0], exact))
    if origin is not None and is_union(origin):
        return _union(inner, exact)
    if origin is not None:
        key = None if inner[0] in (str, int) else converter(inner[0], exact)
        return _mapping(inner[0], key, converter(inner[1], exact))
    if issubclass(kind, Enum):
        return _choice({member.value: member for member in kind})
    return _record(kind, exact) if is_record(kind) else _from_text(kind)


def _plain(kind: type) -> Convert:
    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if type(data) is kind:
            return data
        if kind is float and type(data) is int:
            return float(data)
        return faults.add(path, f"expected {PLAIN[kind]}, not {_shown(data)}")

    return convert


def _choice(options: Mapping[Any, Any]) -> Convert:
    allowed = {(type(option), option): value for option, value in options.items()}

    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if isinstance(data, (str, int, type(None))) and (type(data), data) in allowed:
            return allowed[type(data), data]
        known = ", ".join(map(_shown, options))
        return faults.add(path, f"expected one of {known}, not {_shown(data)}")

    return convert


def _from_text(kind: Any) -> Convert:
    form = getattr(kind, "FORM", f"a {kind.__name__.lower()}")

    def convert(data: Any, path: Path, faults: Faults) -> Any:
        try:
            if type(data) is str:
                return kind(data)
        except ValueError:
            pass
        return faults.add(path, f"expected {form}, not {_shown(data)}")

    return convert


def _formed(form: Form) -> Convert:
    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if type(data) is str and form.fits(data):
            return data
        return faults.add(path, f"expected {form.name}, not {_shown(data)}")

    return convert


def _form_of(kind: Any) -> Form | None:
    return next((mark for mark in kind.__metadata__ if isinstance(mark, Form)), None)


def _list(kind: Any, item: Convert) -> Convert:
    plain, fits = _quick(kind)

    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if type(data) is not list:
            return faults.add(path, f"expected a list, not {_shown(data)}")
        for entry in data:
            if type(entry) is not plain or not (fits is None or fits(entry)):
                return tuple([item(entry, (path, at), faults) for at, entry in enumerate(data)])
        return tuple(data)

    return convert


def _quick(kind: Any) -> tuple[Any, Callable[[str], object] | None]:
    """The type of values that are right as they stand, and a test for them; most values are."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if is_union(origin) and len(inner) == 2 and type(None) in inner:
        return _quick(inner[inner[0] is type(None)])
    if origin is Annotated:
        form = _form_of(kind)
        return (str, form.fits) if form else _quick(inner[0])
    return (kind if kind in (str, int, bool) else None), None


def _mapping(kind: Any, key: Convert | None, item: Convert) -> Convert:
    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if type(data) is not dict:
            return faults.add(path, f"expected an object, not {_shown(data)}")
        if key is not None:
            return {
                key(name, (path, name), faults): item(entry, (path, name), faults)
                for name, entry in data.items()
            }
        if kind is str:
            return {name: item(entry, (path, name), faults) for name, entry in data.items()}
        for name in data:
            if not (name.isascii() and name.isdecimal()):
                return faults.add((path, name), "expected a whole number as the key")
        return {int(name): item(entry, (path, name), faults) for name, entry in data.items()}

    return convert


def _union(members: tuple[Any, ...], exact: bool) -> Convert:
    """The member that the JSON type of a value belongs to; the first of those that share one."""
    by_type: dict[type, Convert] = {}
    for member in members:
        for json_type in _json_types(member):
            by_type.setdefault(json_type, converter(member, exact))
    fallback = next(convert for kind, convert in by_type.items() if kind is not type(None))

    def convert(data: Any, path: Path, faults: Faults) -> Any:
        return by_type.get(type(data), fallback)(data, path, faults)

    return convert


def _json_types(kind: Any) -> tuple[type, ...]:
    origin = typing.get_origin(kind)
    if origin is Literal:
        return tuple(dict.fromkeys(type(option) for option in typing.get_args(kind)))
    if origin is tuple:
        return (list,)
    if origin is Annotated:
        return _json_types(typing.get_args(kind)[0])
    if origin is not None or is_record(kind):
        return (dict,)
    return (float, int) if kind is float else (kind if kind in PLAIN else str,)


def _fact(value: Convert) -> Convert:
    """Only a known fact has a value; what stands there for another one is not looked at."""
    states, text = converter(State, True), converter(str, True)

    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if type(data) is not dict:
            return faults.add(path, f"expected an object, not {_shown(data)}")
        state = states(data.get("state"), (path, "state"), faults)
        source = text(data.get("source", ""), (path, "source"), faults)
        detail = text(data.get("detail", ""), (path, "detail"), faults)
        if state is not State.KNOWN:
            return Fact(None, state, source, detail)
        known = value(data.get("value"), (path, "value"), faults)
        return Fact(known, state, source, detail)

    return convert


def _record(kind: Any, exact: bool) -> Convert:
    fields = [
        (field.key, field.default, converter(field.type, exact), *_quick(field.type))
        for field in fields_of(kind)
    ]
    known = {field[0] for field in fields}

    def convert(data: Any, path: Path, faults: Faults) -> Any:
        if type(data) is not dict:
            return faults.add(path, f"expected an object, not {_shown(data)}")
        before = len(faults.lines)
        values = []
        for key, default, item, plain, fits in fields:
            value = data.get(key, REQUIRED)
            if type(value) is plain and (fits is None or fits(value)):
                values.append(value)
            elif value is not REQUIRED:
                values.append(item(value, (path, key), faults))
            elif default is REQUIRED:
                faults.add((path, key), "missing")
            else:
                values.append(default)
        if exact and not known.issuperset(data):
            for key in (key for key in data if key not in known):
                faults.add((path, key), f"unknown key{nearest(key, known)}")
        return kind(*values) if len(faults.lines) == before else None

    return convert


def nearest(key: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _shown(data: Any) -> str:
    """A value in a message: short, on one line, without control characters."""
    if isinstance(data, dict):
        return "an object"
    if isinstance(data, list):
        return "a list"
    if data is None or isinstance(data, bool):
        return {None: "null", True: "true", False: "false"}[data]
    if isinstance(data, int) and data.bit_length() > 64:
        return "a huge number"
    if isinstance(data, str):
        return f'"{_printable(data)}"'
    return repr(data)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[:60])
