"""``pidoctor model``: will this file run there, and what to change where it does not."""

from __future__ import annotations

import json
import shlex
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import pidoctor as package
from pidoctor.model.content import operator_names
from tests.cli.program import Run, pidoctor
from tests.tools.model_builder import Fields, Number, one_operator
from tests.unit.model.making import Op, T, dense_file, model

SHIPPED = Path(package.__file__).parent / "proof" / "models" / "int8.tflite"
PI_64 = ("--target", "pi4-4gb/bookworm-64")
PI_32 = ("--target", "pi4-4gb/bookworm-32")


def operator(folder: Path, name: str) -> Path:
    """A file with a model of one custom operator."""
    path = folder / "one.tflite"
    path.write_bytes(one_operator(operator_names().index("CUSTOM"), 1, name))
    return path


def asked(path: Path, *words: str) -> Run:
    run = pidoctor("model", str(path), *words, "--json")
    schema = json.loads(
        Path(package.__file__).with_name("report").joinpath("result.schema.json").read_text("utf-8")
    )
    jsonschema.validate(run.json, schema)
    return run


def test_a_model_that_runs() -> None:
    run = asked(SHIPPED, *PI_64)
    model = run.json["model"]
    assert run.code == 0
    assert run.json["verdict"] == (
        "int8.tflite runs on pi4-4gb/bookworm-64 with ai-edge-litert 2.3.0."
    )
    assert run.json["next"] == (
        "pidoctor lock ai-edge-litert==2.3.0 --target pi4-4gb/bookworm-64 -o requirements.txt"
    )
    assert model["verdict"] == "runs"
    assert model["quantisation"] == "int8 per channel"
    assert model["inputs"][0]["shape"] == [1, 8, 8, 3]
    assert model["runtimes"][0] == {
        "name": "ai-edge-litert",
        "version": "2.3.0",
        "verdict": "runs",
        "stage": None,
        "reason": "ai-edge-litert 2.3.0 knows every operator "
        "in the version that the model asks for",
        "rests_on": "measured",
        "settle": None,
    }


def test_every_version_that_can_be_installed_has_a_verdict() -> None:
    runtimes = asked(SHIPPED, *PI_32).json["model"]["runtimes"]
    assert {row["name"] for row in runtimes} == {"tflite-runtime"}  # no other has 32-bit wheels


def changes(path: Path, *words: str) -> list[tuple[str, str]]:
    run = asked(path, *words)
    assert run.code == 1
    assert run.json["model"]["verdict"] == "cannot"
    assert run.json["next"] is None
    found = run.json["model"]["changes"]
    assert [row["cost"] for row in found] == sorted(row["cost"] for row in found)
    return [(row["kind"], row["result"]) for row in found]


def test_a_dense_layer_of_todays_converter_on_32_bits(tmp_path: Path) -> None:
    path = tmp_path / "dense.tflite"
    path.write_bytes(dense_file(12))
    assert [kind for kind, _ in changes(path, *PI_32)] == ["converter", "os-bits"]
    run = pidoctor("model", str(path), *PI_32, columns=100)
    assert "_experimental_disable_per_channel_quantization_for_dense_layers = True" in run.out
    told = " ".join(run.out.split())
    assert "tflite-runtime 2.14.0 does not know FULLY_CONNECTED version 12" in told


def test_flex_has_no_runtime_on_32_bits(tmp_path: Path) -> None:
    path = operator(tmp_path, "FlexMatrixInverse")
    found = dict(changes(path, *PI_32))
    assert list(found) == ["operators", "os-bits"]
    assert found["os-bits"].startswith("tensorflow 2.1")


def test_flex_has_no_runtime_on_python_3_13(tmp_path: Path) -> None:
    path = operator(tmp_path, "FlexMatrixInverse")
    found = dict(changes(path, "--target", "pi5-8gb/trixie-64"))
    assert list(found)[:2] == ["python", "operators"]
    assert found["python"].startswith("tensorflow 2.18")


