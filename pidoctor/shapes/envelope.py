# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""The one envelope, and the answers for several machines in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict, Union

from pidoctor.shapes.bench import Bench
from pidoctor.shapes.index import IndexAnswer
from pidoctor.shapes.model import Model
from pidoctor.shapes.plan import Impossible, Plan
from pidoctor.shapes.triage import Diagnosis
from pidoctor.shapes.values import (
    Case,
    Cell,
    Explanation,
    Finding,
    Fleet,
    Installed,
    Profile,
    Proof,
    Step,
)
from pidoctor.value_rules import Text


class Answer(TypedDict):
    """The answer for one of several machines that were asked about together.

    ``place`` is "this machine" or the name of a target.
    """

    place: Text
    here: bool
    exit_code: int
    verdict: Union[Text, None]
    next: Union[Text, None]
    findings: Union[list[Finding], None]
    resolution: Union[Plan, Impossible, None]


class Envelope(TypedDict):
    """One envelope for every command. What a command has nothing for is null.

    ``verdict`` is the answer in one sentence, ``next`` the one command to type now. A reader
    ignores keys that it does not know.
    """

    schema: Literal["pidoctor-result/1"]
    command: Text
    version: Text
    exit_code: int
    error: Union[str, None]
    verdict: Union[Text, None]
    next: Union[Text, None]
    profile: Union[Profile, None]
    findings: Union[list[Finding], None]
    resolution: Union[Plan, Impossible, None]
    explanation: Union[Explanation, None]
    proof: Union[Proof, None]
    diagnoses: Union[list[Diagnosis], None]
    cases: Union[list[Case], None]
    matrix: Union[list[Cell], None]
    model: Union[Model, None]
    bench: Union[Bench, None]
    fleet: Union[Fleet, None]
    timings: Union[Mapping[str, float], None]
    here: Union[bool, None]
    steps: Union[list[Step], None]
    environment: Union[str, None]
    install: Union[Installed, None]
    already_installed: Union[bool, None]
    receipt: Union[Mapping[str, object], None]
    targets: Union[list[str], None]
    index: Union[IndexAnswer, None]
    directory: Union[str, None]
    files: Union[list[str], None]
    document: Union[str, None]
    output: Union[str, None]
    html: Union[str, None]
    answers: Union[list[Answer], None]
