"""``pidoctor bench``: real runs of a real runtime, and what is refused."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import jsonschema
import pytest

import pidoctor as package
from pidoctor import api
from pidoctor.bench.figures import Bench, BenchRun, figures_of
from pidoctor.cli import bench
from pidoctor.decoding import encode
from pidoctor.envelope import Result
from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.report.document import Detail
from pidoctor.report.jsonout import schema
from pidoctor.report.views.bench import view
from pidoctor.result import ExitCode
from tests.cli.program import pidoctor

PACKAGE = Path(package.__file__).parent
INT8 = PACKAGE / "proof" / "models" / "int8.tflite"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tflite", b"", "the file is empty"),
        ("a.tflite", b"<!DOCTYPE html>", "a web page"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), "a Keras model"),
        ("a.tflite", INT8.read_bytes()[:900], "a.tflite: "),
    ],
)
def test_what_is_no_model(name: str, content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    run = pidoctor("bench", str(path))
    assert run.code == 2
    assert said in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("threads", ["0", "a", "1,,2", "-1", "1000"])
def test_threads_are_numbers(threads: str) -> None:
    run = pidoctor("bench", str(INT8), f"--threads={threads}")
    assert run.code == 2
    assert run.err.startswith("pidoctor: --threads")


def test_an_environment_without_a_runtime_gets_one(tmp_path: Path) -> None:
    venv.create(tmp_path / "env", symlinks=True)
    run = pidoctor("bench", str(INT8), "--venv", str(tmp_path / "env"))
    assert run.err.endswith(f" Next: pidoctor install --venv {tmp_path / 'env'}\n")


def test_the_time_has_limits() -> None:
    assert "from 0.1 to 60" in pidoctor("bench", str(INT8), "--seconds", "nan").err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--input", "none.npy"), "--input none.npy: there is no such file"),
        (("--delegate", "/none/libx.so"), "--delegate /none/libx.so: there is no such file"),
        (("--delegate-option", "device=usb"), "--delegate-option goes with --delegate LIB"),
        (("--shape", "x=1"), "--shape x=1: write NAME=1,224,224,3 with one of its inputs: image"),
    ],
)
def test_what_a_run_cannot_be_given(words: tuple[str, ...], said: str) -> None:
    run = pidoctor("bench", str(INT8), *words)
    assert (run.code, run.err) == (2, f"pidoctor: {said}\n")


def test_measurements_are_compared(tmp_path: Path) -> None:
    run = BenchRun(1, True, figures_of([10.0, 10.0]))
    made = Bench("m.tflite", "ai-edge-litert", "2.3.0", (run,), 1.0, None, None, None)
    faster = made._replace(runs=(run._replace(figures=figures_of([5.0, 5.0])),))
    for name, it in (("a.json", made), ("b.json", faster)):
        (tmp_path / name).write_text(json.dumps(encode(Result("bench", bench=it))))
    one, other = str(tmp_path / "a.json"), str(tmp_path / "b.json")
    answer = pidoctor("bench", one, "--compare", other, "--json")
    jsonschema.validate(answer.json, schema())
    assert answer.code == 0
    assert answer.json["verdict"].startswith("b.json is faster than a.json with 1 thread")
    assert answer.json["bench"]["comparison"]["rows"][0]["ratio"] == 0.5
    assert "2 over 1" in pidoctor("bench", one, "--compare", other).out
    page = tmp_path / "bench.html"
    pidoctor("bench", one, "--compare", other, "--html", str(page))
    assert "b.json is faster than a.json" in page.read_text("utf-8")
    alone = pidoctor("bench", one)
    assert (alone.code, alone.err) == (2, f"pidoctor: {one}: a measurement; add --compare FILE2\n")
    turned = pidoctor("bench", one, "--compare", str(INT8))
    assert turned.code == 2
    assert "name the model first" in turned.err


def test_a_runtime_that_nobody_knows() -> None:
    run = pidoctor("bench", str(INT8), "--runtime", "onnx", "--python", sys.executable)
    assert run.code == 2
    assert "Unknown runtime onnx: known are ai-edge-litert," in run.err


@pytest.fixture
def on_a_pi4(monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace:
    """The options of a `bench` on a Raspberry Pi 4 with a 64-bit system."""
    probed = api.probe(target="pi4-4gb/bookworm-64")
    monkeypatch.setattr(api, "probe", lambda **_: probed)
    return argparse.Namespace(file=str(INT8), python=None, venv=None, predict="pi5-8gb")


def test_a_time_is_carried_over_to_another_board(on_a_pi4: argparse.Namespace) -> None:
    carried = bench._elsewhere(on_a_pi4)
    assert carried == ("pi4/64", "pi5/64", "int8")
    measured = BenchRun(1, True, figures_of([40.0, 40.0]))
    made = Bench("m.tflite", "ai-edge-litert", "2.3.0", (measured,), None, None, None, None)
    predicted = bench._predicted(made, *carried)
    assert predicted is not None
    assert predicted.low < 40 / 4.37 < predicted.high  # the ratio of the medians
    assert bench._predicted(made._replace(runs=(BenchRun(1, True),)), *carried) is None
    result = Result("bench", bench=made._replace(predicted=predicted), exit_code=ExitCode.FINE)
    (section,) = (it for it in view(result, Detail.USUAL) if it.title == "Elsewhere")
    assert "pi5/64: " in str(section)
    jsonschema.validate(encode(result), schema())


def test_boards_that_nobody_has_compared(on_a_pi4: argparse.Namespace) -> None:
    on_a_pi4.predict = "orange-pi-5/ubuntu-22.04-64"
    with pytest.raises(CouldNotCheckError, match=r"carry over to .*pi5/64"):
        bench._elsewhere(on_a_pi4)
    on_a_pi4.predict = "pi9"
    with pytest.raises(UsageError, match="unknown board"):
        bench._elsewhere(on_a_pi4)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with a runtime."""
    folder = tmp_path_factory.mktemp("bench")
    venv.EnvBuilder(symlinks=True).create(folder)
    made = os.fspath(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", made, "install", "--quiet"]
    subprocess.run([*pip, "--only-binary=:all:", "ai-edge-litert"], check=True)
    return made


@pytest.mark.network
def test_a_measurement_is_typed_and_honest(python: str) -> None:
    words = ("--python", python, "--threads", "1", "--seconds", "0.3", "--json")
    run = pidoctor("bench", str(INT8), *words)
    jsonschema.validate(
        run.json, json.loads((PACKAGE / "report" / "result.schema.json").read_text("utf-8"))
    )
    answer = run.json["bench"]
    assert answer["runtime"] == "ai-edge-litert"
    assert [(it["threads"], it["xnnpack"]) for it in answer["runs"]] == [
        (1, True),
        (1, False),
        (1, True),
    ]
    assert [it["delegated_parts"] for it in answer["runs"]] == [1, 0, 1]
    assert len({it["output_sha256_16"] for it in answer["runs"]}) == 1
    for it in answer["runs"]:
        assert it["death"] is None
        assert 0 < it["ms"]["min"] <= it["ms"]["p50"] <= it["ms"]["p99"]
        noisy = it["ms"]["variation"] > 0.03 or abs(answer["drift"] - 1) > 0.03
        assert bool(it["void"]) or not noisy
    believed = [it for it in answer["runs"] if not it["void"]]
    assert run.code == (0 if believed else 3)
    assert [it["delegated_operators"] for it in answer["runs"]] == [4, 0, 4]
    assert [it["output_apart"] for it in answer["runs"]] == [0, 0, 0]


@pytest.mark.network
@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")
def test_a_delegate_is_measured_and_its_output_compared(python: str, tmp_path: Path) -> None:
    """A delegate that takes the whole model, computes nothing and is fast: its runs are void."""
    library = tmp_path / "libzero.so"
    source = Path(__file__).with_name("zero_delegate.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
    words = ("bench", str(INT8), "--python", python, "--threads", "1", "--seconds", "0.1", "--json")
    runs = pidoctor(*words, "--delegate", str(library)).json["bench"]["runs"]
    assert [it["delegate"] for it in runs] == [str(library)] * 2 + [None] * 3
    assert [it["delegated_operators"] for it in runs] == [4, 4, 4, 0, 4]
    for it in runs[:2]:
        assert any("the output is not the processor's" in why for why in it["void"])
    idle = pidoctor(*words, "--delegate", str(library), "--delegate-option", "idle=1")
    assert idle.code == 1
    assert idle.json["verdict"].startswith("libzero.so was loaded, but the delegate took no part")
    runs = idle.json["bench"]["runs"]
    assert runs[1]["delegated_operators"] == 0
    for it in runs[:2]:
        assert "the delegate took no part of the model" in it["void"]
    run = pidoctor(*words, "--delegate", "libnone.so")
    assert run.code == 1
    assert "while the delegate was loaded" in run.json["verdict"]


@pytest.mark.network
def test_two_models_run_in_turn(python: str) -> None:
    other = str(INT8.with_name("float32.tflite"))
    words = ("--python", python, "--threads", "1", "--seconds", "0.1", "--json")
    answer = pidoctor("bench", str(INT8), "--compare", other, *words)
    (row,) = answer.json["bench"]["comparison"]["rows"]
    assert row["rounds"] == 5
    assert row["low"] <= row["ratio"] <= row["high"]
    assert answer.code == (3 if row["void"] else 0)
    assert answer.json["verdict"].startswith("float32.tflite ")


@pytest.mark.network
def test_operators_are_timed_alone(python: str) -> None:
    words = ("--python", python, "--threads", "1", "--seconds", "0.1", "--json", "--operators")
    answer = pidoctor("bench", str(INT8), *words).json["bench"]["operators"]
    assert answer["sum_ms"] > 0
    assert answer["whole_ms"] > 0
    apart = abs(answer["sum_ms"] / answer["whole_ms"] - 1) > 0.15
    assert bool(answer["why_not"]) == apart
    assert bool(answer["operators"]) != apart


@pytest.mark.network
def test_inputs_out_of_files(python: str, tmp_path: Path) -> None:
    make = "import numpy, sys; numpy.save(sys.argv[1], numpy.zeros((1, 8, int(sys.argv[2]), 3)))"
    for name, width in (("right.npy", "8"), ("wrong.npy", "9")):
        subprocess.run([python, "-c", make, str(tmp_path / name), width], check=True)
    (tmp_path / "no.wav").write_bytes(b"RIFF")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    words = ("bench", str(INT8), "--python", python, "--threads", "1", "--seconds", "0.1", "--json")
    given = pidoctor(*words, "--input", str(tmp_path / "right.npy"))
    assert given.json["bench"]["runs"][0]["ms"] is not None
    random = pidoctor(*words).json["bench"]["runs"][0]
    assert given.json["bench"]["runs"][0]["output_sha256_16"] != random["output_sha256_16"]
    for name, said in (
        ("wrong.npy", "it is of 1 x 8 x 9 x 3, and the model takes 1 x 8 x 8 x 3"),
        ("no.wav", "the model takes 1 x 8 x 8 x 3, which is no sound"),
        ("a.png", "reading an image needs Pillow there: "),
    ):
        run = pidoctor(*words, "--input", str(tmp_path / name))
        assert run.code == 2
        assert f"{name}: {said}" in run.err
