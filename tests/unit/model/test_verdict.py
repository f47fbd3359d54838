"""Does a model run on a runtime? Each case is one that a real runtime decided."""

from __future__ import annotations

import pytest

from pidoctor.model.content import Content
from pidoctor.model.shapes import with_shapes
from pidoctor.model.verdict import Target, judge_model, load_rules, runs_nowhere, starts_xnnpack
from tests.tools.model_builder import Fields, Number
from tests.unit.model.making import Op, T, builtin, content, custom, dense_int8

ALL = (
    ("tflite-runtime", "2.11.0"),
    ("tflite-runtime", "2.12.0"),
    ("tflite-runtime", "2.13.0"),
    ("tflite-runtime", "2.14.0"),
    ("ai-edge-litert", "1.0.1"),
    ("ai-edge-litert", "1.4.0"),
    ("ai-edge-litert", "2.1.0"),
    ("ai-edge-litert", "2.3.0"),
)
LITERT = ALL[4:]


def said(model: Content, runtime: str, version: str, architecture: str = "x86_64") -> str:
    """ "runs", or the verdict with the stage at which it fails."""
    verdict = judge_model(model, Target(runtime, version, architecture))
    return f"{verdict.verdict}:{verdict.stage}" if verdict.stage else verdict.verdict


# What eight runtimes did with a model that needs this version of an operator (x86-64): every
# row is a load that was tried with a real model; those named run, the others do not load it.
LOADS = [
    ("FULLY_CONNECTED", 12, 2, LITERT),  # dynamic range, converted with TensorFlow 2.21
    ("FULLY_CONNECTED", 9, 2, ALL),  # the same without a scale per channel
    ("TRANSPOSE_CONV", 4, 3, ALL[1:]),  # unet
    ("CONV_2D", 1, 2, ALL),
]


@pytest.mark.parametrize(("operator", "version", "inputs", "loads"), LOADS)
def test_what_loads(
    operator: str, version: int, inputs: int, loads: tuple[tuple[str, str], ...]
) -> None:
    model = builtin(operator, version, inputs)
    for runtime in ALL:
        expected = "runs" if runtime in loads else "cannot:load"
        assert said(model, *runtime) == expected, runtime


def test_a_dense_layer_of_today_has_its_option_named() -> None:
    verdict = judge_model(
        builtin("FULLY_CONNECTED", 12), Target("tflite-runtime", "2.14.0", "armv7l")
    )
    assert verdict.reason == "tflite-runtime 2.14.0 does not know FULLY_CONNECTED version 12"
    assert verdict.rests_on == "measured"
    assert verdict.changes == ("dense-per-tensor",)


@pytest.mark.parametrize("runtime", ALL)
def test_flex_needs_a_tensorflow_that_has_it(runtime: tuple[str, str]) -> None:
    assert said(custom("FlexMatrixInverse"), *runtime) == "cannot:allocate"


def test_flex_in_tensorflow() -> None:
    model = custom("FlexMatrixInverse")
    assert said(model, "tensorflow", "2.15.1", "aarch64") == "runs-with"
    assert said(model, "tensorflow", "2.18.1", "aarch64") == "runs-with"
    assert said(model, "tensorflow", "2.3.0") == "undecided"
    for version in ("2.19.1", "2.20.0", "2.21.0"):
        assert said(model, "tensorflow", version, "aarch64") == "cannot:allocate"


@pytest.mark.parametrize("runtime", ALL)
@pytest.mark.parametrize("name", ["MatrixInverse", "Landmarks2TransformMatrix", "DISPATCH_OP"])
def test_custom_operators_that_no_wheel_has(name: str, runtime: tuple[str, str]) -> None:
    assert said(custom(name), *runtime) == "cannot:allocate"


@pytest.mark.parametrize("runtime", ALL)
def test_a_custom_operator_that_every_wheel_has(runtime: tuple[str, str]) -> None:
    assert said(custom("TFLite_Detection_PostProcess"), *runtime) == "runs"


def test_a_custom_operator_of_xnnpack_runs_only_there() -> None:
    model = custom("Convolution2DTransposeBias")
    assert {said(model, *runtime) for runtime in LITERT} == {"runs-with"}
    assert {said(model, *runtime) for runtime in ALL[:4]} == {"cannot:allocate"}
    assert said(model, "tflite-runtime", "2.14.0", "armv7l") == "cannot:allocate"


