"""For hands: help, completion in the real shells, the manual page, what ends the options."""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from pidoctor.cli import main
from pidoctor.cli.arguments import COMMANDS, ParsedCommand, parse
from pidoctor.cli.definitions import definitions
from pidoctor.cli.manual import manual_page
from pidoctor.cli.shells import SCRIPTS
from pidoctor.report.composition import VIEWS
from tests.cli.program import pidoctor


def test_help_of_everything_and_of_a_command() -> None:
    assert pidoctor("help").out == pidoctor("--help").out
    for name in COMMANDS:
        assert pidoctor("help", name).out == pidoctor(name, "--help").out
    run = pidoctor("help", "instal")
    assert run.code == 2
    assert "did you mean `pidoctor install`?" in run.err


def test_every_command_has_a_view() -> None:
    assert set(VIEWS) == set(COMMANDS)


@pytest.mark.parametrize("command", ["check", "explain", "lock", "matrix"])
def test_two_dashes_end_the_options(command: str) -> None:
    assert parse([command, "--", "tensorflow"]).options.requirement == "tensorflow"
    run = pidoctor(command, "--json", "--", "--target")
    assert run.code == 2
    assert "--target" in run.json["error"]


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["check", "--nope", "--json"], "check"),
        (["--json", "check"], "check"),
        (["chekc", "--json"], "pidoctor"),
        (["index", "polish", "--json"], "index"),
    ],
)
def test_a_wrong_option_with_json_prints_the_envelope(words: list[str], command: str) -> None:
    run = pidoctor(*words)
    assert run.code == 2
    assert run.json["exit_code"] == 2
    assert run.json["command"] == command
    assert run.json["error"]
    assert run.json["verdict"] is None
    assert run.err.count("\n") == 1


def test_json_after_two_dashes_is_not_an_option() -> None:
    run = pidoctor("check", "--nope", "--", "--json")
    assert (run.code, run.out) == (2, "")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_and_usage_errors_import_nothing_that_runs_a_command(name: str) -> None:
    """They are to come at once, on a slow board too."""
    script = (
        "import sys; from pidoctor.cli.main import main\n"
        f"try: main([{name!r}, '--help'])\n"
        "except SystemExit: pass\n"
        f"main([{name!r}, '--no-such-option'])\n"
        "rooms = ('resolve', 'catalog', 'probe', 'profile', 'install', 'checks', 'triage', "
        "'indexing', 'proof', 'evidence', 'envelope')\n"
        "print([m for m in sys.modules if m.startswith('pidoctor.') "
        "and m.split('.')[1] in rooms] + [m for m in ('packaging', 'rich', 'dataclasses') "
        "if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    imported = ast.literal_eval(done.stderr.splitlines()[-1])
    # The runtimes that smoke can name are in a table; install changes results that it is given.
    allowed = {
        "smoke": ("pidoctor.catalog", "pidoctor.profile", "json", "dataclasses"),
        "install": ("dataclasses",),
    }.get(name, ())
    assert [m for m in imported if not m.startswith(allowed)] == []


# --- the shells ----------------------------------------------------------------------------------


def completed_by_bash(words: list[str], folder: Path) -> set[str]:
    """What bash offers for the last word."""
    script = folder / "pidoctor.bash"
    script.write_text(SCRIPTS["bash"]())
    quoted = " ".join(f"'{word}'" for word in words)
    ask = (
        f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
        '_pidoctor; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", ask], capture_output=True, text=True, check=True, cwd=folder
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes(tmp_path: Path) -> None:
    (tmp_path / "install.log").write_text("")
    assert completed_by_bash(["pidoctor", "che"], tmp_path) == {"check"}
    assert completed_by_bash(["pidoctor", "check", "--ta"], tmp_path) == {"--target"}
    assert completed_by_bash(["pidoctor", "lock", "--format", ""], tmp_path) == {
        "pylock",
        "requirements",
    }
    assert completed_by_bash(["pidoctor", "index", "ver"], tmp_path) == {"verify"}
    assert completed_by_bash(["pidoctor", "triage", "inst"], tmp_path) == {"install.log"}
    assert completed_by_bash(["pidoctor", "completion", "z"], tmp_path) == {"zsh"}


@pytest.mark.parametrize(("shell", "check"), [("zsh", "-n"), ("fish", "--no-execute")])
def test_the_other_shells_read_their_script(shell: str, check: str, tmp_path: Path) -> None:
    text = SCRIPTS[shell]()
    for each in definitions():
        assert each.name in text
        for option in each.options:
            long = [flag for flag in option.flags if flag.startswith("--")]
            assert all((flag[2:] if shell == "fish" else flag) in text for flag in long)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(text)
    done = subprocess.run([shell, check, str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_sound_and_whole(tmp_path: Path) -> None:
    path = tmp_path / "pidoctor.1"
    path.write_text(manual_page())
    argv = ["groff", "-man", "-Tascii", "-ww", "-P-c", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    shown = re.sub(".\x08", "", done.stdout)  # bold is a letter typed over itself
    for name in COMMANDS:
        assert f"pidoctor {name}" in shown
    assert "--beyond-tags" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_ends_every_command_alike(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: argparse.Namespace) -> NoReturn:
        raise KeyboardInterrupt

    parsed = ParsedCommand(name, argparse.Namespace(json=False, quiet=True, verbose=0), interrupted)
    monkeypatch.setattr(main, "parse", lambda _: parsed)
    run = pidoctor(name)
    assert (run.code, run.out, run.err) == (130, "", "pidoctor: interrupted\n")


def test_ctrl_c_while_a_tool_installs_is_told_as_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends the tool too; what it did is undone before that is said."""

    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("pidoctor.install.transaction.run_all", interrupted)
    monkeypatch.setattr("pidoctor.install.transaction.check_space", lambda *_: None)
    environment = tmp_path / "environment"
    run = pidoctor("install", "--yes", "--quiet", "--venv", str(environment), columns=200)
    said = f"pidoctor: interrupted; {environment} was not touched.\n"
    assert (run.code, run.out, run.err) == (130, "", said)
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_it_starts_is_a_word_too() -> None:
    script = (
        "import sys, pidoctor.__main__ as program\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pidoctor.cli.main': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "sys.exit(program.main())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (130, "pidoctor: interrupted\n")
