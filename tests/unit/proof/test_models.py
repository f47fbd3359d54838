"""The bundled models are what the script makes, and their answers tell right from wrong."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import tflite

from pidoctor.proof.known import BUNDLED, ProofModel, bundled_models

_TOOL = Path(__file__).parents[2] / "tools" / "make_models.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_models", _TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_models"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def models() -> tuple[ProofModel, ...]:
    with bundled_models() as found:
        return found


def test_files_are_the_scripts_byte_for_byte(tool: ModuleType) -> None:
    made: dict[str, bytes] = tool.files()
    folder: Path = tool.DEFAULT_FOLDER
    assert sorted(made) == sorted(path.name for path in folder.iterdir() if path.is_file())
    for name, content in made.items():
        assert (folder / name).read_bytes() == content, f"{name}: run {_TOOL.name} again"


def test_every_model_is_small_and_has_an_answer(models: tuple[ProofModel, ...]) -> None:
    assert tuple(model.name for model in models) == BUNDLED
    for model in models:
        assert model.path.stat().st_size < 10_000
        assert model.answer is not None
        assert len(model.answer.input) == np.prod(model.answer.input_shape)
        assert len(model.answer.expected) == 10


def test_float_sums_are_exact_in_float32(tool: ModuleType) -> None:
    """So the order of the additions cannot matter: float64 gives the same values."""
    net = tool.float_network()
    image, weights, dense = (
        array.astype(np.float64) for array in (net.image, net.conv_weights, net.dense_weights)
    )
    hidden = tool.pool(np.maximum(tool.convolve(image, weights, net.conv_bias.astype(float)), 0))
    exact = hidden.reshape(1, -1) @ dense.T + net.dense_bias
    assert exact.tolist() == net.expected.tolist()
    largest = np.abs(hidden).reshape(1, -1) @ np.abs(dense).T + np.abs(net.dense_bias)
    assert largest.max() * 16**3 * 2 < 2**24  # the smallest step is 1/16^3, halved by the bias


def test_int8_answer_agrees_with_real_arithmetic(tool: ModuleType) -> None:
    """An independent way to the same bytes: dequantise, compute in float64, quantise."""
    net = tool.first_int8_network()
    conv_scales = np.array(tool.CONV_WEIGHTS.scales)
    image = (net.image.astype(float) - tool.INPUT.zero_point) * tool.INPUT.scales[0]
    weights = net.conv_weights * conv_scales[:, None, None, None]
    bias = net.conv_bias * conv_scales * tool.INPUT.scales[0]
    real = tool.convolve(image, weights, bias)
    quanta = np.rint(real / tool.HIDDEN.scales[0]) + tool.HIDDEN.zero_point
    hidden = (np.clip(quanta, -128, 127) - tool.HIDDEN.zero_point) * tool.HIDDEN.scales[0]
    dense_scale = tool.DENSE_WEIGHTS.scales[0]
    scores = tool.pool(hidden).reshape(1, -1) @ (net.dense_weights * dense_scale).T
    scores = scores + net.dense_bias * dense_scale * tool.HIDDEN.scales[0]
    result = np.rint(scores / tool.OUTPUT.scales[0]) + tool.OUTPUT.zero_point
    assert np.clip(result, -128, 127).tolist() == net.expected.tolist()


def test_answers_are_not_saturated(models: tuple[ProofModel, ...]) -> None:
    quantised = models[1].answer
    assert quantised is not None
    assert all(-128 < value < 127 for value in quantised.expected)


@pytest.mark.parametrize("fault", ["bias", "pool", "transpose", "mirror", "padding", "relu"])
def test_a_wrong_operator_is_far_outside_the_tolerance(tool: ModuleType, fault: str) -> None:
    net = tool.float_network()
    weights, dense, bias = net.conv_weights, net.dense_weights, net.dense_bias
    if fault == "bias":
        bias = np.zeros_like(bias)
    if fault == "transpose":
        weights = weights.transpose(0, 2, 1, 3)
    if fault == "mirror":
        dense = dense[:, ::-1]
    hidden = tool.convolve(net.image, weights, net.conv_bias)
    if fault == "padding":
        hidden[:, 0] = 0
    if fault != "relu":
        hidden = np.maximum(hidden, 0)
    pooled = hidden[:, ::2, ::2] if fault == "pool" else tool.pool(hidden)
    wrong = pooled.reshape(1, -1) @ dense.T + bias
    assert np.abs(wrong - net.expected).max() > 100 * 1e-3


def test_operators_and_versions_are_those_of_old_runtimes(models: tuple[ProofModel, ...]) -> None:
    op = tflite.BuiltinOperator
    wanted = {
        "float32": [(op.CONV_2D, 1), (op.MAX_POOL_2D, 1), (op.RESHAPE, 1), (op.FULLY_CONNECTED, 1)],
        "int8": [(op.CONV_2D, 3), (op.MAX_POOL_2D, 2), (op.RESHAPE, 1), (op.FULLY_CONNECTED, 4)],
    }
    for model in models:
        parsed = tflite.Model.GetRootAs(model.path.read_bytes())
        codes = [parsed.OperatorCodes(n) for n in range(parsed.OperatorCodesLength())]
        assert [(code.BuiltinCode(), code.Version()) for code in codes] == wanted[model.name]


def test_dense_layer_has_a_bias_without_zeros_and_data_is_aligned(
    models: tuple[ProofModel, ...],
) -> None:
    for model in models:
        data = model.path.read_bytes()
        parsed = tflite.Model.GetRootAs(data)
        graph = parsed.Subgraphs(0)
        dense = graph.Operators(graph.OperatorsLength() - 1)
        tensor = graph.Tensors(dense.Inputs(2))
        raw: Any = parsed.Buffers(tensor.Buffer()).DataAsNumpy()
        dtype = np.int32 if model.name == "int8" else np.float32
        assert np.count_nonzero(raw.view(dtype)) == 10
        for number in range(1, parsed.BuffersLength()):
            content: Any = parsed.Buffers(number).DataAsNumpy()
            start = np.frombuffer(data, dtype=np.uint8).ctypes.data
            assert (content.ctypes.data - start) % 16 == 0