def test_flex_runs_on_a_condition_where_tensorflow_has_it(tmp_path: Path) -> None:
    run = asked(operator(tmp_path, "FlexMatrixInverse"), *PI_64)
    assert run.code == 0
    assert run.json["model"]["verdict"] == "runs-with"
    assert "Flex delegate" in run.json["verdict"]
    assert run.json["next"].startswith("pidoctor lock tensorflow==2.1")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("MatrixInverse", "operators"), ("edgetpu-custom-op", "file"), ("DISPATCH_OP", "file")],
)
def test_custom_operators_that_nothing_runs(tmp_path: Path, name: str, kind: str) -> None:
    assert [k for k, _ in changes(operator(tmp_path, name), *PI_32)] == [kind]


def test_the_difference_of_two_files() -> None:
    run = asked(SHIPPED, str(SHIPPED.with_name("float32.tflite")), *PI_64)
    found = {row["what"]: (row["before"], row["after"]) for row in run.json["model"]["differences"]}
    assert found["quantisation"] == ("int8 per channel", "float32")
    assert found["inputs"][0] != found["inputs"][1]
    same = asked(SHIPPED, str(SHIPPED), *PI_64)
    assert same.json["model"]["differences"] == []


def test_the_answer_comes_first() -> None:
    lines = pidoctor("model", str(SHIPPED), *PI_64, columns=100).out.splitlines()
    assert lines[0].endswith("int8.tflite runs on pi4-4gb/bookworm-64 with ai-edge-litert 2.3.0.")
    assert "pidoctor lock" in "".join(lines[1:4])


# --- what is no model --------------------------------------------------------------------------


