# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""Many boards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypedDict, Union

from pidoctor.shapes.marks import Amount, Text, TypeOf


class FleetCause(TypedDict):
    """A trouble by its stable id, and how many boards of a group have it."""

    id: Text
    text: str
    boards: Amount


class FleetTelling(TypedDict):
    """The one fact that tells a group from the ``boards`` that work: its value here and there.

    Verified by resolving; ``text`` is what to do, ``result`` what would then be installed.
    """

    fact: Text
    here: str
    there: str
    boards: Amount
    text: str
    result: str


class FleetGroup(TypedDict):
    """Boards with the same fingerprint that do alike. ``names`` are the first of them."""

    fingerprint: Union[Mapping[str, str], None]
    verdict: Annotated[str, TypeOf("pidoctor.fleet.record:BoardStatus")]
    boards: Amount
    names: list[str]
    software: list[str]
    causes: list[FleetCause]
    telling: Union[FleetTelling, None]


class FleetUnread(TypedDict):
    """A file that was not read, and why."""

    source: str
    error: str


class FleetMoved(TypedDict):
    """A board that does otherwise than before; null where it was not in that report."""

    board: str
    before: Union[str, None]
    after: Union[str, None]


class FleetDrift(TypedDict):
    """What differs from the report before; ``boards`` are the first of them."""

    since: str
    new: Amount
    gone: Amount
    changed: Amount
    boards: list[FleetMoved]


class Fleet(TypedDict):
    """Many boards in groups; ``unread`` documents were not read, the first for ``not_read``."""

    boards: Amount
    documents: Amount
    groups: list[FleetGroup]
    unread: Amount
    not_read: list[FleetUnread]
    drift: Union[FleetDrift, None]
