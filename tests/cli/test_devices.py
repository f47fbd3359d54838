"""``--with DEVICE``: as if it were plugged in, on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.program import pidoctor
from tests.unit.model.making import Op, T, model


@pytest.mark.parametrize(
    ("target", "runtime"),
    [
        ("pi4-4gb/bullseye-64", "tflite-runtime"),
        ("pi4-4gb/bookworm-32", "tflite-runtime"),
        ("pi4-4gb/trixie-64", "ai-edge-litert"),
    ],
)
def test_the_plan_goes_with_a_build_of_the_library(target: str, runtime: str) -> None:
    answer = pidoctor("check", "--target", target, "--with", "coral", "--json").json
    assert answer["resolution"]["runtime"] == runtime
    needs = next(it for it in answer["findings"] if it["id"] == "accelerator-needs")
    assert needs["severity"] == "warning"
    assert any("libedgetpu1-std" in line for line in needs["remedy"]["commands"])


def test_no_build_is_said_with_what_would_help() -> None:
    board = "pi4-4gb/bullseye-64/py3.13"
    said = pidoctor("check", "--target", board, "--with", "coral-usb", "--json")
    assert said.code == 1
    found = next(it for it in said.json["findings"] if it["id"] == "accelerator-no-pair")
    assert "64-bit Raspberry Pi OS 12" in found["remedy"]["text"]


def test_a_device_without_a_delegate_leaves_the_plan_as_it_is() -> None:
    words = ("check", "--target", "pi5-8gb/bookworm-64", "--json")
    plain, answer = pidoctor(*words).json, pidoctor(*words, "--with", "Hailo-8L").json
    assert answer["resolution"] == plain["resolution"]
    assert answer["verdict"].endswith("on its CPU; TensorFlow Lite cannot use Hailo-8 or Hailo-8L.")
    assert any(
        it["id"] == "accelerator-not-usable" and "HailoRT" in it["message"]
        for it in answer["findings"]
    )


def test_what_a_device_needs_of_a_model_is_shown_where_it_is_named() -> None:
    """How it is used is a part of the answer, on a board whose chip has it as well."""
    for target, device in (("pi4-4gb/bookworm-64", "coral-usb"), ("khadas-vim3/noble", "vim3")):
        said = pidoctor("check", "--target", target, "--with", device).out
        assert "Works through" in said
    assert "sudo apt install mesa-teflon-delegate" in said


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--delegate", "./nowhere.so"), "there is no such file"),
        (("--delegate", ""), "its value is empty"),
        (("--delegate-option", "device=usb"), "goes with --delegate"),
        (("--delegate", "a.so", "--delegate-option", "usb"), "KEY=VALUE"),
    ],
)
def test_a_delegate_that_is_named_wrongly_is_one_line(words: tuple[str, ...], line: str) -> None:
    said = pidoctor("smoke", "--python", sys.executable, *words)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert line in said.err


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    """A model of one Edge TPU operator and one that stays on the CPU."""
    data = T((1, 10), "INT8", 1)
    tensors = [data, data, T((1, 10), "INT8", 1, scale=1 / 256, zero=-128)]
    steps = [Op("edgetpu-custom-op", (0,), (1,), custom=True), Op("SOFTMAX", (1,), (2,))]
    path = tmp_path / "it_edgetpu.tflite"
    path.write_bytes(model(tensors, steps))
    return path


def test_a_compiled_model_runs_where_its_device_is(compiled: Path) -> None:
    words = ("model", str(compiled), "--target", "pi4-4gb/bookworm-64", "--json")
    without = pidoctor(*words)
    assert (without.code, without.json["model"]["verdict"]) == (1, "cannot")
    answer = pidoctor(*words, "--with", "coral").json["model"]
    assert answer["verdict"] == "runs-with"
    reasons = {(it["name"], it["version"]): it for it in answer["runtimes"]}
    assert "stay on the CPU: 1" in reasons["ai-edge-litert", "2.3.0"]["reason"]
    assert reasons["ai-edge-litert", "1.4.0"]["verdict"] == "cannot"  # no build goes with it


def test_check_says_on_what_condition_a_model_runs(compiled: Path) -> None:
    words = ("check", "--model", str(compiled), "--target", "pi4-4gb/trixie-64", "--json")
    assert pidoctor(*words).code == 1
    found = pidoctor(*words, "--with", "coral").json["findings"]
    condition = next(it for it in found if it["id"] == "model-runs-on-condition")
    assert "loaded as a delegate" in condition["message"]
    assert "smoke --model" in condition["remedy"]["text"]


def test_lock_takes_a_runtime_that_goes_with_the_device() -> None:
    said = pidoctor("lock", "--target", "pi4-4gb/bullseye-64", "--with", "coral-usb")
    assert said.code == 0
    assert "tflite-runtime==2.13.0" in said.out
    assert "libedgetpu1-std" in said.err
    board = "pi4-4gb/bullseye-64/py3.13"
    refused = pidoctor("lock", "--target", board, "--with", "coral-usb", "--json")
    assert refused.code == 1
    assert refused.json["verdict"].startswith("No runtime that can be installed here goes with")
    assert refused.json["findings"][0]["id"] == "accelerator-no-pair"


@pytest.mark.parametrize(("device", "word"), [("coral-usb", "libedgetpu"), ("hailo-8", "HailoRT")])
def test_explain_speaks_of_the_device(device: str, word: str) -> None:
    said = pidoctor("explain", "--target", "pi4-4gb/trixie-64", "--with", device, "--json")
    assert said.code == 0
    assert any(word in it["message"] for it in said.json["findings"])


def test_a_model_that_is_not_compiled_for_the_device() -> None:
    path = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"
    words = ("model", str(path), "--target", "pi4-4gb/trixie-64", "--json", "--with")
    (found,) = (
        it
        for it in pidoctor(*words, "coral-usb").json["findings"]
        if it["id"] == "accelerator-not-compiled"
    )
    assert "convert it to full int8" in found["remedy"]["text"]
    ids = [it["id"] for it in pidoctor(*words, "hailo-8").json["findings"]]
    assert ids == ["accelerator-not-usable"]


@pytest.mark.parametrize(
    ("board", "operator", "library"),
    [
        ("imx93-evk/debian-13", "ethos-u", "libethosu_delegate.so"),
        ("pi5-8gb/trixie-64", "ethos-u", ""),
    ],
)
def test_a_model_for_the_npu_of_a_chip(
    tmp_path: Path, board: str, operator: str, library: str
) -> None:
    """On the chip that it is compiled for it runs through that chip's delegate."""
    path = tmp_path / "compiled.tflite"
    path.write_bytes(model([T((1, 4))] * 2, [Op(operator, (0,), (1,), custom=True)]))
    said = pidoctor("model", str(path), "--target", board, "--json")
    assert said.code == (0 if library else 1)
    assert f"{library} loaded as a delegate" in said.json["verdict"] or not library