@pytest.mark.parametrize(
    ("name", "owner", "helps"),
    [
        ("TransformTensorBilinear", "MediaPipe", "use-mediapipe"),
        ("NGramHash", "MediaPipe", "use-mediapipe"),
        ("TFText>WhitespaceTokenizeWithOffsetsV2", "TensorFlow Text", "use-tensorflow-text"),
        ("SignalRfft", "TensorFlow Lite Micro", "use-tflite-micro"),
        ("ethos-u", "Ethos-U", "uncompiled-npu"),
        ("NeutronGraph", "NXP's Neutron", "uncompiled-npu"),
    ],
)
def test_whose_a_custom_operator_is(name: str, owner: str, helps: str) -> None:
    verdict = judge_model(custom(name), Target("ai-edge-litert", "2.3.0", "aarch64"))
    assert (verdict.verdict, verdict.stage, verdict.changes) == ("cannot", "allocate", (helps,))
    assert owner in verdict.reason
    assert name in verdict.reason


def test_six_kinds_of_custom_operators_get_six_sentences() -> None:
    names = (
        "FlexMatrixInverse",
        "edgetpu-custom-op",
        "DISPATCH_OP",
        "MatrixInverse",
        "TFLite_Detection_PostProcess",
        "Convolution2DTransposeBias",
    )
    target = Target("ai-edge-litert", "2.3.0", "aarch64")
    reasons = [judge_model(custom(name), target).reason for name in names]
    for name, reason in zip(names, reasons):
        assert name in reason
    shapes = {reason.replace(name, "NAME") for name, reason in zip(names, reasons)}
    assert len(shapes) == 6


# Emulated armv7l and aarch64 with /sys mounted: three models die, seven do not.
DENSE = [
    (dense_int8(2), "cannot:invoke"),
    (dense_int8(4), "cannot:invoke"),
    (dense_int8(64), "cannot:invoke"),
    (dense_int8(1), "runs"),
    (dense_int8(2, bias=True), "runs"),
    (dense_int8(64, bias=True), "runs"),
    (dense_int8(2, channels=1), "runs"),  # what TensorFlow 2.15 writes
]


@pytest.mark.parametrize("architecture", ["armv7l", "aarch64"])
@pytest.mark.parametrize(("model", "expected"), DENSE)
def test_the_dense_layer_that_kills_on_arm(
    model: Content, expected: str, architecture: str
) -> None:
    assert said(model, "tflite-runtime", "2.14.0", architecture) == expected
    assert said(model, "tflite-runtime", "2.14.0", "x86_64") == "runs"
    assert said(model, "ai-edge-litert", "2.3.0", "aarch64") == "runs"


def test_what_was_not_tried_on_arm_is_open() -> None:
    assert said(dense_int8(2), "tflite-runtime", "2.13.0", "armv7l") == "undecided:invoke"


def convolution(height: int, padding: int, *, dilation: int = 1) -> Content:
    options = Fields(
        {
            0: Number("b", padding),
            1: Number("i", 1),
            2: Number("i", 1),
            4: Number("i", dilation),
            5: Number("i", dilation),
        }
    )
    tensors = [T((1, height, 1, 1)), T((1, 3, 1, 1), stored=True), T((1, 1, 1, 1))]
    return content(tensors, [Op("CONV_2D", (0, 1), (2,), options=options)])


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (convolution(2, 1), "undecided:allocate"),
        (convolution(3, 1), "runs"),
        (convolution(3, 1, dilation=2), "undecided:allocate"),
        (convolution(2, 0), "runs"),  # padded
    ],
)
def test_a_window_that_exceeds_the_stored_input(model: Content, expected: str) -> None:
    verdict = judge_model(model, Target("ai-edge-litert", "2.3.0", "aarch64"))
    assert said(model, "ai-edge-litert", "2.3.0", "aarch64") == expected
    assert ("--shape" in verdict.settle) == (expected != "runs")


