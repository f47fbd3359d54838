"""Bad input: one clear line on stderr, exit code 2, no traceback."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from pidoctor.catalog.wheels import CatalogError, WheelsIndex
from pidoctor.cli.arguments import COMMANDS, parse
from tests.cli.program import pidoctor


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("chek", "did you mean `pidoctor check`?"),
        ("check --nonsense", "--nonsense"),
        ("check tensorflow=two", "'tensorflow=two' is not a requirement"),
        ("lock torch", "'torch' is not a runtime pidoctor knows"),
        ("check pycoral", "unrelated project"),
        ("check auto==2", "auto takes no version"),
        ("check --target pi9/bookworm-64", "pi9"),
        ("check --target //", "expected BOARD[-RAM]/OS-BITS"),
        ("check --target pi4-4gb/bookwurm-64", "bookwurm"),
        ("check --target pi-zero-w/bookworm-64", "32-bit processor"),
        ("check --target pi4-4gb/bookworm-64 --python python3", "--python does not go with"),
        ("check --capture /nonexistent.json", "/nonexistent.json"),
        ("check --root /nonexistent", "not a directory"),
        ("smoke --python /nonexistent/python", "/nonexistent/python"),
        ("smoke --venv /nonexistent", "no virtual environment here"),
        ("lock -- something", "is not a runtime"),
        ("lock -o", "-o"),
        ("matrix --boards nonsense", "no such board"),
        ("matrix --jsonl", "did you mean --format jsonl?"),
        ("lock --pylock", "did you mean --format pylock?"),
        ("matrix --board pi4", "did you mean --boards?"),
        ("explain tensorflow -t pi4", "did you mean --target?"),
        (
            "install tensorflow --target pi4",
            "for another: pidoctor check --target pi4",
        ),
        ("bench mine.tflite --target pi4", "for another: pidoctor check --target pi4"),
        ("fleet", "ACTION is report or plan or collection or first-boot"),
        ("index", "ACTION is status or update or audit or verify"),
        ("install --venv /proc/x", "/proc/x: no files can be kept there; choose another with"),
        ("smoke tensorflow", "did you mean --runtime tensorflow?"),
        ("check --target pi4/trixie-64 --python 3.13", "write --target pi4/trixie-64/py3.13"),
        ("smoke --venv 'my env'", "make one with `pidoctor install --venv 'my env'`"),
        ("version", "did you mean `pidoctor --version`?"),
        ("help numpy", "did you mean `pidoctor help numpy"),
        ("install tflite runtime without pip", "'without' is no part of a requirement"),
        ("check tflite-runtime please", "'please' is no part of a requirement"),
        ("no matching distribution found for tensorflow", "pidoctor triage FILE"),
    ],
)
def test_one_line_and_exit_code_2(words: str, said: str) -> None:
    run = pidoctor(*shlex.split(words))
    assert run.code == 2
    assert run.out == ""
    assert said in run.err
    assert run.err.startswith("pidoctor: ")
    assert run.err.count("\n") == 1
    assert "Traceback" not in run.err


def test_help_behind_a_command_is_its_help() -> None:
    assert pidoctor("check", "help") == pidoctor("check", "--help")


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    page = tmp_path / "model.tflite"
    page.write_text("<!DOCTYPE html><title>not a model</title>")
    run = pidoctor("smoke", "--python", "python3", "--model", str(page))
    assert run.code == 2
    assert run.err.count("\n") == 1
    assert "model.tflite" in run.err


def test_json_mode_says_the_error_in_the_envelope_too() -> None:
    run = pidoctor("check", "--target", "pi9/bookworm-64", "--json")
    assert run.code == run.json["exit_code"] == 2
    assert "pi9" in run.json["error"]
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "not a wheels index file"),
        ('{"schema": "pidoctor-index/99"}', "written by another version"),
        (
            '{"schema": "pidoctor-index/1", "name": "x"}',
            r"x\.json: retrieved: missing \(and 2 ",
        ),
    ],
)
def test_an_index_file_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(CatalogError, match=said) as caught:
        WheelsIndex(tmp_path).project("x")
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_has_an_example_that_parses(name: str) -> None:
    run = pidoctor(name, "--help")
    assert run.code == 0
    examples = run.out.partition("examples:\n")[2].splitlines()
    lines = [line for line in examples if line.startswith(f"  pidoctor {name}")]
    own = [line.split("  (")[0].split(" > ")[0] for line in lines]
    assert own
    for line in own:
        assert parse(shlex.split(line)[1:]).name == name


def test_overview_names_every_command() -> None:
    run = pidoctor()
    assert run.code == 0
    for name, text in COMMANDS.items():
        assert name in run.out
        assert text in run.out


def test_version_is_the_packages_own() -> None:
    from pidoctor import __version__

    assert pidoctor("--version").out == f"pidoctor {__version__}\n"


def test_a_bug_is_one_line_and_exit_code_4(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: str) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("pidoctor.profile.named_targets.target", crash)
    run = pidoctor("check", "--target", "pi4-4gb/bookworm-64", "--json")
    assert run.code == 4
    assert "planted" in json.loads(run.out)["error"]
    assert run.err.count("\n") == 1


CANARY = "c4n4ry"


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that fails with an error that holds secrets, a path and escape codes."""

    def fail(_: str) -> None:
        raise RuntimeError(
            f"https://me:{CANARY}1@index.example.org/simple TOKEN={CANARY}2 "
            f"/srv/{CANARY}3/x\n\x1b[31mred"
        )

    monkeypatch.setattr("pidoctor.profile.named_targets.target", fail)
    monkeypatch.setenv("HOME", f"/srv/{CANARY}3")