def test_what_compiles_for_an_npu_is_that_of_its_row() -> None:
    path = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"
    words = ("model", str(path), "--target", "imx93-evk/debian-13", "--json", "--with")
    found = {it["id"]: it for it in pidoctor(*words, "imx93-npu").json["findings"]}
    commands = found["accelerator-not-compiled"]["remedy"]["commands"]
    assert commands[-1].startswith("vela MODEL.tflite")


def test_the_matrix_of_a_device() -> None:
    words = ("matrix", "--boards", "pi4-4gb", "--json")
    plain = {it["target"]: it["status"] for it in pidoctor(*words).json["matrix"]}
    coral = pidoctor(*words, "--with", "coral-usb").json
    fits = {it["target"]: it["status"] for it in coral["matrix"]}
    none = "pi4-4gb/ubuntu-26.04-64"
    assert (plain[none], fits[none]) == ("plan", "impossible")
    assert fits["pi4-4gb/bookworm-32"] == "plan"
    assert fits["pi4-4gb/trixie-64"] == "plan"
    hailo = pidoctor(*words, "--with", "hailo-8").json
    assert {it["target"]: it["status"] for it in hailo["matrix"]} == plain
    assert "HailoRT" in hailo["verdict"]


def test_the_matrix_of_a_device_that_wants_small_pages() -> None:
    said = pidoctor("matrix", "--boards", "pi5-8gb", "--with", "coral-pcie", "--json").json[
        "matrix"
    ]
    (cell,) = (it for it in said if it["target"] == "pi5-8gb/bookworm-64")
    assert "works only under a kernel with 4 KiB pages" in cell["summary"]
