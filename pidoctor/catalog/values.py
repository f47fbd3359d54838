"""Texts of the tables that have a form of their own."""

from __future__ import annotations

from pidoctor.expressions import expression
from pidoctor.platforms.versions import parse_version

_CLAUSE = expression(r"(==|!=|<=|>=|<|>|~=)\s*\d+(\.\d+)*(\.\*)?")


class Dotted(str):
    """A version made of numbers alone: "3.11.2"."""

    __slots__ = ()
    FORM = 'a version such as "3.11.2"'

    def __new__(cls, text: str) -> Dotted:
        parse_version(text)
        return super().__new__(cls, text)


class Specifier(str):
    """A PEP 440 specifier of released versions: ">=2.10,<3"; checked without packaging's import."""

    __slots__ = ()
    FORM = 'a version specifier such as ">=2.10,<3"'

    def __new__(cls, text: str) -> Specifier:
        if not all(_CLAUSE.fullmatch(clause.strip()) for clause in text.split(",")):
            raise ValueError("not a version specifier")
        return super().__new__(cls, text)
