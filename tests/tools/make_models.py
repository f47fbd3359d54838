"""Makes the two models that pidoctor proves a runtime with, and their right answers.

    python tests/tools/make_models.py [FOLDER]      (default: pidoctor/proof/models)

Both are the same small network: convolution 3x3 with ReLU, max pooling 2x2, reshape, dense layer
with a non-zero bias (tflite-runtime 2.14.0 dies on ARM in a quantised dense layer without one).
Each is a .tflite file and a .json file with the input and the expected output. The answers come
from the NumPy code below, never from a TensorFlow Lite runtime:

* float32: all weights and inputs are small multiples of 1/16, so every sum is exact in float32,
  whatever the order of the additions and with or without fused multiply-add. The tolerance only
  leaves room for a kernel that transforms its input (Winograd).
* int8: an exact integer reference with the runtime's fixed-point requantisation. Runtimes round
  in three ways (fixed-point with two roundings, fixed-point with one, float32 to nearest even);
  the seed is the first for which all three give the same bytes in every layer. The tolerance is
  one quantum: a right kernel is at most a rounding away, a wrong one is tens of quanta away.

Operator versions are the lowest that have the operation, so that old runtimes load the files.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

Array = NDArray[Any]

SIDE, CHANNELS, FILTERS, UNITS = 8, 3, 8, 10
POOLED = (SIDE // 2) ** 2 * FILTERS
BUFFER_ALIGNMENT = 16  # force_align of Buffer.data in the TensorFlow Lite schema
DEFAULT_FOLDER = Path(__file__).parents[2] / "pidoctor" / "proof" / "models"


@dataclass(frozen=True)
class Quantization:
    """real = scale * (quantum - zero_point); one scale per output channel where there are many."""

    scales: tuple[float, ...]
    zero_point: int = 0


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph; without data it is an activation."""

    name: str
    shape: tuple[int, ...]
    dtype: int
    data: Array | None = None
    quantization: Quantization | None = None


@dataclass(frozen=True)
class Operator:
    """An operator: builtin code, version, tensor numbers, and a writer of its options."""

    code: int
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options_type: int
    options: Callable[[flatbuffers.Builder], int]


@dataclass(frozen=True)
class Network:
    """The numbers of one network and what its layers give for ``image``."""

    image: Array
    conv_weights: Array  # [filter, row, column, channel]
    conv_bias: Array
    dense_weights: Array  # [unit, input]
    dense_bias: Array
    expected: Array


# --- the arithmetic -----------------------------------------------------------------------------


def convolve(image: Array, weights: Array, bias: Array) -> Array:
    """3x3 convolution, stride 1, SAME padding with zeros."""
    padded = np.pad(image[0], ((1, 1), (1, 1), (0, 0)))
    out = np.empty((1, SIDE, SIDE, FILTERS), dtype=bias.dtype)
    for row, column in itertools.product(range(SIDE), range(SIDE)):
        patch = padded[row : row + 3, column : column + 3]
        out[0, row, column] = np.tensordot(weights, patch, axes=3) + bias
    return out


def pool(image: Array) -> Array:
    """The largest value of each 2x2 square."""
    half = SIDE // 2
    squares = image.reshape(1, half, 2, half, 2, FILTERS)
    return np.asarray(squares.max(axis=(2, 4)))


def requantize_double(acc: int, scale: float) -> int:
    """Fixed point with two roundings: gemmlowp, and every TFLite kernel before ruy."""
    mantissa, exponent = np.frexp(scale)
    product = acc * round(float(mantissa) * 2**31)
    nudge = 2**30 if product >= 0 else 1 - 2**30
    high = abs(product + nudge) // 2**31 * (1 if product + nudge >= 0 else -1)
    shift = -int(exponent)
    rest, threshold = high & (2**shift - 1), (2**shift - 1 >> 1) + (high < 0)
    return int((high >> shift) + (rest > threshold))


def requantize_single(acc: int, scale: float) -> int:
    """Fixed point with one rounding, halves up."""
    mantissa, exponent = np.frexp(scale)
    shift = 31 - int(exponent)
    return (acc * round(float(mantissa) * 2**31) + (1 << shift - 1)) >> shift


def requantize_float(acc: int, scale: float) -> int:
    """XNNPACK's way: multiply in float32, round to nearest even."""
    return int(np.rint(np.float32(acc) * np.float32(scale)))


def requantize(acc: Array, scales: Sequence[float], zero_point: int, low: int = -128) -> Array:
    """Accumulators to int8; ValueError where the three ways of rounding differ."""
    flat = acc.reshape(-1, len(scales))
    ways = [
        np.array([[way(int(a), s) for a, s in zip(row, scales)] for row in flat])
        for way in (requantize_double, requantize_single, requantize_float)
    ]
    clipped = [np.clip(w + zero_point, low, 127).astype(np.int8).reshape(acc.shape) for w in ways]
    if not all(np.array_equal(clipped[0], other) for other in clipped[1:]):
        raise ValueError("the result depends on the way of rounding")
    return np.asarray(clipped[0])


