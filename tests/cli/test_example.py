"""``pidoctor example``: what is written, what is refused, and that the program runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import pidoctor as package
from pidoctor.cli.example import try_it
from pidoctor.proof.known import own_model
from pidoctor.proof.prove import prove
from tests.cli.program import pidoctor
from tests.unit.model.making import Op, T
from tests.unit.model.making import model as made

MODELS = Path(package.__file__).parent / "proof" / "models"
INT8 = MODELS / "int8.tflite"


def test_a_program_and_its_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = pidoctor("example", str(INT8), "--service", "--json")
    assert run.code == 0
    assert run.json["verdict"] == (
        "Written: int8_example.py and int8_example.service. "
        "It runs with the runtime that is installed."
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "int8_example.py",
        "int8_example.service",
    ]
    before = (tmp_path / "int8_example.py").read_text()
    again = pidoctor("example", str(INT8))
    assert again.code == 2
    assert "int8_example.py exists; replace it with --force" in again.err
    (tmp_path / "int8_example.py").write_text("mine")
    assert pidoctor("example", str(INT8), "--force").code == 0
    assert (tmp_path / "int8_example.py").read_text() == before


def test_nothing_is_written_where_the_service_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "a.service").write_text("mine")
    run = pidoctor("example", str(INT8), "--service", "-o", str(tmp_path / "a.py"))
    assert run.code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["a.service"]


def test_a_python_without_a_runtime_is_one_line(tmp_path: Path) -> None:
    program = tmp_path / "run.py"
    assert pidoctor("example", str(INT8), "-o", str(program)).code == 0
    folder = tmp_path / "bare"
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    run = subprocess.run(
        [folder / "bin" / "python", "-I", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "has no TensorFlow Lite (No module named 'numpy')" in run.stderr
    assert run.stderr.count("\n") == 1


def test_it_is_printed() -> None:
    run = pidoctor("example", str(INT8), "-o", "-")
    assert run.code == 0
    compile(run.out, "printed", "exec")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.tflite", b"", "the file is empty"),
        ("a.tflite", b"<!DOCTYPE html><html>", "a web page"),
        ("a.h5", b"\x89HDF\r\n\x1a\n" + bytes(64), "a Keras model, or the weights of one"),
        ("a.onnx", b"\x08\x07\x12\x07pytorch" + bytes(64), "an ONNX model"),
        ("a.tflite", INT8.read_bytes()[:900], "a.tflite: "),
        ("a.tflite", b"\xff\xff\xff\x7fTFL3" + bytes(64), "a.tflite: "),
    ],
)
def test_what_is_no_model_writes_nothing(
    name: str, content: bytes, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(content)
    run = pidoctor("example", name)
    assert run.code == 2
    assert said in run.err
    assert run.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("shape", ["input", "input=", "input=1,a", "input=0", "input=-1", "x=1"])
def test_a_shape_that_is_none(shape: str) -> None:
    run = pidoctor("example", str(INT8), "-o", "-", "--shape", shape)
    assert run.code == 2
    assert run.err.startswith("pidoctor: --shape")


def test_a_bundle_is_read_where_it_is(tmp_path: Path) -> None:
    bundle = tmp_path / "all.task"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.write(INT8, "inner.tflite")
    run = pidoctor("example", str(bundle), "-o", "-")
    assert "zipfile.ZipFile(MODEL).read('inner.tflite')" in run.out


@pytest.mark.network
def test_the_programs_compute_what_the_proof_computes(tmp_path: Path) -> None:
    venv.EnvBuilder(symlinks=True).create(tmp_path / "v")
    python = os.fspath(tmp_path / "v" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--only-binary=:all:", "ai-edge-litert", "pillow"], check=True)
    make = "from PIL import Image; Image.new('RGB', (40, 30), (200, 10, 10)).save('photo.png')"
    subprocess.run([python, "-c", make], cwd=tmp_path, check=True)
    for name in ("float32", "int8"):
        path = MODELS / f"{name}.tflite"
        program = tmp_path / f"{name}.py"
        assert pidoctor("example", str(path), "-o", str(program)).code == 0
        said = subprocess.run(
            [python, str(program), "--raw"], capture_output=True, text=True, check=True
        )
        obtained = prove(python, model=own_model(path)).models[0].obtained
        assert json.loads(said.stdout) == pytest.approx(list(obtained or ()))
        image = subprocess.run(
            [python, str(program), "photo.png"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        answer = json.loads(image.stdout)
        assert answer["source"] == "photo.png"
        assert len(answer["scores"]) == 10


FAKE = """
import numpy as np
OpResolverType = None
class Interpreter:
    def __init__(self, **options): pass
    def allocate_tensors(self): pass
    def get_input_details(self): return []
    def invoke(self): pass
    def get_output_details(self):
        plain = {"quantization": (0.0, 0)}
        return [
            {"index": 0, "name": "found", "shape": np.array([0, 2]), "dtype": np.int64, **plain},
            {"index": 1, "name": "spectrum", "shape": np.array([1]), "dtype": "c8", **plain},
        ]
    def get_tensor(self, index):
        if index == 0: raise ValueError("Invalid tensor size.")
        return np.array([1 + 2j], dtype="c8")
"""


def test_outputs_without_elements_and_complex_ones(tmp_path: Path) -> None:
    """Runtimes refuse to give the first, and JSON has no form for the second."""
    pytest.importorskip("numpy")
    (tmp_path / "ai_edge_litert").mkdir()
    (tmp_path / "ai_edge_litert" / "interpreter.py").write_text(FAKE)
    program = tmp_path / "run.py"
    assert pidoctor("example", str(INT8), "-o", str(program)).code == 0
    command = [sys.executable, str(program)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout) == {
        "source": "test input",
        "found": [],
        "spectrum": ["(1+2j)"],
    }
    raw = subprocess.run([*command, "--raw"], capture_output=True, text=True, check=True)
    assert json.loads(raw.stdout) == ["(1+2j)"]


def test_a_program_for_a_model_that_runs_nowhere_says_so(tmp_path: Path) -> None:
    model = tmp_path / "pose.tflite"
    op = Op("PosenetDecoderOp", (0,), (1,), custom=True)
    model.write_bytes(made([T(), T()], [op]))
    run = pidoctor("example", str(model), "-o", str(tmp_path / "pose.py"), "--json")
    assert "but the model needs PosenetDecoderOp" in run.json["verdict"]
    assert run.json["next"] == f"pidoctor model {model}"


def test_without_a_model_our_own_is_written_and_runs_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command that install ends with can be typed twice, and keeps what the user changed."""
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        run = pidoctor("example")
        assert run.code == 0, run.err
        assert "first.tflite, a small model, and first_example.py" in run.out
    assert (tmp_path / "first.tflite").read_bytes() == INT8.with_name("float32.tflite").read_bytes()
    (tmp_path / "first_example.py").write_text("mine")
    assert pidoctor("example").code == 2
    assert (tmp_path / "first_example.py").read_text() == "mine"
    (tmp_path / "first.tflite").write_text("mine")
    assert "first.tflite is another file" in pidoctor("example").err
    assert (tmp_path / "first.tflite").read_text() == "mine"


def test_what_to_try_is_the_users_model_or_ours() -> None:
    python = Path(".venv/bin/python")
    assert try_it(python, None) == "pidoctor example && .venv/bin/python first_example.py"
    assert try_it(Path("/a b/python"), "models/cat.tflite") == (
        "pidoctor example -q models/cat.tflite && '/a b/python' cat_example.py"
    )
