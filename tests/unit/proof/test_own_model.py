"""A model of the user's: what it is compared with, and in which words that is said."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import pidoctor
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.proof.inference_payload import BadFile, compared, own_shape, tensors_in
from pidoctor.proof.known import Against, own_model
from pidoctor.proof.proof import Proof, shown
from pidoctor.proof.prove import prove
from tests.cli.program import pidoctor as program

from .fake import environment

MODELS = Path(pidoctor.__file__).parent / "proof/models"
MODEL = MODELS / "float32.tflite"
ANSWER: dict[str, Any] = json.loads(MODEL.with_suffix(".json").read_text("utf-8"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return environment(tmp_path_factory.mktemp("environment"))


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    right = {"values": ANSWER["input"], "shape": ANSWER["input_shape"], "dtype": ANSWER["dtype"]}
    Path("input.json").write_text(json.dumps({"inputs": [right]}))
    np.save("right.npy", np.array(ANSWER["expected"], ANSWER["dtype"]))
    return tmp_path


def proof_of(python: str, expect: str = "", tolerance: float | None = None) -> Proof:
    against = Against(Path("input.json"), Path(expect) if expect else None, tolerance)
    return prove(python, model=own_model(MODEL, against))


def test_without_an_answer_nothing_is_called_right(python: str) -> None:
    proof = proof_of(python)
    assert proof.passed
    (model,) = proof.models
    assert (model.expected, model.compared_with, model.max_error) == (None, None, None)
    assert shown(proof) == "ran without error; there is no known answer to compare with"
    assert model.given == "the input in input.json"
    assert encode(proof)["api"] == "Interpreter"


def test_the_expected_output_is_compared(python: str) -> None:
    proof = proof_of(python, "right.npy")
    assert (proof.passed, proof.models[0].max_error) == (True, 0)
    assert shown(proof) == "gives the output of right.npy"


def test_the_first_value_that_differs_is_named(python: str) -> None:
    wrong = list(ANSWER["expected"])
    wrong[3] += 0.5
    Path("wrong.json").write_text(json.dumps([wrong]))
    proof = proof_of(python, "wrong.json")
    assert not proof.passed
    (model,) = proof.models
    assert model.difference is not None
    assert model.difference.startswith("output 0 [0, 3] is ")
    assert f"1 of {len(wrong)} values" in model.difference
    assert proof.death is not None
    assert proof.death.kind == "wrong-result"
    assert shown(proof) == "ran, and its output is not that of wrong.json"
    assert proof_of(python, "wrong.json", tolerance=0.6).passed


def test_what_was_saved_is_a_reference_with_its_input(python: str) -> None:
    words = ("smoke", "--python", python, "--model", str(MODEL))
    assert program(*words, "--input", "input.json", "--save", "saved.json").code == 0
    again = program(*words, "--expect", "saved.json", "--json")
    assert again.code == 0
    (model,) = again.json["proof"]["models"]
    assert (model["given"], model["compared_with"]) == ("the input in saved.json", "saved.json")
    other = program(*words[:-1], str(MODELS / "int8.tflite"), "--expect", "saved.json")
    assert (other.code, other.err.count("\n")) == (2, 1)
    assert "made with another model file" in other.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--expect right.npy", "name it with --model"),
        ("--model M --tolerance 0.1", "add --expect or --reference"),
        ("--model M --expect right.npy --tolerance x", "expected a number from 0 on"),
        ("--model M --expect missing.npy", "missing.npy: cannot be read"),
        ("--model M --expect right.txt", "neither .npy nor .json"),
        ("--model M --input short.json", "input 0 is of 2, and the model takes 1 x 8 x 8 x 3"),
        ("--model M --input sound.wav", "the model takes 1 x 8 x 8 x 3, which is no sound"),
        ("--model M --input input.json --expect ragged.json", "ragged.json: it"),
        ("--model M --input input.json --expect input.json", "input.json: it has no outputs"),
        ("--model M --input input.json --reference tflite-runtime", "which says nothing"),
    ],
)
def test_what_cannot_be_compared_is_one_line(python: str, words: str, said: str) -> None:
    Path("short.json").write_text("[1, 2]")
    Path("ragged.json").write_text("[[1, 2], [3]]")
    Path("sound.wav").write_bytes(b"RIFF")
    run = program("smoke", "--python", python, *words.replace("M ", f"{MODEL} ").split())
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert said in run.err


def test_shapes_differ_but_not_by_sizes_of_one() -> None:
    ten = np.arange(10.0)
    assert compared([ten], [ten.reshape(1, 10)], None)["over"] == 0
    assert compared([ten.reshape(2, 5)], [ten.reshape(5, 2)], None)["shapes"]
    assert compared([ten], [ten, ten], None)["shapes"] == "2 outputs, expected 1"


@pytest.mark.parametrize(
    ("want", "got", "over"),
    [
        ([1.0, np.nan], [1.0, np.nan], 0),
        ([1.0, np.nan], [1.0, 2.0], 1),
        ([np.inf], [np.inf], 0),
        ([np.inf], [-np.inf], 1),
        ([1000.0], [1000.05], 0),
        ([1.0], [1.01], 1),
    ],
)
def test_values_that_are_no_numbers_and_the_usual_tolerance(
    want: list[float], got: list[float], over: int
) -> None:
    found = compared([np.array(want)], [np.array(got)], None)
    assert found["over"] == over
    assert json.loads(json.dumps(found, allow_nan=False))["total"] == len(want)


def test_an_integer_may_be_off_by_a_step_of_eight_bits_only() -> None:
    for kind, over in (("uint8", 0), ("int8", 0), ("int32", 1), ("int64", 1)):
        found = compared([np.array([5], kind)], [np.array([6], kind)], None)
        assert found["over"] == over, kind


def test_a_pickle_is_not_opened() -> None:
    np.save("evil.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(BadFile, match="cannot be read"):
        tensors_in("evil.npy", "outputs", str(MODEL))


def test_a_file_of_another_kind_is_refused() -> None:
    Path("x.txt").write_text("1")
    with pytest.raises(UsageError, match="neither"):
        own_model(MODEL, Against(expect=Path("x.txt")))


@pytest.mark.parametrize(
    ("open_", "given", "shape"),
    [
        ([-1, -1, -1, 3], (1, 224, 224, 3), [1, 224, 224, 3]),
        ([-1, -1, -1, 3], (1, 224, 224, 4), None),  # no size that is open
        ([1, 10], (1, 10), None),  # nothing is open
        ([-1, 10], (10,), None),
    ],
)
def test_given_numbers_have_their_own_shape(
    open_: list[int], given: tuple[int, ...], shape: list[int] | None
) -> None:
    array = SimpleNamespace(shape=given)
    assert own_shape({"shape_signature": open_}, array) == shape
