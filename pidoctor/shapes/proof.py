# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""An inference that was run."""

from __future__ import annotations

from typing import Annotated, TypedDict, Union

from pidoctor.shapes.finding import Remedy
from pidoctor.shapes.marks import Amount, Id, Number, Text, one_of


class Death(TypedDict):
    """How a program died: the signal that ended it, and at which step."""

    kind: Id
    signal: Union[int, None]
    step: str
    model: Union[str, None]
    detail: Union[str, None]
    message: str
    evidence: str
    remedy: Union[Remedy, None]


class ModelResult(TypedDict):
    """What one model gave; ``expected`` is null where no answer is known to compare with."""

    name: str
    status: Annotated[str, one_of("passed", "failed")]
    input_shape: Union[list[int], None]
    expected: Union[list[Union[float, None]], None]
    obtained: Union[list[Union[float, None]], None]
    max_error: Union[Number, None]
    tolerance: Union[Number, None]
    first_ms: Union[Number, None]
    latency_ms: Union[Number, None]
    given: str
    compared_with: Union[str, None]
    difference: Union[str, None]
    delegated: Union[Amount, None]


class Delegate(TypedDict):
    """A library that runs parts of a model on another processor, and its options."""

    library: str
    options: dict[str, str]


class Use(TypedDict):
    """A module or a runtime that was there before an install: whether it worked, and works."""

    name: Text
    version: str
    what: str
    before: bool
    after: Union[bool, None]
    detail: str


Proof = TypedDict(
    "Proof",
    {
        "status": Annotated[str, one_of("passed", "failed")],
        "runtime": Union[str, None],
        "version": Union[str, None],
        "numpy": Union[str, None],
        "import": Union[str, None],
        "python": str,
        "models": list[ModelResult],
        "peak_memory_bytes": Union[Amount, None],
        "death": Union[Death, None],
        "uses": list[Use],
        "api": str,
        "delegate": Union[Delegate, None],
    },
)
