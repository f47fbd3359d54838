"""The JSON form of a Profile.

Every fact becomes ``{"value", "state", "source"}`` (and ``detail`` when there is one), every
section an object. :func:`from_json` is the inverse of :func:`to_json` and refuses anything else
with the dotted path of the first thing that is wrong.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any

from pidoctor.errors import UsageError
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import Profile

SCHEMA = "pidoctor-profile/1"


def to_json(profile: Profile) -> dict[str, Any]:
    """The profile as plain JSON values."""
    encoded: dict[str, Any] = {"schema": SCHEMA}
    encoded.update(_encode(profile))
    return encoded


def _encode(value: Any) -> Any:
    if isinstance(value, Fact):
        fact = {"value": _encode(value.value), "state": value.state.value, "source": value.source}
        if value.detail:
            fact["detail"] = value.detail
        return fact
    if dataclasses.is_dataclass(value):
        return {
            field.name: _encode(getattr(value, field.name)) for field in fields(value.__class__)
        }
    if isinstance(value, Mapping):
        return {str(key): _encode(item) for key, item in sorted(value.items())}
    if isinstance(value, (tuple, list)):
        return [_encode(item) for item in value]
    return value


def from_json(data: Any, path: str = "profile") -> Profile:
    """The profile that ``data`` describes.

    Raises :class:`UsageError` naming the dotted path of what is missing or malformed.
    """
    if not isinstance(data, Mapping):
        raise UsageError(f"{path}: expected an object")
    schema = data.get("schema", SCHEMA)
    if schema != SCHEMA:
        raise UsageError(f"{path}.schema: expected {SCHEMA}, not {str(schema)[:40]!r}")
    decoded: Profile = _decode(Profile, data, path)
    return decoded


@dataclasses.dataclass(frozen=True)
class Field:
    """A field of a profile section with its resolved type."""

    name: str
    type: Any


@cache
def fields(section: type) -> tuple[Field, ...]:
    """The fields of a section, in order."""
    hints = typing.get_type_hints(section)
    return tuple(Field(field.name, hints[field.name]) for field in dataclasses.fields(section))


def _decode(expected: Any, data: Any, path: str) -> Any:
    origin = typing.get_origin(expected)
    if origin is Fact:
        return _decode_fact(typing.get_args(expected)[0], data, path)
    if dataclasses.is_dataclass(expected):
        section = _object(data, path)
        missing = [f.name for f in fields(typing.cast(type, expected)) if f.name not in section]
        if missing:
            raise UsageError(f"{path}.{missing[0]}: missing")
        return typing.cast(Any, expected)(
            **{
                f.name: _decode(f.type, section[f.name], f"{path}.{f.name}")
                for f in fields(typing.cast(type, expected))
            }
        )
    if origin is tuple:
        if not isinstance(data, list):
            raise UsageError(f"{path}: expected a list")
        item = typing.get_args(expected)[0]
        return tuple(_decode(item, entry, f"{path}[{i}]") for i, entry in enumerate(data))
    if origin is not None:  # Mapping[str, str]
        return {
            str(key): _decode(str, item, f"{path}.{key}")
            for key, item in _object(data, path).items()
        }
    return _decode_scalar(expected, data, path)


def _decode_fact(expected: Any, data: Any, path: str) -> Fact[Any]:
    fact = _object(data, path)
    try:
        state = State(fact.get("state"))
    except ValueError:
        states = ", ".join(member.value for member in State)
        raise UsageError(f"{path}.state: expected one of {states}") from None
    source = _decode_scalar(str, fact.get("source", ""), f"{path}.source")
    detail = _decode_scalar(str, fact.get("detail", ""), f"{path}.detail")
    if state is not State.KNOWN:
        return Fact(None, state, source, detail)
    return Fact(_decode(expected, fact.get("value"), f"{path}.value"), state, source, detail)


def _decode_scalar(expected: type, data: Any, path: str) -> Any:
    if expected is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if type(data) is not expected:
        raise UsageError(f"{path}: expected {expected.__name__}")
    return data


def _object(data: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise UsageError(f"{path}: expected an object")
    return data
