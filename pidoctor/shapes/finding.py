# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""A finding and what helps."""

from __future__ import annotations

from typing import Annotated, TypedDict, Union

from pidoctor.shapes.marks import Id, Text, TypeOf


class Remedy(TypedDict):
    """``safe``: the commands only add what is missing; they may be run after being shown."""

    commands: list[Text]
    safe: bool
    text: str


class Finding(TypedDict):
    """``id`` is stable; ``evidence`` says where pidoctor looked and what it saw there."""

    id: Id
    severity: Annotated[str, TypeOf("pidoctor.result:Severity")]
    message: Text
    evidence: str
    remedy: Union[Remedy, None]
    link: Union[str, None]
    topic: Union[str, None]
