"""JSON Schema of types: of the tables that are read, and of the results that are written."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from enum import Enum
from importlib import import_module
from typing import Any

from pidoctor.profile.fact import Fact, State
from pidoctor.record_fields import fields_of, is_record, is_union, parts_of, type_of
from pidoctor.value_rules import Rule, TypeOf

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_NAMES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


class Describer:
    """Describes types; each class is described once, in ``definitions``.

    ``written``: JSON that pidoctor writes, with all that ``json_form`` adds and every key there;
    else JSON that it reads, with no other keys than the fields, of which one with a default may be
    left out. ``others`` has types by name that the module of a class does not import.
    """

    def __init__(self, *, written: bool, others: Mapping[str, Any] | None = None) -> None:
        self.definitions: dict[str, Schema] = {}
        self._named: dict[str, Any] = {}
        self._written = written
        self._others = others or {}

    def of(self, kind: Any) -> Schema:
        """The schema of a type."""
        origin, inner = typing.get_origin(kind), typing.get_args(kind)
        if kind in _NAMES:
            return {"type": _NAMES[kind]}
        if kind is Any or kind is object:
            return {}
        if origin is typing.Annotated:
            return self._annotated(inner[0], inner[1:])
        if is_union(origin):
            return _any_of([self.of(member) for member in inner])
        if origin is typing.Literal:
            return {"enum": list(inner)} if inner[1:] else {"const": inner[0]}
        if origin is Fact:
            return self._fact(inner[0])
        if origin in (list, tuple):
            return {"type": "array", "items": self.of(inner[0])}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            keys = {} if inner[0] is str else {"propertyNames": {"pattern": _pattern(inner[0])}}
            return {"type": "object", "additionalProperties": self.of(inner[1]), **keys}
        if issubclass(kind, Enum):
            return {"enum": [member.value for member in kind]}
        if is_record(kind) or hasattr(kind, "__total__"):
            return self._reference(kind)
        return {"type": "string"}

    def object_of(self, kind: Any) -> Schema:
        """An object with the fields of a TypedDict or a record."""
        described = " ".join((kind.__doc__ or "").replace("``", "").split())
        if not is_record(kind):
            hints = typing.get_type_hints(kind, include_extras=True)
        elif self._written:
            hints = {part.key: type_of(kind, part, self._others) for part in parts_of(kind)}
        else:
            hints = {field.key: field.type for field in fields_of(kind)}
            needed = [field.key for field in fields_of(kind) if field.is_required]
        return {
            **({"description": described} if kind.__doc__ else {}),
            "type": "object",
            "required": list(hints) if self._written else needed,
            "properties": {name: self.of(hint) for name, hint in hints.items()},
            **({} if self._written else {"additionalProperties": False}),
        }

    def _reference(self, kind: Any) -> Schema:
        if self._written and hasattr(kind, "to_json"):
            names = {**vars(import_module(kind.__module__)), **self._others}
            kind = typing.get_type_hints(kind.to_json, names, include_extras=True)["return"]
        name = kind.__name__[:1].lower() + kind.__name__[1:]
        if self._named.setdefault(name, kind) is not kind:
            raise TypeError(f"two classes have the name {kind.__name__}")
        if name not in self.definitions:
            self.definitions[name] = {}  # for a class that contains itself
            self.definitions[name] = self.object_of(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _annotated(self, kind: Any, marks: tuple[object, ...]) -> Schema:
        for mark in marks:
            if isinstance(mark, TypeOf):
                module, _, name = mark.name.partition(":")
                return self.of(getattr(import_module(module), name))
        return {**self.of(kind), **{m.keyword: m.value for m in marks if isinstance(m, Rule)}}

    def _fact(self, kind: Any) -> Schema:
        """A value with its state and source; only a known fact has a value."""
        if kind not in _NAMES:
            return self._fact_of(kind)
        name = f"{_NAMES[kind]}Fact"
        self.definitions.setdefault(name, self._fact_of(kind))
        return {"$ref": f"#/$defs/{name}"}

    def _fact_of(self, kind: Any) -> Schema:
        others = [state.value for state in State if state is not State.KNOWN]
        return {
            "type": "object",
            "required": ["value", "state", "source"],
            "properties": {"source": {"type": "string"}, "detail": {"type": "string"}},
            "anyOf": [
                {"properties": {"value": self.of(kind), "state": {"const": State.KNOWN.value}}},
                {"properties": {"value": {"type": "null"}, "state": {"enum": others}}},
            ],
        }


def _any_of(choices: list[Schema]) -> Schema:
    plain = [choice["type"] for choice in choices if list(choice) == ["type"]]
    return {"type": plain} if len(plain) == len(choices) else {"anyOf": choices}


def _pattern(key: Any) -> str:
    options = typing.get_args(key)
    return f"^({'|'.join(map(str, options))})$" if options else "^[0-9]+$"
