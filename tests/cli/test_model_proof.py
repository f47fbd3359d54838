"""``pidoctor model --prove`` and ``--shape``: what a run showed, beside what was read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import pidoctor as package
from tests.cli.program import pidoctor
from tests.unit.proof.fake import environment

INT8 = Path(package.__file__).parent / "proof" / "models" / "int8.tflite"
OWN = """
def given(self):
    return self.value.ravel()[:4]
def answer(self, index):
    return np.zeros((1, 4), np.float32)
def own(self, model_path):
    with open(model_path, "rb") as file:
        file.read()
    self.known = {"input_shape": [1, 8, 8, 3], "dtype": "int8"}
Interpreter.__init__, Interpreter.get_tensor = own, answer
"""


def test_a_run_is_what_the_answer_rests_on(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", OWN)
    run = pidoctor("model", str(INT8), "--prove", "--python", python, "--json")
    assert run.code == 0
    first = run.json["model"]["runtimes"][0]
    assert (first["name"], first["version"]) == ("tflite-runtime", "9.9")
    assert (first["verdict"], first["rests_on"]) == ("runs", "proof")
    assert run.json["proof"]["status"] == "passed"
    assert " with tflite-runtime 9.9: it was run, in " in run.json["verdict"]
    assert run.json["next"] == f"pidoctor example {INT8}"


def test_the_shape_reaches_the_run(tmp_path: Path) -> None:
    python = environment(tmp_path / "env", OWN)
    words = ("--prove", "--python", python, "--json")
    run = pidoctor("model", str(INT8), "--shape", "4,8,8,3", *words)
    assert run.json["proof"]["models"][0]["input_shape"] == [4, 8, 8, 3]
    assert run.json["model"]["inputs"][0]["shape"] == [4, 8, 8, 3]
    smoke = pidoctor("smoke", "--model", str(INT8), "--shape", "2,8,8,3", *words[1:])
    assert smoke.json["proof"]["models"][0]["input_shape"] == [2, 8, 8, 3]


def test_a_run_that_dies_is_said(tmp_path: Path) -> None:
    dies = "\ndef invoke(self):\n    os.kill(os.getpid(), 11)\nInterpreter.invoke = invoke\n"
    python = environment(tmp_path / "env", OWN + dies)
    run = pidoctor("model", str(INT8), "--prove", "--python", python, "--json")
    first = run.json["model"]["runtimes"][0]
    assert (first["verdict"], first["stage"], first["rests_on"]) == ("cannot", "invoke", "proof")
    assert "SIGSEGV" in first["reason"]
    assert run.json["proof"]["status"] == "failed"


def test_the_model_in_a_bundle_is_run(tmp_path: Path) -> None:
    bundle = tmp_path / "a.task"
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.write(INT8, "a.tflite")
    python = environment(tmp_path / "env", OWN)
    run = pidoctor("model", str(bundle), "--prove", "--python", python, "--json")
    assert run.json["model"]["runtimes"][0]["rests_on"] == "proof"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--prove", "--target", "pi5-8gb/trixie-64"), 2, "about this machine alone"),
        (("--shape", "1,2"), 2, "the input has 4 sizes, not 2"),
        (("--shape", "x=1,8,8,3"), 2, "with one of its inputs"),
    ],
)
def test_what_cannot_be_asked(words: tuple[str, ...], code: int, said: str) -> None:
    run = pidoctor("model", str(INT8), *words)
    assert (run.code, run.out) == (code, "")
    assert said in run.err
    assert run.err.count("\n") == 1


def test_without_a_runtime_nothing_was_checked(tmp_path: Path) -> None:
    gone = "\nraise ImportError('libmissing.so.1: cannot open shared object file')\n"
    run = pidoctor(
        "model", str(INT8), "--prove", "--python", environment(tmp_path / "env", gone), "--json"
    )
    assert run.code == 3
    assert "--prove: the model was not run" in run.json["error"]
