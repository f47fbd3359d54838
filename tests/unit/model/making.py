"""Small models for tests, written with the builder: only what the rules look at."""

from __future__ import annotations

import struct
from math import prod
from typing import NamedTuple

from pidoctor.model.content import Content, operator_names, read_content, types, types_by_name
from tests.tools.model_builder import Fields, Number, Numbers, build

_CUSTOM = "CUSTOM"
_MOST = 1 << 16  # bytes that are written of a larger tensor: nothing reads the rest


class T(NamedTuple):
    """A tensor; ``scales`` 1 is per tensor; ``stored``: its content is in the file.

    The content is ``values`` as int32, or zeros.
    """

    shape: tuple[int, ...] = (1,)
    type: str = "FLOAT32"
    scales: int = 0
    stored: bool = False
    signature: tuple[int, ...] = ()
    blockwise: bool = False
    variable: bool = False
    scale: float = 0.5
    zero: int = 0
    values: tuple[int, ...] = ()


class Op(NamedTuple):
    """An operator of a graph: numbers of tensors, -1 for one left out."""

    name: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    version: int = 1
    custom: bool = False
    options: Fields = Fields()


def model(tensors: list[T], operators: list[Op], inputs: tuple[int, ...] = (0,)) -> bytes:
    """A model of one graph; its outputs are those of the last operator."""
    codes = [_code(op) for op in operators]
    graph = Fields(
        {
            0: [_tensor(number, tensor) for number, tensor in enumerate(tensors)],
            1: Numbers("i", inputs),
            2: Numbers("i", operators[-1].outputs if operators else inputs),
            3: [
                Fields(
                    {
                        0: Number("I", n),
                        1: Numbers("i", op.inputs),
                        2: Numbers("i", op.outputs),
                        4: op.options,
                    }
                )
                for n, op in enumerate(operators)
            ],
        }
    )
    # Buffer 0 is the empty one; tensor N has the buffer N + 1.
    buffers = [Fields(), *(_buffer(tensor) for tensor in tensors)]
    return build(Fields({0: Number("I", 3), 1: codes, 2: [graph], 4: buffers}))


def content(tensors: list[T], operators: list[Op], inputs: tuple[int, ...] = (0,)) -> Content:
    """The same, read."""
    return read_content(memoryview(model(tensors, operators, inputs)))


def _buffer(tensor: T) -> Fields:
    if tensor.values:
        return Fields({0: Numbers("B", struct.pack(f"<{len(tensor.values)}i", *tensor.values))})
    if not tensor.stored:
        return Fields()
    size = prod(tensor.shape) * (types_by_name()[tensor.type].bits or 32) // 8
    return Fields({0: Numbers("B", (0,) * min(size, _MOST))})


def _code(op: Op) -> Fields:
    number = operator_names().index(_CUSTOM if op.custom else op.name)
    code = Fields(
        {0: Number("b", min(number, 127)), 2: Number("i", op.version), 3: Number("i", number)}
    )
    if op.custom:
        code[1] = op.name
    return code


def _tensor(number: int, tensor: T) -> Fields:
    kind = [known.name for known in types()].index(tensor.type)
    fields = Fields(
        {
            0: Numbers("i", tensor.shape),
            1: Number("b", kind),
            2: Number("I", number + 1 if tensor.stored or tensor.values else 0),
            3: f"t{number}",
            5: Number("?", tensor.variable),
        }
    )
    if tensor.scales:
        scheme = Fields(
            {
                2: Numbers("f", (tensor.scale,) * tensor.scales),
                3: Numbers("q", (tensor.zero,) * tensor.scales),
            }
        )
        if tensor.blockwise:
            scheme[4] = Number("B", 2)
        fields[4] = scheme
    if tensor.signature:
        fields[7] = Numbers("i", tensor.signature)
    return fields


def dense_int8(rows: int, *, channels: int = 10, bias: bool = False) -> Content:
    """int8 FULLY_CONNECTED of ``rows`` vectors of 64 to 10 numbers."""
    return read_content(memoryview(dense_int8_file(rows, channels=channels, bias=bias)))


def dense_int8_file(rows: int, *, channels: int = 10, bias: bool = False) -> bytes:
    """The same as a file, which a runtime runs."""
    tensors = [
        T((rows, 64), "INT8", 1),
        T((10, 64), "INT8", channels, stored=True),
        T((10,), "INT32", channels, stored=True, scale=0.25),  # of the data times of the weights
        T((rows, 10), "INT8", 1),
    ]
    return model(tensors, [Op("FULLY_CONNECTED", (0, 1, 2 if bias else -1), (3,), 4)])


def dense_file(version: int) -> bytes:
    """FULLY_CONNECTED in a version, of one vector of 4 numbers to 3, as a file."""
    tensors = [T((1, 4)), T((3, 4), stored=True), T((1, 3))]
    return model(tensors, [Op("FULLY_CONNECTED", (0, 1), (2,), version)])


def custom(name: str, version: int = 1) -> Content:
    """One custom operator."""
    return content([T(), T()], [Op(name, (0,), (1,), version, custom=True)])


def builtin(name: str, version: int, inputs: int = 2) -> Content:
    """One builtin operator from so many images, or matrices of a dense layer, to another."""
    steps = Fields({1: Number("i", 1), 2: Number("i", 1)})  # of a window
    images = [T((1, 1) if name == "FULLY_CONNECTED" else (1, 1, 1, 1))] * (inputs + 1)
    places = tuple(range(inputs))
    return content(images, [Op(name, places, (inputs,), version, options=steps)], places)
