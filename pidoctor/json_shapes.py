# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""The JSON of commands where it is not what the fields of a value say: what ``to_json`` gives.

``result.schema.json`` is generated from the values and from these (``python -m
pidoctor.report.schema``), and mypy holds each ``to_json`` to them. Bytes, seconds and milliseconds
are in the unit that the key names; a size without one is in bytes. No type of a value is imported:
``report/schema.py`` looks it up by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypedDict, Union

from pidoctor.value_rules import Amount, Rule, Text, TypeOf, one_of

Bench = Annotated[object, TypeOf("pidoctor.bench.figures:Bench")]
LogCase = Annotated[object, TypeOf("pidoctor.triage.cases:LogCase")]
Diagnosis = Annotated[object, TypeOf("pidoctor.triage.diagnosis:Diagnosis")]
Explanation = Annotated[object, TypeOf("pidoctor.resolve.explanation:Explanation")]
Fleet = Annotated[object, TypeOf("pidoctor.fleet.report:Fleet")]
Impossible = Annotated[object, TypeOf("pidoctor.resolve.plan:Impossible")]
IndexStatus = Annotated[object, TypeOf("pidoctor.indexing.status:IndexStatus")]
Updated = Annotated[object, TypeOf("pidoctor.indexing.update:Updated")]
Verification = Annotated[object, TypeOf("pidoctor.indexing.verify:Verification")]
WheelAudit = Annotated[object, TypeOf("pidoctor.evidence.audit:WheelAudit")]
ModelAnswer = Annotated[object, TypeOf("pidoctor.model.answer:ModelAnswer")]
Outcome = Annotated[object, TypeOf("pidoctor.install.outcome:Outcome")]
ModelAdvice = Annotated[object, TypeOf("pidoctor.model.advice:ModelAdvice")]
ModelChange = Annotated[object, TypeOf("pidoctor.model.answer:ModelChange")]
ModelDifference = Annotated[object, TypeOf("pidoctor.model.answer:Difference")]
ModelRuntime = Annotated[object, TypeOf("pidoctor.model.answer:RuntimeAnswer")]
Plan = Annotated[object, TypeOf("pidoctor.resolve.plan:Plan")]
Profile = Annotated[object, TypeOf("pidoctor.profile.profile:Profile")]
Resolution = Union[Plan, Impossible]
Proof = Annotated[object, TypeOf("pidoctor.proof.proof:Proof")]


class ModelFile(TypedDict):
    """``entry`` is the model's name in a bundle; ``description`` is what its converter wrote."""

    path: str
    entry: Union[str, None]
    sha256: Text
    bytes: Amount
    description: str
    min_runtime_version: str


class TensorQuantisation(TypedDict):
    """``real = scale * (stored - zero_point)``; ``channels`` over 1: one scale each on ``axis``."""

    scale: float
    zero_point: int
    channels: Amount
    axis: int


class ModelTensor(TypedDict):
    """``shape`` is the stored one; ``shape_signature`` has -1 where a size may be set."""

    name: str
    type: Text
    shape: list[int]
    shape_signature: list[int]
    quantisation: Union[TensorQuantisation, None]


class ModelSignature(TypedDict):
    """A named entry of a model."""

    key: str
    inputs: list[ModelTensor]
    outputs: list[ModelTensor]


class ModelOperator(TypedDict):
    """An operator as a model uses it, and how often."""

    name: str
    version: int
    count: Amount
    custom: bool


class ModelMemory(TypedDict):
    """Bytes: ``mapped`` is the file, ``arena`` the tensors of one run without a delegate.

    ``private`` and ``peak`` (with the whole file in memory) are the least and the most beyond the
    import of the best runtime, ``parts`` what the middle of ``private`` is made of,
    ``condition`` when it holds, null where always. ``arena`` is null where only a run tells.
    """

    mapped: Amount
    arena: Union[Amount, None]
    private: Union[list[Amount], None]
    peak: Union[list[Amount], None]
    parts: Mapping[str, int]
    condition: Union[str, None]


class Model(TypedDict):
    """A model, and which runtimes that can be installed there run it.

    ``weights`` maps a type to bytes; ``macs`` are multiply-accumulates of one run.
    """

    file: ModelFile
    quantisation: str
    weights: Mapping[str, int]
    inputs: list[ModelTensor]
    outputs: list[ModelTensor]
    signatures: list[ModelSignature]
    operators: list[ModelOperator]
    macs: Amount
    dynamic: bool
    state: bool
    compiled_for: Annotated[Union[str, None], Rule("enum", ("edgetpu", "npu", None))]
    verdict: Annotated[str, one_of("runs", "runs-with", "cannot", "undecided")]
    runtimes: list[ModelRuntime]
    memory: ModelMemory
    advice: list[ModelAdvice]
    changes: list[ModelChange]
    differences: Union[list[ModelDifference], None]
