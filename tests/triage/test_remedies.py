"""Every command of every remedy can be run: it parses, and names no package that is not there."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pidoctor.catalog.import_names import ImportNamesTable
from pidoctor.catalog.tables import load
from pidoctor.catalog.troubles import FILLED, Advice, load_troubles
from pidoctor.cli.arguments import parse
from pidoctor.errors import PidoctorError
from pidoctor.triage.diagnose import triage

from .debian_names import installs, known, lacking, named

SLOTS = {
    "requirement": "tflite-runtime",
    "requirements": "tflite-runtime numpy",
    "package": "numpy",
    "runtime": "tflite-runtime",
    "python": "python3",
    "pip": "python3 -m pip",
    "venv": ".venv",
    "apt_name": "python3-numpy",
    "apt_package": "python3-numpy",
    "packages": "requests urllib3",
    "python_minor": "3.11",
}
CASES = [
    pytest.param(advice, id=f"{trouble.id}-{number}")
    for trouble in load_troubles().values()
    for number, advice in enumerate(trouble.remedies)
]


def commands(advice: Advice) -> list[str]:
    """The commands of a remedy and those in its sentences, filled in."""
    quoted = re.findall(r"`(pidoctor [^`]+)`", advice.text)
    slots = {
        name: SLOTS.get(name, "x")
        for name in re.findall(r"\{(\w+)\}", str((advice.text, advice.commands)))
    }
    return [
        re.sub(r"\{(\w+)\}", lambda found: slots[found.group(1)], text)
        for text in (*advice.commands, *quoted)
    ]


@pytest.mark.parametrize("advice", CASES)
def test_pidoctors_own_commands_are_accepted(advice: Advice) -> None:
    for text in commands(advice):
        words = shlex.split(text)
        while words and words[0] in ("sudo", "&&"):
            words = words[1:]
        if words and words[0] == "pidoctor":
            try:
                parse(words[1:])
            except (PidoctorError, SystemExit) as error:
                pytest.fail(f"{text}: {error}")


def test_every_command_is_one_that_a_shell_can_read() -> None:
    script = "\n".join(text for case in CASES for text in commands(case.values[0]))  # type: ignore[arg-type]
    done = subprocess.run(["bash", "-n", "-c", script], check=False, capture_output=True, text=True)
    assert done.stderr == ""


def test_the_list_of_debians_names_is_of_what_remedies_name() -> None:
    """Otherwise make it anew: ``python -m tests.triage.debian_names FOLDER``."""
    assert named() == known()


@pytest.mark.parametrize("release", lacking())
def test_apt_is_not_told_to_install_what_the_release_has_not(release: str) -> None:
    """The remedy that is printed for every condition, on every release."""
    for trouble in load_troubles().values():
        for advice in trouble.remedies:
            shown = {name: (wanted.split("|")[0],) for name, wanted in advice.when.items()}
            remedy = trouble.remedy({**shown, "codename": (release,), "family": ("debian",)}, SLOTS)
            others = {"hailo-all"} if "Raspberry Pi OS" in remedy.text else set()
            for command in remedy.commands:
                lacks = installs(command) & lacking()[release] - others
                assert not lacks, (trouble.id, command)


@pytest.mark.parametrize("release", lacking())
def test_a_module_that_a_release_has_not_is_said_to_be_of_another_archive(release: str) -> None:
    for module, row in load(ImportNamesTable).modules.items():
        assert not row.apt or row.archive or row.apt not in lacking()[release], module


def test_where_a_module_of_raspberry_pi_os_comes_from() -> None:
    fix = triage([b"ModuleNotFoundError: No module named 'picamera2'"])[0].fix
    assert "the archive of Raspberry Pi OS" in fix.text
    assert fix.commands == ("sudo apt install python3-picamera2",)
    fix = triage([b"ModuleNotFoundError: No module named 'gi'"])[0].fix
    assert "archive" not in fix.text
    assert fix.commands == ("sudo apt install python3-gi",)


def from_the_index() -> set[str]:
    """What pip is told to install by name."""
    texts = (text for case in CASES for text in case.values[0].commands)  # type: ignore[union-attr]
    parts = (text.partition("pip} install ")[2] for text in texts)
    words = {word for part in parts for word in shlex.split(part)}
    return {word for word in words if word[0] not in "-{:"}


@pytest.mark.network
def test_pip_finds_what_it_is_told_to_install(tmp_path: Path) -> None:
    """One pip asks for many packages; several versions of one need one each.

    What is old is told to old Pythons, and has wheels for those.
    """
    left = sorted(from_the_index())
    assert left
    old = ("--python-version", "3.8", "--target", str(tmp_path))
    while left:
        asked = {canonicalize_name(Requirement(text).name): text for text in left}
        left = [text for text in left if text not in asked.values()]
        said = _refusal(asked.values())
        for text in asked.values() if said else ():
            said = _refusal([text]) and _refusal([text], *old)
            assert not said, said


def _refusal(requirements: Iterable[str], *options: str) -> str:
    """What pip says against prebuilt wheels of these; nothing when it would install them."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "-q"]
    command += ["--ignore-installed", "--only-binary=:all:", *options, *requirements]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


STRANGERS = ("pycoral", "board", "utils", "gi", "libcamera", "picamera2", "cv2", "sklearn", "PIL")


def test_no_import_name_is_installed_from_the_index() -> None:
    for case in CASES:
        for text in commands(case.values[0]):  # type: ignore[arg-type]
            assert not re.search(rf"pip install (?:{'|'.join(STRANGERS)})(?:\s|$)", text)


def test_a_slot_that_may_stay_empty_is_a_condition_or_has_a_general_remedy_behind_it() -> None:
    """The last remedy of a trouble says something even where nothing can be filled in."""
    for trouble in load_troubles().values():
        last = trouble.remedies[-1]
        assert FILLED not in last.when.values()
        assert last.text, trouble.id
        assert "{" not in last.text.split(". ")[0], trouble.id
