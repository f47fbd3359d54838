"""What a model is, in a few figures: kind of quantisation, weights, operators, work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from math import prod
from typing import NamedTuple

from pidoctor.model.content import Content, Graph, Operator, Tensor
from pidoctor.model.shapes import settled

EDGE_TPU = "edgetpu-custom-op"  # of the Edge TPU compiler: libedgetpu, tflite/public/edgetpu.h
# Of LiteRT's compilers for the NPUs of phones, and of Arm's Vela for the Ethos-U (ethosu/vela).
NPUS = frozenset({"DISPATCH_OP", "ethos-u"})
_MINIMUM_RUNTIME = "min_runtime_version"  # metadata that the converter writes


class OperatorUse(NamedTuple):
    """An operator as a model uses it, and how often."""

    name: str
    version: int
    uses: int
    custom: bool


class Summary(NamedTuple):
    """The figures. ``weights`` maps a type to the bytes stored in it; ``macs`` are multiply-
    accumulates of one run with the stored shapes of the inputs; ``compiled_for`` is None, "edgetpu"
    or "npu".
    """

    quantisation: str
    weights: Mapping[str, int]
    operators: tuple[OperatorUse, ...]
    macs: int
    dynamic: bool
    state: bool
    compiled_for: str | None
    min_runtime_version: str


def summarise(content: Content) -> Summary:
    """The figures of a model."""
    uses = Counter(
        (op.name, op.version, op.custom) for graph in content.graphs for op in graph.operators
    )
    names = {name for name, _, _ in uses}
    return Summary(
        quantisation=quantisation(content),
        weights=weights(content),
        operators=tuple(
            OperatorUse(name, version, count, custom)
            for (name, version, custom), count in sorted(uses.items())
        ),
        macs=sum(_macs(graph) for graph in settled(content).content.graphs),
        dynamic=any(tensor.dynamic for graph in content.graphs for tensor in graph.tensors),
        state="VAR_HANDLE" in names
        or any(tensor.variable for graph in content.graphs for tensor in graph.tensors),
        compiled_for="edgetpu" if EDGE_TPU in names else "npu" if NPUS & names else None,
        min_runtime_version=_text(content.metadata.get(_MINIMUM_RUNTIME, b"")),
    )


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("ascii", "replace")


def weights(content: Content) -> dict[str, int]:
    """Bytes of stored tensors by type; a buffer that several tensors share counts once."""
    seen: dict[int, Tensor] = {}
    for graph in content.graphs:
        for tensor in graph.tensors:
            if tensor.stored:
                seen.setdefault(tensor.buffer, tensor)
    found: Counter[str] = Counter()
    for tensor in seen.values():
        found[tensor.type] += tensor.stored
    return dict(found.most_common())


# --- quantisation ------------------------------------------------------------------------------

# (type of what is computed with, type of the weights) -> kind. What the converter's documentation
# calls them: https://ai.google.dev/edge/litert/conversion/tensorflow/quantization/post_training_quantization
_KINDS = {
    ("FLOAT32", "FLOAT32"): "float32",
    ("FLOAT16", "FLOAT16"): "float16",
    ("FLOAT32", "FLOAT16"): "float16",
    ("FLOAT32", "INT8"): "dynamic range",
    ("FLOAT32", "UINT8"): "dynamic range",
    ("FLOAT32", "INT4"): "int4 weights",
    ("INT8", "INT8"): "int8",
    ("INT8", "INT4"): "int8 with int4 weights",
    ("UINT8", "UINT8"): "uint8",
    ("INT16", "INT8"): "16x8",
}


def quantisation(content: Content) -> str:
    """The kind that the operators with weights have in common, or "mixed (A, B)".

    int8 says also whether weights have a scale per channel; that it is the convolutions alone that
    do is how converters until TensorFlow 2.17 made them all.
    """
    kinds: Counter[str] = Counter()
    for graph in content.graphs:
        origins = dequantised(graph)
        for operator in graph.operators:
            kind = _kind(graph, operator, origins)
            if kind:
                kinds[kind] += 1
    if not kinds:
        return _by_inputs(content.main)
    if len(kinds) == 1:
        return next(iter(kinds))
    if kinds.keys() == {"int8 per channel", "int8 per tensor"}:
        return "int8 per channel"
    return f"mixed ({', '.join(kind for kind, _ in kinds.most_common())})"


def _by_inputs(graph: Graph) -> str:
    """Of a model without weights: what goes through it."""
    found = {graph.tensors[number].type for number in graph.inputs if number >= 0}
    return found.pop().lower() if len(found) == 1 else "no weights"


def dequantised(graph: Graph) -> dict[int, Tensor]:
    """Tensors that are stored ones behind a DEQUANTIZE, as the weights of float16 models are.

    Sparse weights are behind a DENSIFY as well.
    """
    found: dict[int, Tensor] = {}
    for operator in graph.operators:
        if operator.name in ("DEQUANTIZE", "DENSIFY") and operator.inputs and operator.outputs:
            number = operator.inputs[0]
            origin = found.get(number, graph.tensors[number] if number >= 0 else None)
            if origin is not None and origin.stored:
                found[operator.outputs[0]] = origin
    return found


def _kind(graph: Graph, operator: Operator, origins: Mapping[int, Tensor]) -> str:
    """The kind of one operator with weights; empty for one without."""
    place = _WEIGHTS.get(operator.name)
    if place is None or len(operator.inputs) <= place.weights or min(operator.inputs[:2]) < 0:
        return ""
    number = operator.inputs[place.weights]
    stored = origins.get(number, graph.tensors[number])
    if not stored.stored:
        return ""
    data = graph.tensors[operator.inputs[place.data]]
    scheme = stored.quantisation
    if scheme is not None and scheme.details:
        return f"{scheme.details} {stored.type.lower()}"
    if number in origins and stored.type != "FLOAT16":
        return f"{stored.type.lower()} weights only"
    kind = _KINDS.get((data.type, stored.type))
    if kind is None:
        return f"{data.type.lower()} with {stored.type.lower()} weights"
    if kind == "int8":
        channels = scheme.channels if scheme else 1
        return "int8 per channel" if channels > 1 else "int8 per tensor"
    return kind


class _Weights(NamedTuple):
    """Which inputs of an operator are the data and the weights."""

    data: int
    weights: int


_WEIGHTS = {
    "CONV_2D": _Weights(0, 1),
    "CONV_3D": _Weights(0, 1),
    "DEPTHWISE_CONV_2D": _Weights(0, 1),
    "FULLY_CONNECTED": _Weights(0, 1),
    "BATCH_MATMUL": _Weights(0, 1),
    "TRANSPOSE_CONV": _Weights(2, 1),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _Weights(0, 2),
    "UNIDIRECTIONAL_SEQUENCE_RNN": _Weights(0, 1),
    "LSTM": _Weights(0, 2),
    "EMBEDDING_LOOKUP": _Weights(0, 1),
}


# --- multiply-accumulates ------------------------------------------------------------------------


def _macs(graph: Graph) -> int:
    total = 0
    for operator in graph.operators:
        count = _MACS.get(operator.name)
        if count is None:
            continue
        inputs = [graph.tensors[number] if number >= 0 else None for number in operator.inputs]
        outputs = [graph.tensors[number] for number in operator.outputs if number >= 0]
        if outputs and len(inputs) > 1 and inputs[0] is not None and inputs[1] is not None:
            total += count([tensor for tensor in inputs if tensor is not None], outputs[0])
    return total


def _per_output(inputs: list[Tensor], output: Tensor) -> int:
    """Each output takes one multiplication per weight of its channel."""
    return output.elements * _sizes(inputs[1].shape[1:])


def _depthwise(inputs: list[Tensor], output: Tensor) -> int:
    return output.elements * _sizes(inputs[1].shape[1:3])


def _conv_3d(inputs: list[Tensor], output: Tensor) -> int:
    return output.elements * _sizes(inputs[1].shape[:4])


def _transposed(inputs: list[Tensor], output: Tensor) -> int:
    """Each input is spread over a window of every output channel."""
    del output
    return inputs[2].elements * _sizes(inputs[1].shape[:3]) if len(inputs) > 2 else 0


def _matrices(inputs: list[Tensor], output: Tensor) -> int:
    """[..., M, K] by [..., K, N]: K is what the two have beside the output's sizes."""
    rows = output.shape[-2] if len(output.shape) > 1 else 1
    batch_and_rows = max(_sizes(output.shape[:-2]) * rows, 1)
    return output.elements * (inputs[0].elements // batch_and_rows)


def _recurrent(inputs: list[Tensor], output: Tensor) -> int:
    """Every weight once per step and sample."""
    steps = _sizes(inputs[0].shape[:-1])
    del output
    return steps * sum(tensor.elements for tensor in inputs[1:] if len(tensor.shape) == 2)


def _sizes(shape: tuple[int, ...]) -> int:
    return prod(max(size, 0) for size in shape)


_MACS: Mapping[str, Callable[[list[Tensor], Tensor], int]] = {
    "CONV_2D": _per_output,
    "FULLY_CONNECTED": _per_output,
    "DEPTHWISE_CONV_2D": _depthwise,
    "CONV_3D": _conv_3d,
    "TRANSPOSE_CONV": _transposed,
    "BATCH_MATMUL": _matrices,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _recurrent,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _recurrent,
}