# --- the two networks ---------------------------------------------------------------------------


def integers(source: random.Random, shape: tuple[int, ...], limit: int) -> NDArray[np.int64]:
    """Integers in [-limit, limit]; random() is the one method whose sequence Python promises."""
    count = int(np.prod(shape))
    values = [int(source.random() * (2 * limit + 1)) - limit for _ in range(count)]
    return np.array(values, dtype=np.int64).reshape(shape)


def float_network(seed: int = 1) -> Network:
    """The float32 network: multiples of 1/16, all sums exact in float32."""
    source = random.Random(seed)  # noqa: S311 - numbers, no secrets

    def sixteenths(shape: tuple[int, ...], limit: int) -> Array:
        return (integers(source, shape, limit) / 16).astype(np.float32)

    image = sixteenths((1, SIDE, SIDE, CHANNELS), 16)
    conv_weights = sixteenths((FILTERS, 3, 3, CHANNELS), 16)
    conv_bias = sixteenths((FILTERS,), 16)
    dense_weights = sixteenths((UNITS, POOLED), 8)
    dense_bias = sixteenths((UNITS,), 16) + np.float32(1 / 32)  # never zero
    hidden = pool(np.maximum(convolve(image, conv_weights, conv_bias), 0))
    expected = hidden.reshape(1, POOLED) @ dense_weights.T + dense_bias
    return Network(image, conv_weights, conv_bias, dense_weights, dense_bias, expected)


INPUT = Quantization((1 / 64,), -3)
CONV_WEIGHTS = Quantization(tuple(0.0041 + 0.0007 * channel for channel in range(FILTERS)))
HIDDEN = Quantization((0.047,), -128)
DENSE_WEIGHTS = Quantization((0.0063,))
OUTPUT = Quantization((0.31,), 5)


def products(left: Quantization, right: Quantization) -> tuple[float, ...]:
    """The scales of an accumulator, one per channel of ``right``."""
    return tuple(left.scales[0] * scale for scale in right.scales)


def int8_network(seed: int) -> Network:
    """The int8 network; ValueError when this seed's answer depends on the way of rounding."""
    source = random.Random(seed)  # noqa: S311 - numbers, no secrets
    image = integers(source, (1, SIDE, SIDE, CHANNELS), 127)
    conv_weights = integers(source, (FILTERS, 3, 3, CHANNELS), 127)
    conv_bias = integers(source, (FILTERS,), 4000)
    dense_weights = integers(source, (UNITS, POOLED), 127)
    dense_bias = integers(source, (UNITS,), 8000) | 1  # never zero

    scales = [s / HIDDEN.scales[0] for s in products(INPUT, CONV_WEIGHTS)]
    acc = convolve(image - INPUT.zero_point, conv_weights, conv_bias)
    hidden = pool(requantize(acc, scales, HIDDEN.zero_point, low=HIDDEN.zero_point))
    flat = hidden.reshape(1, POOLED).astype(np.int64) - HIDDEN.zero_point
    scale = products(HIDDEN, DENSE_WEIGHTS)[0] / OUTPUT.scales[0]
    dense = flat @ dense_weights.T + dense_bias
    expected = requantize(dense.reshape(UNITS, 1), [scale], OUTPUT.zero_point).reshape(1, UNITS)
    return Network(
        image.astype(np.int8),
        conv_weights.astype(np.int8),
        conv_bias.astype(np.int32),
        dense_weights.astype(np.int8),
        dense_bias.astype(np.int32),
        expected,
    )


def first_int8_network() -> Network:
    """The network of the first seed whose answer does not depend on the way of rounding."""
    for seed in itertools.count(1):
        try:
            return int8_network(seed)
        except ValueError:
            continue
    raise AssertionError("unreachable: the seeds do not end")


# --- the file -----------------------------------------------------------------------------------


def conv_options(builder: flatbuffers.Builder) -> int:
    tflite.Conv2DOptionsStart(builder)
    tflite.Conv2DOptionsAddPadding(builder, tflite.Padding.SAME)
    tflite.Conv2DOptionsAddStrideW(builder, 1)
    tflite.Conv2DOptionsAddStrideH(builder, 1)
    tflite.Conv2DOptionsAddFusedActivationFunction(builder, tflite.ActivationFunctionType.RELU)
    return int(tflite.Conv2DOptionsEnd(builder))