def test_blocks_and_sixteen_by_eight() -> None:
    blocks = content(
        [T((1, 8)), T((4, 8), "INT8", 8, stored=True, blockwise=True), T((1, 4))],
        [Op("FULLY_CONNECTED", (0, 1, -1), (2,))],
    )
    assert said(blocks, "ai-edge-litert", "2.3.0", "aarch64") == "cannot:allocate"
    mixed = content(
        [T((2, 8), "INT16", 1), T((8, 4), "INT8", 1), T((2, 4), "INT16", 1)],
        [Op("BATCH_MATMUL", (0, 1), (2,))],
        (0, 1),
    )
    assert said(mixed, "ai-edge-litert", "2.2.0") == "cannot:allocate"
    assert said(mixed, "ai-edge-litert", "2.3.0") == "runs"


def test_a_version_that_was_not_measured() -> None:
    """Between two that agree it is what they say; else it is open."""
    assert said(builtin("CONV_2D", 1), "tflite-runtime", "2.12.1") == "runs"
    assert said(builtin("TRANSPOSE_CONV", 4, 3), "tflite-runtime", "2.11.1") == "undecided:load"
    assert said(builtin("FULLY_CONNECTED", 12), "tflite-runtime", "2.12.1") == "cannot:load"
    assert said(builtin("CONV_2D", 1), "ai-edge-litert", "99.0") == "undecided"
    assert said(builtin("CONV_2D", 1), "tflite-runtime", "1.0") == "undecided"


def test_where_xnnpack_starts_by_itself() -> None:
    assert starts_xnnpack(Target("tflite-runtime", "2.14.0", "armv7l")) is False
    assert starts_xnnpack(Target("tflite-runtime", "2.14.0", "aarch64")) is True
    assert starts_xnnpack(Target("tensorflow", "2.20.0", "aarch64")) is None


def test_every_rule_has_its_source_and_every_open_one_what_settles_it() -> None:
    for rule in load_rules().rules:
        assert rule.source, rule.id
        assert bool(rule.settle) == (rule.verdict == "undecided"), rule.id
        assert rule.verdict in {"cannot", "undecided", "runs-with"}, rule.id
        assert (rule.stage is None) == (rule.verdict == "runs-with"), rule.id


def added(operator: str, kind: str, scales: tuple[float, float, float]) -> Content:
    """``operator`` on two quantised tensors; the scales of the two and of the result."""
    tensors = [T((1, 4), kind, 1, scale=scale) for scale in scales]
    return content(tensors, [Op(operator, (0, 1), (2,), 2)], inputs=(0, 1))


@pytest.mark.parametrize("kind", ["INT8", "UINT8", "INT16"])
def test_a_scale_of_zero_ends_every_runtime(kind: str) -> None:
    for runtime in ALL:
        for operator in ("ADD", "SUB"):
            assert said(added(operator, kind, (0.5, 0.0, 0.5)), *runtime) == "cannot:allocate"
            assert said(added(operator, kind, (0.5, 0.5, 1.0)), *runtime) == "runs"
        assert said(added("MUL", kind, (0.5, 0.0, 0.5)), *runtime) == "runs"


@pytest.mark.parametrize(
    ("kind", "largest"), [("INT8", 0.5 * 2**-19), ("UINT8", 0.5 * 2**-19), ("INT16", 0.5 * 2**-14)]
)
def test_an_output_too_fine_for_the_fixed_point(kind: str, largest: float) -> None:
    fits, exceeds = (0.5, 0.5, largest * 1.01), (0.5, 0.5, largest)
    for runtime in ALL:
        assert said(added("ADD", kind, fits), *runtime) == "runs"
        assert said(added("ADD", kind, exceeds), *runtime) == "cannot:allocate"
    assert said(added("SUB", kind, exceeds), "tflite-runtime", "2.14.0") == "cannot:allocate"
    assert said(added("SUB", kind, exceeds), "tensorflow", "2.18.1") == "undecided:allocate"
    for runtime in LITERT:
        assert said(added("SUB", kind, exceeds), *runtime) == "runs"


# An operator on numbers of a type: what tflite-runtime 2.14.0, ai-edge-litert 1.4.0 and 2.3.0 did.
TYPES = [
    ("TILE", "INT16", "cannot:invoke", "cannot:invoke", "runs"),
    ("GELU", "INT16", "cannot:invoke", "runs", "runs"),
    ("RSQRT", "INT16", "cannot:allocate", "runs", "runs"),
    ("SQRT", "INT16", "cannot:allocate", "cannot:allocate", "runs"),
    ("SQUARED_DIFFERENCE", "INT16", "cannot:invoke", "cannot:invoke", "cannot:invoke"),
    ("ADD", "FLOAT64", "cannot:invoke", "cannot:invoke", "cannot:invoke"),
    ("SIN", "FLOAT32", "runs", "runs", "runs"),
    ("ABS", "INT16", "runs", "runs", "runs"),
]


