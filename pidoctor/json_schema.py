"""JSON Schema of a type that :mod:`pidoctor.decoding` reads, so that editors can help."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal

from pidoctor.profile.fact import Fact, State
from pidoctor.record_fields import fields_of, is_record

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


def schema_of(kind: Any, *, exact: bool = True) -> dict[str, Any]:
    """The schema of a document; ``exact`` as for ``decode``: whether other keys are faults."""
    parts: dict[str, Any] = {}
    schema = _schema(kind, parts, exact)
    top = parts.pop(kind.__name__) if is_record(kind) else schema
    return {"$schema": DRAFT, **top, **({"$defs": parts} if parts else {})}


def _schema(kind: Any, parts: dict[str, Any], exact: bool) -> dict[str, Any]:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in _NAMES:
        return {"type": _NAMES[kind]}
    if kind is Any or kind is object:
        return {}
    if origin is Fact:
        return _fact(_schema(inner[0], parts, exact))
    if origin is Literal:
        return {"enum": list(inner)}
    if origin is tuple:
        return {"type": "array", "items": _schema(inner[0], parts, exact)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        values = _schema(inner[1], parts, exact)
        keys = {} if inner[0] is str else {"propertyNames": {"pattern": _pattern(inner[0])}}
        return {"type": "object", "additionalProperties": values, **keys}
    if origin is not None:
        return {"anyOf": [_schema(member, parts, exact) for member in inner]}
    if is_record(kind):
        return _record(kind, parts, exact)
    if issubclass(kind, Enum):
        return {"enum": [member.value for member in kind]}
    return {"type": "string"}


def _record(kind: Any, parts: dict[str, Any], exact: bool) -> dict[str, Any]:
    name = kind.__name__
    if name not in parts:
        parts[name] = {}  # a type that holds itself finds its name taken
        fields = fields_of(kind)
        parts[name] = {
            "type": "object",
            "description": (kind.__doc__ or "").partition("\n\n")[0].replace("\n    ", " "),
            "properties": {field.key: _schema(field.type, parts, exact) for field in fields},
            "required": [field.key for field in fields if field.is_required],
            **({"additionalProperties": False} if exact else {}),
        }
    return {"$ref": f"#/$defs/{name}"}


def _fact(value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "value": {"anyOf": [value, {"type": "null"}]},
            "state": {"enum": [state.value for state in State]},
            "source": {"type": "string"},
            "detail": {"type": "string"},
        },
        "required": ["state"],
    }


def _pattern(key: Any) -> str:
    options = typing.get_args(key)
    return f"^({'|'.join(map(str, options))})$" if options else "^[0-9]+$"