def bundle(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_the_model_in_a_bundle(tmp_path: Path) -> None:
    path = bundle(tmp_path / "hand.task", {"labels.txt": b"a", "hand.tflite": SHIPPED.read_bytes()})
    run = asked(path, *PI_64)
    assert run.code == 0
    assert run.json["model"]["operators"] == asked(SHIPPED, *PI_64).json["model"]["operators"]


REFUSED: list[tuple[str, dict[str, bytes] | bytes, str]] = [
    ("a.task", {"a.tflite": b"TFL3", "b.tflite": b""}, "a bundle of 2 models (a.tflite, b.tflite)"),
    ("a.zip", {"readme.txt": b""}, "a ZIP archive: there is no .tflite file in it"),
    ("a.keras", {"model.weights.h5": b"", "config.json": b""}, "a Keras model (.keras)"),
    ("a.zip", {"a.tflite": b"<!DOCTYPE html>"}, "a web page saved under that name"),
    ("a.zip", b"PK\x03\x04 and no more", "a damaged ZIP archive"),
    ("a.tflite", b"<!DOCTYPE html>", "a web page"),
    ("a.tflite", b"", "the file is empty"),
    ("a.tflite", b"\x89HDF\r\n\x1a\n", "a Keras model, or the weights of one, in HDF5"),
    ("a.tflite", SHIPPED.read_bytes()[:100], "a.tflite"),
    ("a.tflite", SHIPPED.read_bytes()[:100], "damaged or incomplete"),
    ("a.tflite", b"\x1b[31m" * 40, "not a .tflite model"),
    ("a.tflite", b"\xef\xbb\xbf<!DOCTYPE html>", "a web page"),
    ("a.tflite", "<!DOCTYPE html>".encode("utf-16"), "a web page"),
    ("a.tflite", b'{"error": "not found"}', "what a failed download said"),
    ("a.tflite", bytes(64), "bytes that are all 0"),
    ("a.pt", b"\x80\x02}q\x00", "a Python pickle"),
    ("a.safetensors", b"\x08" + bytes(7) + b'{"a":1}', "a safetensors file"),
    ("a.xz", b"\xfd7zXZ\x00", "an xz archive"),
    ("a.png", b"\x89PNG\r\n\x1a\n", "a PNG image: it may be an input of a model"),
]


@pytest.mark.parametrize(("name", "content", "expected"), REFUSED)
def test_what_is_no_model_is_one_line(
    tmp_path: Path, name: str, content: dict[str, bytes] | bytes, expected: str
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        bundle(path, content)
    run = pidoctor("model", str(path), *PI_64)
    assert run.code == 2
    assert run.out == ""
    assert len(run.err.splitlines()) == 1
    assert expected in run.err
    assert "\x1b" not in run.err


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "saved_model.pb").write_bytes(b"")
    assert "but a TensorFlow SavedModel: convert its folder" in pidoctor("model", str(saved)).err
    assert pidoctor("model", str(tmp_path / "none.tflite")).code == 2


def test_a_name_with_escape_codes_does_not_reach_the_terminal(tmp_path: Path) -> None:
    path = operator(tmp_path, "\x1b[31mred")
    run: Any = pidoctor("model", str(path), *PI_32)
    assert run.code == 1
    assert "\x1b" not in run.out


# --- check and install for a model -------------------------------------------------------------


def test_check_chooses_a_runtime_that_runs_the_model(tmp_path: Path) -> None:
    flex = operator(tmp_path, "FlexMatrixInverse")
    run = pidoctor("check", "--model", str(flex), *PI_64, "--json")
    assert run.json["resolution"]["runtime"] == "tensorflow"
    plain = pidoctor("check", "--model", str(SHIPPED), *PI_64, "--json")
    assert plain.json["resolution"]["runtime"] == "ai-edge-litert"


def test_check_says_that_a_model_cannot_run(tmp_path: Path) -> None:
    path = tmp_path / "dense.tflite"
    path.write_bytes(dense_file(12))
    run = pidoctor("check", "--model", str(path), *PI_32, "--json")
    assert run.code == 1
    first = run.json["findings"][0]
    assert (first["id"], first["severity"]) == ("model-does-not-run", "error")
    assert "FULLY_CONNECTED version 12" in first["message"]
    assert "64-bit" in first["remedy"]["text"]
    # asked here, it would be of this machine
    assert first["remedy"]["commands"] == [f"pidoctor model --target {PI_32[1]} {path}"]


def test_install_plans_for_a_model_or_refuses_it(tmp_path: Path) -> None:
    words = ("--venv", str(tmp_path / "env"), "--dry-run", "--json")
    run = pidoctor("install", "--model", str(SHIPPED), *words)
    assert run.code == 0
    assert run.json["resolution"]["status"] == "plan"
    custom = operator(tmp_path, "MatrixInverse")
    refused = pidoctor("install", "tflite-runtime", "--model", str(custom), *words)
    assert refused.code in (1, 3)  # 3: this Python has no tflite-runtime that was measured
    assert refused.json["steps"] is None
    assert refused.json["verdict"].startswith("Not installed.")


def test_the_command_that_settles_names_the_file() -> None:
    settles = [it["settle"] for it in asked(SHIPPED, *PI_64).json["model"]["runtimes"]]
    assert f"install it and run `pidoctor smoke --model {SHIPPED}`" in settles
    assert not any("FILE" in (text or "").split() for text in settles)


def test_a_model_in_no_shape_that_runs_is_asked_about_in_one_that_does(tmp_path: Path) -> None:
    image = T((1, 1, 1, 1), signature=(1, -1, -1, 1))
    steps = Fields({0: Number("b", 1), 1: Number("i", 1), 2: Number("i", 1)})
    data = model(
        [image, T((1, 3, 3, 1), stored=True), image], [Op("CONV_2D", (0, 1), (2,), options=steps)]
    )
    path = tmp_path / "open.tflite"
    path.write_bytes(data)
    run = asked(path, *PI_64)
    assert run.code == 3
    assert run.json["next"] == f"pidoctor model {' '.join(PI_64)} {path} --shape t0=1,4,4,1"
    settled = pidoctor(*shlex.split(run.json["next"])[1:], "--json")
    assert settled.json["model"]["verdict"] == "runs"


def test_the_page_of_a_model_says_its_verdict_once(tmp_path: Path) -> None:
    page = tmp_path / "model.html"
    assert pidoctor("model", str(SHIPPED), *PI_64, "--html", str(page)).code == 0
    assert page.read_text(encoding="utf-8").count('class="card passed"') == 1
