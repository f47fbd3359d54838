"""The JSON Schema of the envelope, generated from the types that describe it.

``python -m pidoctor.report.schema`` writes ``result.schema.json`` anew; the shipped file is what
``pidoctor schema`` prints, because making it imports most of the program.
"""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Mapping
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any

from pidoctor import shapes, value_rules
from pidoctor.profile.codec import SCHEMA as PROFILE_SCHEMA
from pidoctor.profile.fact import Fact, State
from pidoctor.record_fields import is_record, is_union, parts_of, type_of

FILE = Path(__file__).with_name("result.schema.json")
Schema = dict[str, Any]
_SCALARS = {
    str: "string",
    Path: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def generate() -> Schema:
    """The schema of :class:`pidoctor.shapes.Envelope`."""
    definitions: dict[str, Schema] = {}
    described = _Describer(definitions)
    envelope = described.object_of(shapes.Envelope)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a pidoctor command answers with",
        **envelope,
        "$defs": dict(sorted(definitions.items())),
    }


def text() -> str:
    """The schema as it is written to the file."""
    return json.dumps(generate(), indent=2) + "\n"


class _Describer:
    """Describes types; each class is described once, under ``definitions``."""

    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions
        self._named: dict[str, Any] = {}

    def of(self, kind: Any) -> Schema:
        """The schema of a type."""
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if kind in _SCALARS:
            return {"type": _SCALARS[kind]}
        if kind is Any or kind is object:
            return {}
        if origin is typing.Annotated:
            return self._annotated(arguments[0], arguments[1:])
        if is_union(origin):
            return self._any_of([self.of(argument) for argument in arguments])
        if origin is typing.Literal:
            return {"enum": list(arguments)} if arguments[1:] else {"const": arguments[0]}
        if origin is Fact:
            return self._fact(arguments[0])
        if origin in (list, tuple):
            return {"type": "array", "items": self.of(arguments[0])}
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if inspect.isclass(kind) and issubclass(kind, Enum):
            return {"enum": [member.value for member in kind]}
        return self._reference(kind)

    def object_of(self, kind: Any) -> Schema:
        """An object with the fields of a TypedDict or a record, all of them required."""
        if is_record(kind):
            hints = {part.key: type_of(kind, part, vars(shapes)) for part in parts_of(kind)}
        else:
            hints = typing.get_type_hints(kind, include_extras=True)
        properties = {name: self.of(hint) for name, hint in hints.items()}
        described = inspect.cleandoc(kind.__doc__ or "").replace("\n", " ").replace("``", "")
        return {
            **({"description": described} if kind.__doc__ else {}),
            "type": "object",
            "required": list(properties),
            "properties": properties,
        }

    def _reference(self, kind: Any) -> Schema:
        if hasattr(kind, "to_json"):
            names = {**vars(import_module(kind.__module__)), "shapes": shapes}
            kind = typing.get_type_hints(kind.to_json, names, include_extras=True)["return"]
        name = kind.__name__[:1].lower() + kind.__name__[1:]
        if self._named.setdefault(name, kind) is not kind:
            raise TypeError(f"two classes have the name {kind.__name__}")
        if name not in self._definitions:
            self._definitions[name] = {}  # for a class that contains itself
            self._definitions[name] = self.object_of(kind)
            if name == "profile":  # the codec says which form of a profile it is
                found = self._definitions[name]
                found["required"].insert(0, "schema")
                found["properties"] = {"schema": {"const": PROFILE_SCHEMA}, **found["properties"]}
        return {"$ref": f"#/$defs/{name}"}

    def _annotated(self, kind: Any, marks: tuple[object, ...]) -> Schema:
        for mark in marks:
            if isinstance(mark, value_rules.TypeOf):
                module, _, name = mark.name.partition(":")
                return self.of(getattr(import_module(module), name))
        rules = {mark.keyword: mark.value for mark in marks if isinstance(mark, value_rules.Rule)}
        return {**self.of(kind), **rules}

    @staticmethod
    def _any_of(choices: list[Schema]) -> Schema:
        plain = [choice["type"] for choice in choices if list(choice) == ["type"]]
        if len(plain) == len(choices):
            return {"type": plain}
        return {"anyOf": choices}

    def _fact(self, kind: Any) -> Schema:
        """A value with its state and source; only a known fact has a value."""
        if kind in _SCALARS:
            name = f"{_SCALARS[kind]}Fact"
            self._definitions.setdefault(name, self._fact_of(kind))
            return {"$ref": f"#/$defs/{name}"}
        return self._fact_of(kind)

    def _fact_of(self, kind: Any) -> Schema:
        common = {"source": {"type": "string"}, "detail": {"type": "string"}}
        others = [state.value for state in State if state is not State.KNOWN]
        return {
            "type": "object",
            "required": ["value", "state", "source"],
            "properties": common,
            "anyOf": [
                {"properties": {"value": self.of(kind), "state": {"const": State.KNOWN.value}}},
                {"properties": {"value": {"type": "null"}, "state": {"enum": others}}},
            ],
        }


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