@pytest.mark.usefixtures("crash")
@pytest.mark.parametrize("words", ["-vv", "-vv --json"])
def test_a_traceback_is_shown_without_secrets(words: str) -> None:
    run = pidoctor("check", "--target", "pi4-4gb/bookworm-64", *words.split())
    assert run.code == 4
    shown, _, line = run.err.rstrip().rpartition("\n")
    assert shown.startswith("Traceback (most recent call last):\n")
    assert ", in fail\n" in shown
    assert "RuntimeError: https://index.example.org/simple TOKEN=*** ~/x\nred" in shown
    assert CANARY not in shown
    assert line.startswith("pidoctor: this is a bug in pidoctor: RuntimeError")
    assert "\x1b" not in run.err
    if "--json" in words:
        assert run.json["exit_code"] == 4
        assert CANARY not in run.out


@pytest.mark.usefixtures("crash")
def test_the_line_about_a_bug_has_no_secrets_but_the_users_path() -> None:
    run = pidoctor("check", "--target", "pi4-4gb/bookworm-64")
    assert run.code == 4
    assert run.err.count("\n") == 1
    assert f"https://index.example.org/simple TOKEN=*** /srv/{CANARY}3/x red" in run.err
    assert run.err.count(CANARY) == 1


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ([f"https://me:{CANARY}@index.example.org/simple"], ""),
        (["--target", f"ghp_{CANARY}0123456789012345678901234567"], ""),
        (["--capture", f"/home/anna/PIP_PASSWORD={CANARY}"], "/home/anna/"),
        (["--token", CANARY], ""),
    ],
)
def test_secrets_on_the_command_line_are_not_repeated(words: list[str], path: str) -> None:
    run = pidoctor("check", *words)
    assert run.code == 2
    assert CANARY not in run.err
    assert path in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--root", ""),
        ("check", "--venv", ""),
        ("check", "--python="),
        ("check", "-r", ""),
        ("check", "--group", ""),
        ("explain", ""),
        ("smoke", "--venv", ""),
        ("smoke", "--model", ""),
        ("install", "--yes", "--wheels", ""),
        ("download", "-d", ""),
        ("capture", "-o", ""),
        ("example", "model.tflite", "-o", ""),
        ("model", ""),
        ("triage", ""),
        ("undo", "--venv", ""),
        ("fleet", "report", ""),
        ("index", "audit", ""),
    ],
    ids=" ".join,
)
def test_an_empty_value_is_refused(words: tuple[str, ...]) -> None:
    """``--venv "$VENV"`` where VENV is not set must not mean this machine."""
    run = pidoctor(*words)
    assert (run.code, run.out) == (2, "")
    assert run.err.count("\n") == 1
    assert "its value is empty" in run.err


def test_a_folder_for_wheels_need_not_be_named() -> None:
    assert parse(["download", "--target", "pi4"]).options.directory == "wheels"
