"""``dataclass(frozen=True)`` and ``NamedTuple`` for the modules that every command loads.

They are what the standard library's are, and take a fraction of the time to declare, which is most
of what loading such a module takes: the library compiles six methods for each frozen class, and for
each named tuple one and an expression for each annotation. Here the methods are shared code, and
annotations stay the text that :mod:`pidoctor.record_fields` evaluates where it is asked for.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, Callable

if TYPE_CHECKING:
    from dataclasses import Field, dataclass
    from typing import NamedTuple
else:
    from _collections import _tuplegetter  # as the library does

    def dataclass(*, eq: bool = True, **_frozen: bool) -> Callable[[type], type]:
        """Makes a class a dataclass that is frozen; ``frozen=True`` says so to the reader."""
        import dataclasses  # with all that it imports, which named tuples do without

        def declare(kind: type) -> type:
            own = set(vars(kind)) if eq else {*vars(kind), "__eq__", "__hash__"}
            dataclasses.dataclass(init=False, repr=False, eq=False)(kind)
            for name, method in _methods(dataclasses.fields(kind)).items():
                if name not in own:
                    setattr(kind, name, method)
            return kind

        return declare

    class _Record(tuple):
        """What named tuples have in common."""

        __slots__ = ()

        def __new__(cls, *values: Any, **named: Any) -> Any:
            rest = None if named else cls._endings.get(len(values))
            if rest is None:
                rest = _others(cls, cls._fields, cls._field_defaults, values, named)
            return tuple.__new__(cls, values + rest)

        def __repr__(self) -> str:
            shown = (f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({', '.join(shown)})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self))

        def _replace(self, **changed: Any) -> Any:
            return type(self)(**{**self._asdict(), **changed})

    class _Declaring(type):
        """Makes of a class statement a named tuple with the fields that are annotated in it."""

        def __new__(cls, name: str, _bases: tuple[type, ...], own: dict[str, Any]) -> type:
            names = tuple(own.get("__annotations__", ()))
            defaults = {field: own.pop(field) for field in names if field in own}
            own.update((field, _tuplegetter(at, field)) for at, field in enumerate(names))
            own.update(_fields=names, _field_defaults=defaults, __match_args__=names, __slots__=())
            own["_endings"] = _endings(names, defaults)
            return type(name, (_Record,), own)

    NamedTuple = type.__new__(_Declaring, "NamedTuple", (), {})

__all__ = ["NamedTuple", "dataclass"]


def _endings(names: tuple[str, ...], defaults: dict[str, Any]) -> dict[int, tuple[Any, ...]]:
    """What follows so many values that are given without a name, where all others have defaults."""
    return {
        count: tuple([defaults[name] for name in names[count:]])
        for count in range(len(names) - len(defaults), len(names) + 1)
    }


def _others(
    kind: type,
    names: tuple[str, ...],
    defaults: dict[str, Any],
    values: tuple[Any, ...],
    named: dict[str, Any],
) -> tuple[Any, ...]:
    """The values of the fields after those of ``values``, in a record that is made with these."""
    left = names[len(values) :]
    given = {**defaults, **named} if named else defaults
    if len(values) <= len(names) and named.keys() <= {*left} and given.keys() >= {*left}:
        return tuple([given[name] for name in left])
    raise TypeError(
        f"{kind.__name__} has the fields {', '.join(names)}; given were "
        f"{len(values)} without a name, and {', '.join(named) or 'none with one'}"
    )


def _methods(fields: tuple[Field[Any], ...]) -> dict[str, Any]:
    """The methods of a frozen class with these fields, of which there is at least one."""
    from dataclasses import MISSING, FrozenInstanceError

    names = tuple(field.name for field in fields)
    values = attrgetter(*names)
    defaults = {field.name: field.default for field in fields if field.default is not MISSING}
    makers = {f.name: f.default_factory for f in fields if f.default_factory is not MISSING}

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        if named or len(values) != len(names):
            made = {name: make() for name, make in makers.items() if name not in named}
            given = {**defaults, **made} if made else defaults
            values += _others(type(self), names, given, values, named)
        vars(self).update(zip(names, values))

    def __eq__(self: Any, other: Any) -> Any:
        return values(self) == values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    def __repr__(self: Any) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields if f.repr)
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __setattr__(_: Any, name: str, *_value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    local = (__init__, __eq__, __hash__, __repr__, __setattr__)
    return {**{method.__name__: method for method in local}, "__delattr__": __setattr__}
