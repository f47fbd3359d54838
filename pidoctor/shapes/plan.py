# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""What would be installed, or why nothing can be; and its explanation."""

from __future__ import annotations

from typing import Annotated, Literal, TypedDict, Union

from pidoctor.change_kinds import KINDS
from pidoctor.value_rules import STRENGTHS, Amount, Rule, Text, TypeOf, one_of


class Package(TypedDict):
    """``filename`` is the wheel's, or the name of the system package, which has no hash.

    ``was`` is the version that is installed now; ``change`` is "+" (new), "~" (another version
    than now) or "=" (kept).
    """

    name: Text
    version: Text
    source: Annotated[str, one_of("index", "piwheels", "debian", "installed")]
    filename: str
    sha256: Union[Annotated[str, Rule("pattern", "^[0-9a-f]{64}$")], None]
    size: Union[Amount, None]
    installed: bool
    because: list[str]
    was: Union[str, None]
    change: Annotated[str, one_of("+", "~", "=")]


class Candidate(TypedDict):
    """A version that was looked at and refused. The reasons are in order, farthest miss first."""

    name: Text
    version: str
    reason: Annotated[str, TypeOf("pidoctor.resolve.verdict:Reason")]
    detail: str
    rests_on: Annotated[str, one_of(*STRENGTHS)]


class Change(TypedDict):
    """What would make the request possible; a smaller ``cost`` is cheaper."""

    kind: Annotated[str, one_of(*KINDS)]
    text: Text
    cost: int
    result: str
    request: Union[str, None]
    command: Union[str, None]


class History(TypedDict):
    """The releases of a package with a wheel for the machine's processor; null where none is.

    ``pythons`` are those that the last version is for; ``followed_by`` what is published instead.
    """

    name: Text
    architecture: Text
    first: Union[str, None]
    last: Union[str, None]
    python: str
    first_for_python: Union[str, None]
    last_for_python: Union[str, None]
    pythons: list[str]
    followed_by: Union[str, None]


Plan = TypedDict(
    "Plan",
    {
        "status": Literal["plan"],
        "request": Text,
        "runtime": Text,
        "import": Text,
        "python": str,
        "packages": Annotated[list[Package], Rule("minItems", 1)],
        "rejected": list[Candidate],
        "changes": list[Change],
        "notes": list[str],
        "breaks": list[str],
        "rests_on": str,
        "unchecked": dict[str, str],
        "nearest_miss": None,
    },
)


Impossible = TypedDict(
    "Impossible",
    {
        "status": Literal["impossible"],
        "request": Text,
        "runtime": None,
        "import": None,
        "python": str,
        "packages": Annotated[list[Package], Rule("maxItems", 0)],
        "rejected": list[Candidate],
        "changes": list[Change],
        "colliding": list[str],
        "notes": list[str],
        "message": str,
        "rests_on": str,
        "nearest_miss": Union[Candidate, None],
    },
)
