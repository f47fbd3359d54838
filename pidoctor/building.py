"""JSON that is known to be right to typed values: tables and indexes that tests have checked."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Annotated, Any, Callable, Literal, TypeVar

from pidoctor.decoding import PLAIN, Faults, converter
from pidoctor.record_fields import REQUIRED, fields_of, is_record, is_union, once

T = TypeVar("T")


def build(kind: type[T], data: Any) -> T:
    """The value of type ``kind`` that ``data`` (of ``json.loads``) describes.

    Several times faster than :func:`pidoctor.decoding.decode`, which it agrees with; text that has
    only a form ("2.36") stays plain text, and keys that no field has are left out.
    """
    make = _builder(kind)
    value: T = data if make is None else make(data)
    return value


@once
def _builder(kind: Any) -> Callable[[Any], Any] | None:
    """What makes a ``kind`` of right JSON; None where JSON's own value is it."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN or kind is Any or origin in (Literal, Annotated):
        return None
    if origin is tuple:
        item = _builder(inner[0])
        return tuple if item is None else lambda data: tuple([item(entry) for entry in data])
    if origin is not None and is_union(origin):
        members = [member for member in inner if member is not type(None)]
        if len(members) > 1:
            return lambda data: converter(kind, True)(data, None, Faults(""))
        member = _builder(members[0])
        return member and (lambda data: None if data is None else member(data))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_builder(inner[0], _builder(inner[1]))
    if is_record(kind):
        return _record_builder(kind)
    return None if isinstance(kind, type) and issubclass(kind, str) else kind


def _mapping_builder(key: type, item: Callable[[Any], Any] | None) -> Callable[[Any], Any] | None:
    if key is not int:
        return item and (lambda data: {name: item(entry) for name, entry in data.items()})
    if item is None:
        return lambda data: {int(name): entry for name, entry in data.items()}
    return lambda data: {int(name): item(entry) for name, entry in data.items()}


def _record_builder(kind: Any) -> Callable[[Any], Any]:
    fields = fields_of(kind)
    keys = [(field.key, field.default) for field in fields]
    makers = [
        (at, field.default, make)
        for at, field in enumerate(fields)
        if (make := _builder(field.type)) is not None
    ]

    def convert(data: Any) -> Any:
        values = [data[key] if was is REQUIRED else data.get(key, was) for key, was in keys]
        for at, default, make in makers:
            if values[at] is not default:
                values[at] = make(values[at])
        return kind(*values)

    return convert
