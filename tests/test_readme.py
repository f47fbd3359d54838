"""Every command in the README is run, as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (\S.*)$", README, flags=re.MULTILINE)
SETUP = [command for command in COMMANDS if command.startswith("python3 -m venv")]
LINK = [command for command in COMMANDS if command.startswith("mkdir ")]
EXAMPLES = [command for command in COMMANDS if command.startswith("pidoctor ")]
INLINE = re.findall(r"`(pidoctor [a-z][^`]*)`", README)


def run(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def test_the_readme_has_two_set_up_commands_and_its_examples() -> None:
    assert len(SETUP) == 2
    assert SETUP[0].endswith("pidoctor check")
    assert SETUP[1].endswith("python -m tests")
    assert len(LINK) == 1
    assert len(COMMANDS) == len(SETUP) + len(LINK) + len(EXAMPLES)


def test_no_environment_is_put_on_path() -> None:
    """Its python3 and pip would take the place of the user's own."""
    assert not re.search(r"PATH=", README)


def test_continuous_integration_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"s/\^    \\\((.*?)\\\)\$", script)
    assert pattern is not None
    assert re.fullmatch(pattern[1], SETUP[1])


@pytest.mark.network
@pytest.mark.slow
def test_the_first_set_up_command_on_a_clean_copy(tmp_path: Path) -> None:
    copy = tmp_path / "pidoctor"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(copy)], check=True)
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["bash", "-c", SETUP[0]],
        cwd=copy,
        env={**os.environ, "HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fits this machine" in done.stdout
    subprocess.run(["bash", "-c", LINK[0]], env={**os.environ, "HOME": str(home)}, check=True)
    program = home / ".local" / "bin" / "pidoctor"
    linked = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert linked.stdout.startswith("pidoctor ")


@pytest.mark.network
@pytest.mark.slow
def test_the_examples_in_their_order(tmp_path: Path) -> None:
    """One folder for all of them: a later example uses what an earlier one made."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "install.log").write_text(
        "ERROR: Could not find a version that satisfies the requirement tflite-runtime "
        "(from versions: none)\nERROR: No matching distribution found for tflite-runtime\n"
    )
    shutil.copy(tmp_path / "install.log", tmp_path / "logs")
    shutil.copy(ROOT / "pidoctor/proof/models/float32.tflite", tmp_path / "mine.tflite")
    for example in EXAMPLES:
        if "--offline" in example:
            continue  # for the board that the wheels were fetched for; see tests/emulated
        done = run(example, tmp_path)
        allowed = {0, 1} if example.split()[1] in ("check", "triage") else {0}
        assert done.returncode in allowed, f"{example}\n{done.stdout}{done.stderr}"
    assert (tmp_path / "requirements.txt").read_text().count("--hash=sha256:") > 1
    assert list((tmp_path / "wheels").glob("*.whl"))


@pytest.mark.parametrize("command", sorted(set(INLINE)))
def test_commands_in_the_text_exist(command: str) -> None:
    from pidoctor.cli.arguments import COMMANDS as known

    assert command.split()[1] in known


def test_the_offline_example_is_understood(tmp_path: Path) -> None:
    """With an empty folder it says what is missing, and leaves nothing behind."""
    (tmp_path / "wheels").mkdir()
    (offline,) = [example for example in EXAMPLES if "--offline" in example]
    done = run(offline + " --yes", tmp_path, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("name", ["check", "explain", "model"])
def test_a_picture_is_what_the_program_prints(name: str) -> None:
    """Compared by its words: the rest is the drawing of the rich in use."""
    from tests.tools.make_picture import ASSETS, picture

    def words(svg: str) -> list[str]:
        return re.findall(r"<text[^>]*>([^<]*)</text>", svg)

    assert words((ASSETS / f"{name}.svg").read_text(encoding="utf-8")) == words(picture(name)), (
        "run python -m tests.tools.make_picture"
    )