@pytest.mark.parametrize(("operator", "kind", "tflite", "litert", "today"), TYPES)
def test_types_that_a_kernel_has_no_code_for(
    operator: str, kind: str, tflite: str, litert: str, today: str
) -> None:
    data = T((1, 4), kind, int(kind == "INT16"))
    second = {"ADD": data, "SQUARED_DIFFERENCE": data, "TILE": T((2,), "INT32", values=(1, 2))}
    inputs = [data, *([second[operator]] if operator in second else [])]
    places = tuple(range(len(inputs)))
    model = content([*inputs, data], [Op(operator, places, (len(inputs),))], places)
    assert said(model, "tflite-runtime", "2.14.0") == tflite
    assert said(model, "ai-edge-litert", "1.4.0") == litert
    assert said(model, "ai-edge-litert", "2.3.0") == today


def test_the_earliest_stage_is_told() -> None:
    tensors = [T((1, 4), "INT16", 1) for _ in range(3)]
    model = content(tensors, [Op("GELU", (0,), (1,)), Op("RSQRT", (1,), (2,))])
    assert said(model, "tflite-runtime", "2.14.0") == "cannot:allocate"


@pytest.mark.parametrize(("length", "verdict"), [(8, "runs"), (6, "cannot:allocate")])
def test_a_fourier_transform_of_a_length_that_is_no_power_of_two(length: int, verdict: str) -> None:
    lengths = T((2,), "INT32", values=(1, length))
    # What comes out is told wrongly by models whose sizes are open.
    tensors = [T((1, length)), lengths, T((1, 7), "COMPLEX64")]
    model = content(tensors, [Op("RFFT2D", (0, 1), (2,))])
    assert said(model, "ai-edge-litert", "2.3.0") == verdict


# A dense layer or a convolution with float numbers and weights of few bits, as converted and run:
# (operator, type of the weights, scales) -> what each of these runtimes did.
FEW_BITS = [
    ("FULLY_CONNECTED", "INT2", 4, ("cannot:load", "cannot:load", "cannot:invoke", "runs")),
    ("FULLY_CONNECTED", "INT4", 4, ("runs", "runs", "runs", "runs")),
    ("FULLY_CONNECTED", "INT4", 1, ("runs", "cannot:allocate", "runs", "runs")),
    ("CONV_2D", "INT4", 4, ("runs", "cannot:invoke", "runs", "runs")),
    ("DEQUANTIZE", "INT4", 1, ("cannot:allocate", "runs", "runs", "runs")),
    ("DEQUANTIZE", "BFLOAT16", 0, ("cannot:load", "runs", "runs", "runs")),
]


@pytest.mark.parametrize(("operator", "kind", "scales", "expected"), FEW_BITS)
def test_weights_of_few_bits(
    operator: str, kind: str, scales: int, expected: tuple[str, ...]
) -> None:
    shape = (4, 1, 1, 4) if operator == "CONV_2D" else (4, 4)
    weights, numbers = T(shape, kind, scales, stored=True), T((1,) * (len(shape) - 1) + (4,))
    used = (0, 1) if operator != "DEQUANTIZE" else (1,)
    steps = Fields({1: Number("i", 1), 2: Number("i", 1)}) if operator == "CONV_2D" else Fields()
    model = content([numbers, weights, T((1, 4))], [Op(operator, used, (2,), options=steps)])
    runtimes = (ALL[3], ALL[4], ("ai-edge-litert", "2.1.0"), ALL[7])
    assert tuple(said(model, *runtime) for runtime in runtimes) == expected


def test_what_no_runtime_runs_is_told() -> None:
    pose = custom("PosenetDecoderOp")
    assert "Coral's PoseNet" in runs_nowhere(pose, with_shapes(pose, {}))
    plain = content([T(), T()], [Op("RELU", (0,), (1,))])
    assert runs_nowhere(plain, with_shapes(plain, {})) == ""
