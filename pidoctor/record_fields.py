"""The fields of dataclasses and named tuples, with their types: what decoders and schemas go by."""

from __future__ import annotations

import dataclasses
import sys
import typing
from collections.abc import Mapping
from functools import cache
from typing import Any, Callable, TypeVar, Union, cast

from pidoctor.records import NamedTuple

T = TypeVar("T")
Function = TypeVar("Function", bound=Callable[..., Any])
_NONE: Mapping[str, str] = {}
_FORM = "_json_form"

REQUIRED: Any = object()
"""The default of a field that has none."""

# Annotations that most fields have: evaluating each anew is half of the time that loading takes.
_COMMON = {
    "str": str,
    "int": int,
    "bool": bool,
    "str | None": Union[str, None],
    "int | None": Union[int, None],
    "bool | None": Union[bool, None],
    "tuple[str, ...]": tuple[str, ...],
}


def once(make: Function) -> Function:
    """``functools.cache`` for what is made of a type, which mypy does not take for hashable."""
    return cast(Function, cache(make))


class JsonForm(NamedTuple):
    """How the JSON of a record differs from its fields, see :func:`json_form`."""

    names: Mapping[str, str] = _NONE
    more: Mapping[str, str] = _NONE
    nulls: tuple[str, ...] = ()


def json_form(
    names: Mapping[str, str] = _NONE, more: Mapping[str, str] = _NONE, nulls: tuple[str, ...] = ()
) -> Callable[[type[T]], type[T]]:
    """Marks a record whose JSON is not what its fields say.

    ``names``: the key of a field that has another name in JSON; "" for one that JSON does not
    hold. ``more``: what is written before the fields, or in place of one, by its key: the
    attributes that lead to the value, as in ``{"file": "wheel.filename"}``. ``nulls``: the keys at
    which an empty text is written as null.
    """

    def mark(kind: type[T]) -> type[T]:
        setattr(kind, _FORM, JsonForm(names, more, nulls))
        return kind

    return mark


def _form(kind: Any) -> JsonForm:
    form: JsonForm = getattr(kind, _FORM, JsonForm())
    return form


class Field(NamedTuple):
    """A field of a dataclass or named tuple, and its key in JSON."""

    name: str
    key: str
    type: Any
    default: Any  # REQUIRED where there is none

    @property
    def is_required(self) -> bool:
        return self.default is REQUIRED


def is_record(kind: Any) -> bool:
    """Whether ``kind`` is a dataclass or a named tuple."""
    return isinstance(kind, type) and (dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"))


class JsonPart(NamedTuple):
    """A value that JSON holds of a record: its key, and the attributes that lead to it.

    ``is_null``: whether an empty text is null there.
    """

    key: str
    path: tuple[str, ...]
    is_null: bool

    def of(self, record: Any) -> Any:
        """The value; None where the path ends before it."""
        value = record
        for name in self.path:
            value = None if value is None else getattr(value, name)
        return None if self.is_null and value == "" else value


@once
def parts_of(kind: Any) -> tuple[JsonPart, ...]:
    """What JSON holds of a record: its fields, and what its form adds."""
    form = _form(kind)
    fields = getattr(kind, "_fields", None) or [field.name for field in dataclasses.fields(kind)]
    own = {form.names.get(name, name): name for name in fields}
    paths = dict(form.more) | {key: name for key, name in own.items() if key not in form.more}
    return tuple(
        JsonPart(key, tuple(path.split(".")), key in form.nulls)
        for key, path in paths.items()
        if key
    )


def type_of(kind: Any, part: JsonPart, others: Mapping[str, Any]) -> Any:
    """The type of a part of the JSON of ``kind``; ``others`` has types by name that its module
    does not import."""
    is_null = part.is_null
    for name in part.path:
        attribute = getattr(kind, name, None)
        made = getattr(attribute, "fget", None) or getattr(attribute, "func", None)
        if made is not None:
            owner = {**others, **vars(sys.modules[kind.__module__])}
            kind = _evaluated(made.__annotations__["return"], owner)
        else:
            kind = _hints(kind, others)[name]
        if typing.get_origin(kind) is typing.ClassVar:
            kind = typing.get_args(kind)[0]
        members = typing.get_args(kind) if is_union(typing.get_origin(kind)) else ()
        if name != part.path[-1] and type(None) in members:
            kind, is_null = next(member for member in members if member is not type(None)), True
    return Union[kind, None] if is_null else kind


@once
def fields_of(kind: Any) -> tuple[Field, ...]:
    """The fields of a dataclass or named tuple, in order, with their types resolved."""
    hints, names = _hints(kind), _form(kind).names
    if hasattr(kind, "_fields"):
        defaults: dict[str, Any] = dict.fromkeys(kind._fields, REQUIRED)
        defaults.update(getattr(kind, "_field_defaults", {}))
    else:
        defaults = {field.name: _default(field) for field in dataclasses.fields(kind)}
    return tuple(
        Field(name, names.get(name, name), hints[name], default)
        for name, default in defaults.items()
    )


def _default(field: dataclasses.Field[Any]) -> Any:
    """The default of a field; one that is made anew is made once, for values are not changed."""
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return REQUIRED if field.default is dataclasses.MISSING else field.default


def is_union(origin: Any) -> bool:
    return origin is Union or getattr(origin, "__name__", "") == "UnionType"


def _hints(kind: type, others: Mapping[str, Any] = _NONE) -> dict[str, Any]:
    """As ``typing.get_type_hints``, several times faster, and on Python 3.9 as well."""
    hints: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, hint in getattr(base, "__annotations__", {}).items():
            text = getattr(hint, "__forward_arg__", hint)
            if not isinstance(text, str):
                hints[name] = hint
            elif text in _COMMON:
                hints[name] = _COMMON[text]
            else:
                known = vars(sys.modules[base.__module__])
                hints[name] = _evaluated(text, {**others, **known} if others else known)
    return hints


def _evaluated(text: str, names: dict[str, Any]) -> Any:
    """The type that an annotation of our own source names."""
    if sys.version_info >= (3, 10) or "|" not in text:
        return eval(text, names)  # noqa: S307
    return _evaluated_unions(text, names)


def _evaluated_unions(text: str, names: dict[str, Any]) -> Any:
    """An annotation with ``X | Y``, which Python 3.9 cannot evaluate."""
    import ast

    class AsUnion(ast.NodeTransformer):
        def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
            self.generic_visit(node)
            members = ast.Tuple([node.left, node.right], ast.Load())
            return ast.Subscript(ast.Name("Union", ast.Load()), members, ast.Load())

    tree = ast.fix_missing_locations(AsUnion().visit(ast.parse(text, mode="eval")))
    return eval(compile(tree, "<annotation>", "eval"), {**names, "Union": Union})  # noqa: S307