def pool_options(builder: flatbuffers.Builder) -> int:
    tflite.Pool2DOptionsStart(builder)
    tflite.Pool2DOptionsAddPadding(builder, tflite.Padding.VALID)
    tflite.Pool2DOptionsAddStrideW(builder, 2)
    tflite.Pool2DOptionsAddStrideH(builder, 2)
    tflite.Pool2DOptionsAddFilterWidth(builder, 2)
    tflite.Pool2DOptionsAddFilterHeight(builder, 2)
    return int(tflite.Pool2DOptionsEnd(builder))


def reshape_options(builder: flatbuffers.Builder) -> int:
    shape = builder.CreateNumpyVector(np.array([1, POOLED], dtype=np.int32))
    tflite.ReshapeOptionsStart(builder)
    tflite.ReshapeOptionsAddNewShape(builder, shape)
    return int(tflite.ReshapeOptionsEnd(builder))


def dense_options(builder: flatbuffers.Builder) -> int:
    tflite.FullyConnectedOptionsStart(builder)
    return int(tflite.FullyConnectedOptionsEnd(builder))


def graph(net: Network, quantized: bool) -> tuple[list[Tensor], list[Operator]]:
    """The tensors and operators of a network; tensor 0 is the input, the last the output."""
    kind = tflite.TensorType.INT8 if quantized else tflite.TensorType.FLOAT32
    bias = tflite.TensorType.INT32 if quantized else tflite.TensorType.FLOAT32
    shape = np.array([1, POOLED], dtype=np.int32)
    conv_bias = Quantization(products(INPUT, CONV_WEIGHTS))
    dense_bias = Quantization(products(HIDDEN, DENSE_WEIGHTS))
    half = SIDE // 2
    tensors = [
        Tensor("image", net.image.shape, kind, None, INPUT),
        Tensor("conv/weights", net.conv_weights.shape, kind, net.conv_weights, CONV_WEIGHTS),
        Tensor("conv/bias", net.conv_bias.shape, bias, net.conv_bias, conv_bias),
        Tensor("conv", (1, SIDE, SIDE, FILTERS), kind, None, HIDDEN),
        Tensor("pool", (1, half, half, FILTERS), kind, None, HIDDEN),
        Tensor("flat/shape", (2,), tflite.TensorType.INT32, shape),
        Tensor("flat", (1, POOLED), kind, None, HIDDEN),
        Tensor("dense/weights", net.dense_weights.shape, kind, net.dense_weights, DENSE_WEIGHTS),
        Tensor("dense/bias", net.dense_bias.shape, bias, net.dense_bias, dense_bias),
        Tensor("scores", (1, UNITS), kind, None, OUTPUT),
    ]
    op, options = tflite.BuiltinOperator, tflite.BuiltinOptions
    conv, pooling, dense = (3, 2, 4) if quantized else (1, 1, 1)
    operators = [
        Operator(op.CONV_2D, conv, (0, 1, 2), (3,), options.Conv2DOptions, conv_options),
        Operator(op.MAX_POOL_2D, pooling, (3,), (4,), options.Pool2DOptions, pool_options),
        Operator(op.RESHAPE, 1, (4, 5), (6,), options.ReshapeOptions, reshape_options),
        Operator(
            op.FULLY_CONNECTED, dense, (6, 7, 8), (9,), options.FullyConnectedOptions, dense_options
        ),
    ]
    return tensors if quantized else [unquantized(t) for t in tensors], operators


def unquantized(tensor: Tensor) -> Tensor:
    return Tensor(tensor.name, tensor.shape, tensor.dtype, tensor.data)


def offsets(builder: flatbuffers.Builder, items: Sequence[int]) -> int:
    """A vector of offsets to tables."""
    builder.StartVector(4, len(items), 4)
    for item in reversed(items):
        builder.PrependUOffsetTRelative(item)
    return int(builder.EndVector())


def numbers(builder: flatbuffers.Builder, values: Sequence[float], dtype: type) -> int:
    return int(builder.CreateNumpyVector(np.array(values, dtype=dtype)))


def write_buffer(builder: flatbuffers.Builder, data: Array | None) -> int:
    """A Buffer table; its bytes are aligned as the schema asks, so that they can be mapped."""
    vector = 0
    if data is not None:
        raw = data.astype(data.dtype.newbyteorder("<")).tobytes()
        builder.StartVector(1, len(raw), BUFFER_ALIGNMENT)
        builder.head -= len(raw)
        builder.Bytes[builder.head : builder.head + len(raw)] = raw
        vector = int(builder.EndVector())
    tflite.BufferStart(builder)
    if vector:
        tflite.BufferAddData(builder, vector)
    return int(tflite.BufferEnd(builder))


