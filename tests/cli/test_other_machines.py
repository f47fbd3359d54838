"""What is said of another machine never calls it "this" one: the reader sits at this one."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import pidoctor

MACHINES = Path(__file__).parents[1] / "machines"
CAPTURES = sorted(path.parent.name for path in MACHINES.glob("*/capture.json"))
TARGETS = ["pi-zero-w/bookworm-32", "pi5-8gb/trixie-64", "jetson-nano-4gb/jetpack-4-64"]
TARGETS += ["pi4/alpine-3.22", "pi4-1gb/trixie-32/py3.12"]
HERE = re.compile(r"\bthis (machine|python|kernel|board|system|interpreter|processor)\b", re.I)


@pytest.mark.parametrize("words", ["check -v", "explain -v tensorflow", "explain -v auto"])
@pytest.mark.parametrize("where", [*CAPTURES, *TARGETS])
def test_no_sentence_means_this_machine(words: str, where: str) -> None:
    place = ["--target", where] if where in TARGETS else ["--capture", str(MACHINES / where)]
    said = pidoctor(*words.split(), *place)
    assert said.out
    assert [line for line in said.out.splitlines() if HERE.search(line)] == []


@pytest.mark.parametrize(
    ("program", "command"),
    [
        ("usr/bin/apt-get", "sudo apt-get install -y python3 python3-venv"),
        ("bin/opkg", "opkg install python3"),
        ("sbin/apk", "apk add python3"),
        (None, None),  # Yocto, Buildroot: no package manager is in the image
    ],
)
def test_a_root_without_python(program: str | None, command: str | None, tmp_path: Path) -> None:
    """What installs a Python is what the system itself has, not what the reader's has."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "os-release").write_text("ID=poky\nPRETTY_NAME=Poky\n", encoding="ascii")
    if program:
        (tmp_path / program).parent.mkdir(parents=True)
        (tmp_path / program).touch()
    said = pidoctor("check", "--root", str(tmp_path), "--json").json
    assert said["exit_code"] == 3
    [found] = [finding for finding in said["findings"] if finding["id"] == "no-python"]
    assert found["remedy"]["commands"] == ([command] if command else [])


def test_a_boot_partition_is_no_system(tmp_path: Path) -> None:
    (tmp_path / "config.txt").touch()
    said = pidoctor("check", "--root", str(tmp_path))
    assert said.code == 2
    assert "mount the large partition" in said.err


@pytest.mark.parametrize("python", ["/usr/bin/python3.9", "3.9"])
def test_a_python_that_a_root_has_not_is_named_with_those_it_has(
    python: str, tmp_path: Path
) -> None:
    """It was told to install the system's Python, which was there and is another one."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/python3.11").touch()
    said = pidoctor("check", "--root", str(tmp_path), "--python", python)
    assert said.code == 2
    assert f"--python {python}: " in said.err
    assert "here is --python 3.11" in said.err


def test_an_os_release_that_points_out_of_the_root_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "os-release").symlink_to("../../../../../../../../etc/os-release")
    said = pidoctor("check", "--root", str(tmp_path), "--json").json
    assert said["profile"]["system"]["name"]["state"] != "known"


def test_the_same_question_has_the_same_answer_in_every_process() -> None:
    """Python orders its sets by a number that every process draws anew."""
    words = [sys.executable, "-m", "pidoctor", "check", "--target", "graviton2/amazon-linux-2"]
    answers = {
        subprocess.run(
            words,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for seed in "1235"
    }
    assert len(answers) == 1
    assert "numpy" in answers.pop()
