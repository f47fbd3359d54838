"""What a schema says of a value beyond its type."""

from __future__ import annotations

from typing import Annotated

from pidoctor.records import NamedTuple


class Rule(NamedTuple):
    """A constraint of JSON Schema on a value, as in ``Annotated[str, Rule("minLength", 1)]``."""

    keyword: str
    value: object


class TypeOf(NamedTuple):
    """A value that is described elsewhere: "package.module:Class", an enumeration or dataclass."""

    name: str


STRENGTHS = ("claimed", "read", "proven")
"""How well an answer is known: a tag, an ELF file, a run."""


def one_of(*values: str | None) -> Rule:
    return Rule("enum", values)


Text = Annotated[str, Rule("minLength", 1)]


Id = Annotated[str, Rule("pattern", "^[a-z0-9]+(-[a-z0-9]+)*$")]


Amount = Annotated[int, Rule("minimum", 0)]


NotNegative = Annotated[float, Rule("minimum", 0)]
