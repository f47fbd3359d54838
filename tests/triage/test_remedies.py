"""Every command of every remedy can be run: it parses, and names no package that is not there."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from pidoctor.catalog.troubles import FILLED, Advice, load_troubles
from pidoctor.cli.arguments import parse
from pidoctor.errors import PidoctorError

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
    "python_minor": "3.11",
}
CASES = [
    pytest.param(advice, id=f"{trouble.id}-{number}")
    for trouble in load_troubles().values()
    for number, advice in enumerate(trouble.advice)
]


def commands(advice: Advice) -> list[str]:
    """The commands of a remedy and those in its sentences, filled in."""
    quoted = re.findall(r"`(pidoctor [^`]+)`", advice.remedy.text)
    slots = {name: SLOTS.get(name, "x") for name in re.findall(r"\{(\w+)\}", str(advice.remedy))}
    return [
        re.sub(r"\{(\w+)\}", lambda found: slots[found.group(1)], text)
        for text in (*advice.remedy.commands, *quoted)
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


GONE = {
    "trixie": ("libatlas-base-dev", "libatlas3-base", "python3-tflite-runtime", "libedgetpu1-std"),
    "bookworm": ("python3-tflite-runtime",),
}
"""Names of apt's that a release does not have in Debian's own archive."""


@pytest.mark.parametrize("release", GONE)
def test_apt_is_not_told_to_install_what_the_release_has_not(release: str) -> None:
    for trouble in load_troubles().values():
        for advice in trouble.advice:
            wanted = advice.when.get("codename", "")
            if wanted and release in wanted.split("|"):
                for text in commands(advice):
                    assert not set(GONE[release]) & set(text.split()), (trouble.id, text)


STRANGERS = ("pycoral", "board", "utils", "gi", "libcamera", "picamera2", "cv2", "sklearn", "PIL")


def test_no_import_name_is_installed_from_the_index() -> None:
    for case in CASES:
        for text in commands(case.values[0]):  # type: ignore[arg-type]
            assert not re.search(rf"pip install (?:{'|'.join(STRANGERS)})(?:\s|$)", text)


def test_a_slot_that_may_stay_empty_is_a_condition_or_has_a_general_remedy_behind_it() -> None:
    """The last remedy of a trouble says something even where nothing can be filled in."""
    for trouble in load_troubles().values():
        last = trouble.advice[-1]
        assert FILLED not in last.when.values()
        assert last.remedy.text, trouble.id
        assert "{" not in last.remedy.text.split(". ")[0], trouble.id
