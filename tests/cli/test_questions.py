"""The questions that people ask, and the answers they get, offline, for any board."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import pidoctor


def resolution(*words: str) -> dict[str, Any]:
    run = pidoctor(*words, "--json")
    assert run.err == ""
    answer: dict[str, Any] = run.json["resolution"]
    return answer


def pins(answer: dict[str, Any]) -> dict[str, str]:
    return {p["name"]: f"{p['version']} {p['source']}" for p in answer["packages"]}


def kinds(answer: dict[str, Any]) -> list[str]:
    return [change["kind"] for change in answer["changes"]]


def test_why_not_tensorflow_2_3_on_a_pi_4() -> None:
    answer = resolution("explain", "tensorflow==2.3", "--target", "pi4-4gb/bullseye-64")
    assert answer["status"] == "impossible"
    assert answer["nearest_miss"]["reason"] == "architecture"
    assert "built for 64-bit x86 (x86_64)" in answer["message"]
    assert kinds(answer) == ["version", "runtime"]
    assert "tensorflow==2.20.0" in answer["changes"][0]["text"]


def test_can_a_32_bit_system_run_tensorflow() -> None:
    answer = resolution("explain", "tensorflow", "--target", "pi4-4gb/bookworm-32")
    assert answer["status"] == "impossible"
    assert answer["nearest_miss"]["reason"] == "bitness"
    assert kinds(answer) == ["runtime", "os-bits"]
    assert "tflite-runtime 2.14.0" in answer["changes"][0]["result"]


def test_tensorflow_on_one_gigabyte_fits_but_tightly() -> None:
    answer = resolution("explain", "tensorflow", "--target", "pi-3b/bookworm-64")
    assert answer["status"] == "plan"
    assert "memory is tight" in answer["notes"][0]


def test_tensorflow_on_half_a_gigabyte_is_a_warning() -> None:
    """The peak of 568 MB is mostly files that the system can drop: it ran in 240 MB."""
    answer = resolution("explain", "tensorflow", "--target", "pi-zero-2w/bookworm-64")
    assert answer["status"] == "plan"
    [note] = [note for note in answer["notes"] if note.startswith("memory is short")]
    assert "about 199 MB of it memory of its own" in note


def test_a_beaglebone_lacks_fused_multiply_add() -> None:
    answer = resolution("explain", "auto", "--target", "beaglebone-black/debian-bookworm-32")
    assert answer["nearest_miss"]["reason"] == "cpu-feature"
    assert "VFPv4 (fused multiply-add)" in answer["message"]


def test_ubuntu_20_04_has_a_plan_with_its_own_python() -> None:
    answer = resolution("explain", "auto", "--target", "jetson-nano/ubuntu-20.04-64")
    assert answer["status"] == "plan"
    assert answer["packages"][0]["filename"].startswith("tflite_runtime-2.13.0-cp38-cp38-")


def test_tensorflow_2_11_is_no_longer_refused_on_a_pi_4() -> None:
    """Eleven atomic instructions in code for other processors refuse nothing."""
    answer = resolution("explain", "tensorflow==2.11.0", "--target", "pi4-4gb/bullseye-64")
    assert answer["status"] == "plan"


def test_tflite_runtime_ended_before_python_3_13() -> None:
    answer = resolution("explain", "tflite-runtime", "--target", "pi5-8gb/trixie-64")
    assert answer["nearest_miss"]["reason"] == "python"
    assert kinds(answer)[:2] == ["runtime", "python"]
    assert "ai-edge-litert" in answer["changes"][0]["result"]


def test_a_pi_zero_needs_another_board_for_litert() -> None:
    answer = resolution("explain", "ai-edge-litert", "--target", "pi-zero-w/bookworm-32")
    assert answer["nearest_miss"]["reason"] == "architecture"
    assert kinds(answer) == ["board"]


def test_trixie_32_has_nothing_and_says_so() -> None:
    answer = resolution("check", "--target", "pi4-4gb/trixie-32")
    assert "no runtime has a wheel for 32-bit ARM (armv7l) with Python 3.13" in answer["message"]
    assert kinds(answer) == ["container", "os-bits", "os-release", "other-way"]
    assert [change["cost"] for change in answer["changes"]] == sorted(
        change["cost"] for change in answer["changes"]
    )


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("pi4-4gb/bookworm-64", {"ai-edge-litert": "2.3.0 index"}),
        ("pi5-8gb/trixie-64", {"ai-edge-litert": "2.3.0 index"}),
        ("pi4-4gb/bullseye-64", {"ai-edge-litert": "2.1.0 index", "numpy": "2.0.2 index"}),
        ("pi4-4gb/bookworm-32", {"tflite-runtime": "2.14.0 index", "numpy": "1.24.2 debian"}),
        ("pi-3b/bookworm-32", {"tflite-runtime": "2.14.0 index", "numpy": "1.24.2 debian"}),
        ("pi4-2gb/ubuntu-22.04-64/py3.12", {"ai-edge-litert": "2.3.0 index"}),
    ],
)
def test_what_auto_chooses(target: str, expected: dict[str, str]) -> None:
    chosen = pins(resolution("check", "--target", target))
    assert {name: chosen.get(name) for name in expected} == expected


def test_numpy_stays_below_2_where_the_wheel_was_compiled_for_1() -> None:
    chosen = pins(resolution("explain", "tflite-runtime", "--target", "pi4-4gb/bookworm-64"))
    assert chosen == {"tflite-runtime": "2.14.0 index", "numpy": "1.26.4 index"}


def test_check_exits_1_and_explain_0_when_nothing_fits() -> None:
    assert pidoctor("check", "--target", "pi4-4gb/trixie-32").code == 1
    assert pidoctor("explain", "auto", "--target", "pi4-4gb/trixie-32").code == 0
    assert pidoctor("check", "--target", "pi4-4gb/bookworm-64").code == 0


def test_the_matrix_answers_for_every_board_and_for_other_pythons() -> None:
    cells = pidoctor("matrix", "--json").json["matrix"]
    assert len(cells) >= 400
    for cell in cells:
        assert cell["status"] in ("plan", "impossible")
        assert cell["summary"]  # what would be installed, or the nearest miss
    more = pidoctor("matrix", "--boards", "pi4-4gb", "--pythons", "3.11,3.13", "--json")
    answers = {cell["target"]: cell["status"] for cell in more.json["matrix"]}
    assert answers["pi4-4gb/bookworm-64/py3.13"] == "plan"
    assert answers["pi4-4gb/bookworm-32/py3.13"] == "impossible"
    assert "pi4-4gb/bookworm-64/py3.11" not in answers  # that is its own
    assert pidoctor("matrix", "--pythons", "2.7").code == 2


def test_a_version_of_no_known_form_and_a_name_that_no_file_can_have() -> None:
    answer = resolution("explain", "tflite-runtime===foo", "--target", "pi4-4gb/bookworm-64")
    assert answer["message"] == "no version of tflite-runtime matches ===foo"
    run = pidoctor("check", f"tensorflow==2.{'9' * 5000}", "--target", "pi4-4gb/bookworm-64")
    assert (run.code, "too long to be a requirement" in run.err) == (2, True)
    run = pidoctor("check", "auto", "x" * 300, "--offline", "--target", "pi4-4gb/bookworm-64")
    assert run.code == 3
    assert "xxx fits could not be checked" in " ".join(run.out.split())


def test_what_comes_from_elsewhere_is_no_part_of_all_together(tmp_path: Path) -> None:
    listed = tmp_path / "requirements.txt"
    where = ("-r", str(listed), "--target", "pi4-4gb/bookworm-64", "--json")
    for line, code in (
        ("-e git+https://index.example/x.git", 3),
        ("y @ https://index.example/y.zip", 3),
        ("y @ https://index.example/y.zip ; sys_platform == 'win32'", 0),
    ):
        listed.write_text(f"tflite-runtime\n{line}\n")
        run = pidoctor("check", *where)
        assert run.code == code, line
        said = run.json["verdict"].endswith("1 address or folder fits could not be checked.")
        assert said == bool(code), line
    listed.write_text("./there\n")  # that is all
    run = pidoctor("check", *where)
    assert run.code == 3
    assert "all together" not in run.json["verdict"]