def write_quantization(builder: flatbuffers.Builder, quantization: Quantization) -> int:
    count = len(quantization.scales)
    scales = numbers(builder, quantization.scales, np.float32)
    zeros = numbers(builder, [quantization.zero_point] * count, np.int64)
    tflite.QuantizationParametersStart(builder)
    tflite.QuantizationParametersAddScale(builder, scales)
    tflite.QuantizationParametersAddZeroPoint(builder, zeros)
    tflite.QuantizationParametersAddQuantizedDimension(builder, 0)
    return int(tflite.QuantizationParametersEnd(builder))


def write_tensor(builder: flatbuffers.Builder, tensor: Tensor, buffer: int) -> int:
    name = builder.CreateString(tensor.name)
    shape = numbers(builder, tensor.shape, np.int32)
    quantization = write_quantization(builder, tensor.quantization) if tensor.quantization else None
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, tensor.dtype)
    tflite.TensorAddBuffer(builder, buffer)
    tflite.TensorAddName(builder, name)
    if quantization is not None:
        tflite.TensorAddQuantization(builder, quantization)
    return int(tflite.TensorEnd(builder))


def write_operator(builder: flatbuffers.Builder, operator: Operator, opcode: int) -> int:
    inputs = numbers(builder, operator.inputs, np.int32)
    outputs = numbers(builder, operator.outputs, np.int32)
    options = operator.options(builder)
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, opcode)
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    tflite.OperatorAddBuiltinOptionsType(builder, operator.options_type)
    tflite.OperatorAddBuiltinOptions(builder, options)
    return int(tflite.OperatorEnd(builder))


def write_code(builder: flatbuffers.Builder, operator: Operator) -> int:
    """Both code fields: runtimes before 2.4 read only the deprecated one."""
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, operator.code)
    tflite.OperatorCodeAddVersion(builder, operator.version)
    tflite.OperatorCodeAddBuiltinCode(builder, operator.code)
    return int(tflite.OperatorCodeEnd(builder))


def write_model(tensors: Sequence[Tensor], operators: Sequence[Operator], title: str) -> bytes:
    """The .tflite file. Buffer 0 is the empty one; an activation points to it."""
    builder = flatbuffers.Builder(16384)
    constants = [tensor for tensor in tensors if tensor.data is not None]
    buffers = [write_buffer(builder, data) for data in [None, *(t.data for t in constants)]]
    place = {tensor.name: number for number, tensor in enumerate(constants, start=1)}
    tables = [write_tensor(builder, tensor, place.get(tensor.name, 0)) for tensor in tensors]
    tensor_vector = offsets(builder, tables)
    steps = [write_operator(builder, item, number) for number, item in enumerate(operators)]
    operator_vector = offsets(builder, steps)
    inputs = numbers(builder, [0], np.int32)
    outputs = numbers(builder, [len(tensors) - 1], np.int32)
    name = builder.CreateString("main")
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensor_vector)
    tflite.SubGraphAddInputs(builder, inputs)
    tflite.SubGraphAddOutputs(builder, outputs)
    tflite.SubGraphAddOperators(builder, operator_vector)
    tflite.SubGraphAddName(builder, name)
    subgraphs = offsets(builder, [tflite.SubGraphEnd(builder)])
    codes = offsets(builder, [write_code(builder, operator) for operator in operators])
    description = builder.CreateString(title)
    buffer_vector = offsets(builder, buffers)
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, subgraphs)
    tflite.ModelAddDescription(builder, description)
    tflite.ModelAddBuffers(builder, buffer_vector)
    builder.Finish(tflite.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


# --- the files ----------------------------------------------------------------------------------


def answer(net: Network, tolerance: float) -> str:
    """The .json beside a model: its input and its right answer, one list per line."""
    lines = [
        f'"dtype": "{net.image.dtype}"',
        f'"input_shape": {json.dumps(net.image.shape)}',
        f'"input": {json.dumps(net.image.ravel().tolist())}',
        f'"expected": {json.dumps(net.expected.ravel().tolist())}',
        f'"tolerance": {json.dumps(tolerance)}',
    ]
    return "{\n" + ",\n".join(f"  {line}" for line in lines) + "\n}\n"


def files() -> dict[str, bytes]:
    """Every file by name."""
    made: dict[str, bytes] = {}
    for name, net, tolerance in (
        ("float32", float_network(), 1e-3),
        ("int8", first_int8_network(), 1),
    ):
        model = write_model(*graph(net, quantized=name == "int8"), f"pidoctor proof, {name}")
        made[f"{name}.tflite"] = model
        made[f"{name}.json"] = answer(net, tolerance).encode()
    return made


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_FOLDER
    for name, content in files().items():
        (folder / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")


if __name__ == "__main__":
    main()
