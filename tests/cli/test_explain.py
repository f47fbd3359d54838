"""``explain``: the answer in its first two lines, then the history and what else there is."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import pidoctor

PI4 = "pi4-4gb/trixie-64"


def verdict(*words: str) -> str:
    answer: str = pidoctor("explain", *words, "--json").json["verdict"]
    return answer


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        # why not 2.3 on a Pi 4?
        (
            "tensorflow==2.3 --target pi4-4gb/trixie-64",
            "tensorflow==2.3 has no wheel for 64-bit ARM (aarch64); the first version with one is "
            "2.10.0. The newest that runs on pi4-4gb/trixie-64 is 2.21.0.",
        ),
        # can a 32-bit system run it?
        (
            "tensorflow --target pi4-4gb/bookworm-32",
            "No version of tensorflow has a wheel for 32-bit ARM (armv7l); the kernel is 64-bit, "
            "but Python is not. .tflite models run there with tflite-runtime 2.14.0.",
        ),
        # why is it not installable?
        (
            "tflite-runtime --target pi5-8gb/trixie-64",
            "No version of tflite-runtime has a wheel for 64-bit ARM (aarch64) with Python 3.13: "
            "the last, 2.14.0, is for Python 3.8 to 3.11, and ai-edge-litert follows it. .tflite "
            "models run there with ai-edge-litert 2.3.0.",
        ),
        (
            "tensorflow==2.12 --target pi4-4gb/trixie-64",
            "tensorflow==2.12 has no wheel for Python 3.13; the first version with one is 2.20.0. "
            "The newest that runs on pi4-4gb/trixie-64 is 2.21.0.",
        ),
        (
            "ai-edge-litert==2.3 --target pi4-4gb/bullseye-64",
            "ai-edge-litert==2.3 has no wheel for Python 3.9; the last version with one is 2.1.0. "
            "The newest that runs on pi4-4gb/bullseye-64 is 2.1.0.",
        ),
        (
            "tflite-runtime>2.8,<2.9 --target pi4-4gb/bookworm-64",
            "No version of tflite-runtime is <2.9,>2.8; those for 64-bit ARM (aarch64) go from "
            "2.7.0 to 2.14.0. The newest that runs on pi4-4gb/bookworm-64 is 2.14.0.",
        ),
        (
            "--target pi4-4gb/trixie-32",
            "No TensorFlow Lite runtime has a wheel for 32-bit ARM (armv7l) with Python 3.13: "
            "tflite-runtime has none for Python 3.13 (3.7 to 3.11 only); ai-edge-litert and "
            "tensorflow have none for 32-bit ARM (armv7l). What would help: run it in a container "
            "of the image debian:bookworm.",
        ),
        ("auto --target pi4-4gb/bookworm-64", "ai-edge-litert 2.3.0 fits pi4-4gb/bookworm-64."),
    ],
)
def test_the_verdict_answers_the_question(asked: str, answered: str) -> None:
    assert verdict(*asked.split()) == answered
    first = pidoctor("explain", *asked.split()).out.splitlines()[:2]
    assert " ".join(" ".join(first)[2:].split()).startswith(answered[:60])


def explanation(*words: str) -> dict[str, Any]:
    answer: dict[str, Any] = pidoctor("explain", *words, "--json").json["explanation"]
    return answer


def test_history_names_the_first_and_the_last_version() -> None:
    [known] = explanation("tensorflow", "--target", "pi4-4gb/bookworm-64")["histories"]
    assert (known["first"], known["first_for_python"]) == ("2.10.0", "2.12.0")
    assert known["pythons"] == ["3.10", "3.11", "3.12", "3.13"]
    every = explanation("auto", "--target", "pi4-4gb/bookworm-64")["histories"]
    ended = {item["name"]: item["followed_by"] for item in every}
    assert ended == {"ai-edge-litert": None, "tflite-runtime": "ai-edge-litert", "tensorflow": None}


def test_the_newest_that_runs_and_what_it_asks_for() -> None:
    newest = explanation("ai-edge-litert<2", "--target", "pi4-4gb/bookworm-64")["newest"]
    assert (newest["version"], newest["runs"]) == ("2.3.0", True)
    assert "glibc 2.34" in newest["asks_for"]
    unfit = explanation("tflite-runtime", "--target", "pi5-8gb/trixie-64")["newest"]
    assert (unfit["version"], unfit["runs"]) == ("2.14.0", False)
    assert "numpy<2,>=1.23.2" in unfit["asks_for"]


def test_the_runner_up_and_why_not() -> None:
    second = explanation("auto", "--target", "pi4-4gb/bookworm-64")["runner_up"]
    assert (second["name"], second["version"]) == ("tflite-runtime", "2.14.0")
    assert second["why_not"] == "ai-edge-litert follows it"
    older = explanation("tensorflow==2.17.*", "--target", "pi4-4gb/bookworm-64")["runner_up"]
    assert (older["version"], older["why_not"]) == ("2.17.0", "2.17.1 is newer")


def test_the_reason_of_each_package_is_on_the_screen() -> None:
    text = pidoctor("explain", "tflite-runtime", "--target", "pi4-4gb/bookworm-64").out
    why = " ".join(text[text.index("Why these") :].split())
    assert "numpy<2,>=1.23 (compiled into tflite-runtime 2.14.0)" in why


def test_two_changes_together_where_no_single_one_helps() -> None:
    answer = pidoctor("explain", "tensorflow==2.3", "--target", "pi4-4gb/trixie-32", "--json").json
    [change] = answer["resolution"]["changes"]
    assert change["text"] == (
        "install the 64-bit Raspberry Pi OS 13 (trixie), and ask for tensorflow==2.21.0: "
        "pidoctor install tensorflow==2.21.0"
    )
    assert (change["kind"], change["request"]) == ("os-bits", "tensorflow")
    assert answer["next"] is None  # on that system there is nothing to lock


def test_a_version_that_exists_is_not_also_called_unpublished() -> None:
    rejected = pidoctor("explain", "tensorflow==2.3", "--target", "pi4-4gb/trixie-64", "--json")
    versions = [item["version"] for item in rejected.json["resolution"]["rejected"]]
    assert versions == ["2.3.0"]


def test_where_compiled_model_dies_the_newest_with_which_it_ran_is_named() -> None:
    screen = " ".join(pidoctor("explain", "auto", "--target", "pi4-4gb/trixie-64").out.split())
    newest = "or ai-edge-litert==2.1.1, the newest version with which CompiledModel ran"
    assert newest in screen
    newer = pidoctor("explain", "auto", "--target", "pi5-4gb/trixie-64").out  # has dot products
    assert "CompiledModel" not in newer


@pytest.mark.parametrize("command", ["check", "explain", "lock", "download -d wheels"])
def test_the_sentence_and_the_next_command_are_the_same_everywhere(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = pidoctor(*command.split(), "tensorflow==2.3", "--target", PI4, "--json")
    assert run.json["verdict"].startswith(
        "tensorflow==2.3 has no wheel for 64-bit ARM (aarch64); the first version with one is 2.10"
    )
    assert run.json["next"].startswith(f"pidoctor lock tensorflow==2.21.0 --target {PI4} -o ")
    for change in run.json["resolution"]["changes"]:
        assert change["command"] is None or change["command"].startswith("pidoctor lock ")
    for word in ("this is", "this machine", "this Python"):
        assert word not in run.out


def test_what_a_target_is_told_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = pidoctor("check", "tensorflow==2.3", "--target", PI4, "--json").json
    run = pidoctor(*shlex.split(asked["next"])[1:])
    assert run.code == 0
    assert "tensorflow==2.21.0" in (tmp_path / "requirements.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        ("jetson nano", ["python"]),
        ("pi4/trixie-32", ["container"]),
        ("pi5/python:3.14-slim", ["runtime", "container"]),
        ("pi4/bookworm-64/py3.13", ["runtime", "python"]),
        ("aarch64/glibc-2.31/py3.13", ["runtime", "python"]),
    ],
)
def test_what_would_help_another_machine_is_a_command_that_does(
    where: str, kinds: list[str]
) -> None:
    """Another Python and a container are targets of their own, with a lock of their own."""
    asked = pidoctor("explain", "tflite-runtime", "--target", where, "--json").json
    offered = [change for change in asked["resolution"]["changes"] if change["command"]]
    assert [change["kind"] for change in offered] == kinds
    for change in offered:
        words = shlex.split(change["command"])
        assert (words[:2], words[-2:]) == (["pidoctor", "lock"], ["-o", "requirements.txt"])
        plan = pidoctor(*words[1:-2], "--json").json["resolution"]
        first = f"{plan['runtime']} {plan['packages'][0]['version']}"
        assert change["result"].startswith(first)
