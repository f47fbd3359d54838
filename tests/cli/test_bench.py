"""``pidoctor bench``: real runs of a real runtime, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import jsonschema
import pytest

import pidoctor as package
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


def test_the_time_has_limits() -> None:
    assert "from 0.1 to 60" in pidoctor("bench", str(INT8), "--seconds", "nan").err


def test_a_runtime_that_nobody_knows() -> None:
    run = pidoctor("bench", str(INT8), "--runtime", "onnx", "--python", sys.executable)
    assert run.code == 2
    assert "Unknown runtime onnx: known are ai-edge-litert," in run.err


@pytest.mark.network
def test_a_measurement_is_typed_and_honest(tmp_path: Path) -> None:
    """Figures are void or believed by what they say themselves, on a quiet or a busy machine."""
    venv.EnvBuilder(symlinks=True).create(tmp_path / "v")
    python = os.fspath(tmp_path / "v" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--only-binary=:all:", "ai-edge-litert"], check=True)
    words = ("--python", python, "--threads", "1", "--seconds", "0.3", "--json")
    run = pidoctor("bench", str(INT8), *words)
    jsonschema.validate(
        run.json, json.loads((PACKAGE / "report" / "result.schema.json").read_text("utf-8"))
    )
    bench = run.json["bench"]
    assert bench["runtime"] == "ai-edge-litert"
    assert [(it["threads"], it["xnnpack"]) for it in bench["runs"]] == [
        (1, True),
        (1, False),
        (1, True),
    ]
    assert [it["delegated_parts"] for it in bench["runs"]] == [1, 0, 1]
    assert len({it["output_sha256_16"] for it in bench["runs"]}) == 1
    for it in bench["runs"]:
        assert it["death"] is None
        assert 0 < it["ms"]["min"] <= it["ms"]["p50"] <= it["ms"]["p99"]
        noisy = it["ms"]["variation"] > 0.03 or abs(bench["drift"] - 1) > 0.03
        assert bool(it["void"]) or not noisy
    believed = [it for it in bench["runs"] if not it["void"]]
    assert run.code == (0 if believed else 3)
