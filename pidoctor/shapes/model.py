# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""A model, and what it does on a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypedDict, Union

from pidoctor.change_kinds import MODEL_KINDS
from pidoctor.shapes.values import ModelAdvice, ModelDifference
from pidoctor.value_rules import Amount, Rule, Text, one_of


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


class ModelRuntime(TypedDict):
    """How a model does on a version of a runtime; ``stage`` is where it fails."""

    name: Text
    version: Text
    verdict: Annotated[str, one_of("runs", "runs-with", "cannot", "undecided")]
    stage: Annotated[Union[str, None], Rule("enum", ("load", "allocate", "invoke", None))]
    reason: Text
    rests_on: Annotated[str, one_of("measured", "rule", "proof")]
    settle: Union[str, None]


class ModelChange(TypedDict):
    """What would make a model run: one of a Change's kinds, or a change to the model itself.

    ``result`` is what would run it then; ``code`` a line for one's own program.
    """

    kind: Annotated[str, one_of(*MODEL_KINDS)]
    text: Text
    cost: Annotated[int, Rule("minimum", 1)]
    result: str
    code: Union[str, None]


class ModelMemory(TypedDict):
    """Bytes: ``mapped`` is the file, ``arena`` the tensors of one run without a delegate.

    ``private`` and ``peak`` (with the whole file in memory) are the least and the most beyond the
    import of the best runtime, ``parts`` what the middle of ``private`` is made of. Null where only
    a run tells.
    """

    mapped: Amount
    arena: Union[Amount, None]
    private: Union[list[Amount], None]
    peak: Union[list[Amount], None]
    parts: Mapping[str, int]


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
