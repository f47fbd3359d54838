"""The settings of a project: where they are found, what they mean, what is wrong with them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

import pidoctor
from pidoctor.errors import UsageError
from pidoctor.requirements.settings import ProjectSettings, find_settings
from pidoctor.resolve.request import Project

MODEL = Path(pidoctor.__file__).parent / "proof/models/float32.tflite"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found() -> ProjectSettings:
    settings = find_settings()
    assert settings is not None
    return settings


def test_all_of_it_from_a_folder_below(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "models").mkdir()
    shutil.copy(MODEL, here / "models/my.tflite")
    (here / "pidoctor.toml").write_text(
        'requirements = ["tflite-runtime>=2.13", "numpy<2"]\n'
        'models = ["models/my.tflite"]\n'
        'targets = ["pi4-4gb/bookworm-64"]\n'
        'accelerators = ["coral-usb"]\n'
    )
    below = here / "a/b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    settings = found()
    assert settings.shown == "../../pidoctor.toml"
    assert isinstance(settings.requirement, Project)
    assert [str(item) for item in settings.requirement.asked] == ["tflite-runtime>=2.13", "numpy<2"]
    assert settings.models == (here / "models/my.tflite",)
    assert settings.targets == ("pi4-4gb/bookworm-64",)
    assert settings.accelerators == ("coral-usb",)
    assert settings.is_mine


def test_the_own_file_stands_before_pyproject(here: Path) -> None:
    (here / "pyproject.toml").write_text('[tool.pidoctor]\nrequirements = ["tensorflow"]\n')
    assert found().requirement == "tensorflow"
    (here / "pidoctor.toml").write_text("")
    assert found().requirement == "auto"


def test_files_are_named_as_seen_from_the_settings(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "requirements.txt").write_text("tflite-runtime\nnumpy\n")
    (here / "pidoctor.toml").write_text('requirements = ["-r requirements.txt", "pillow"]\n')
    (here / "below").mkdir()
    monkeypatch.chdir(here / "below")
    requirement = found().requirement
    assert isinstance(requirement, Project)
    assert [item.name for item in requirement.asked] == ["tflite-runtime", "numpy", "pillow"]


def test_without_requirements_the_projects_own_count(here: Path) -> None:
    (here / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndependencies = ["tflite-runtime", "numpy"]\n[tool.pidoctor]\n'
    )
    requirement = found().requirement
    assert isinstance(requirement, Project)
    assert [item.name for item in requirement.asked] == ["tflite-runtime", "numpy"]
    (here / "pyproject.toml").write_text(
        '[tool.poetry.dependencies]\npython = "^3.9"\nnumpy = "*"\n[tool.pidoctor]\n'
    )
    requirement = found().requirement
    assert isinstance(requirement, Project)
    assert [item.name for item in requirement.asked] == ["numpy"]


def test_dependencies_that_only_the_build_tells_are_not_passed_over(here: Path) -> None:
    """Else the settings would be answered for TensorFlow Lite alone."""
    (here / "pyproject.toml").write_text(
        '[project]\nname = "x"\ndynamic = ["dependencies"]\n[tool.pidoctor]\n'
    )
    with pytest.raises(UsageError, match=r"project.dependencies: is dynamic"):
        find_settings()


@pytest.mark.parametrize(
    "text",
    ["", "[tool.other]\n", '[project]\nname = "pidoctor-user"\n', "broken = = \n", "\xff\xfe"],
)
def test_a_pyproject_without_settings_has_none(here: Path, text: str) -> None:
    (here / "pyproject.toml").write_text(text, encoding="latin-1")
    assert find_settings() is None


def test_something_else_of_that_name_is_no_file_of_settings(here: Path) -> None:
    os.mkfifo(here / "pidoctor.toml")
    (here / "pyproject.toml").mkdir()
    assert find_settings() is None


def test_every_fault_is_told_with_file_and_place(here: Path) -> None:
    (here / "pyproject.toml").write_text(
        "[tool.pidoctor]\n"
        'requirements = ["tflite-runtime", "num py =", "-r missing.txt", "a b"]\n'
        'models = ["no.tflite"]\n'
        'targets = ["pi9/bookworm-64"]\n'
        'accelerators = ["flux-capacitor", 3]\n'
        'colour = "red"\n'
    )
    with pytest.raises(UsageError) as raised:
        find_settings()
    places = [line.split(": ")[1] for line in raised.value.faults]
    assert {line.split(": ")[0] for line in raised.value.faults} == {"pyproject.toml"}
    assert places == [
        "tool.pidoctor.requirements[1]",
        "tool.pidoctor.requirements[2]",
        "tool.pidoctor.requirements[3]",
        "tool.pidoctor.accelerators[1]",
        "tool.pidoctor.colour",
        "tool.pidoctor.models[0]",
        "tool.pidoctor.targets[0]",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('target = ["pi4-4gb/bookworm-64"]', "target: unknown key; did you mean targets?"),
        ("models = 3", "models: expected a list, not 3"),
        ("models = [3]", "models[0]: expected a text, not 3"),
        ("x = = 1", "is no TOML"),
        ('requirements = ["-r missing.txt"]', "missing.txt: cannot be read"),
    ],
)
def test_what_is_wrong_is_said(here: Path, text: str, said: str) -> None:
    (here / "pidoctor.toml").write_text(text)
    with pytest.raises(UsageError) as raised:
        find_settings()
    assert f"pidoctor.toml: {said}" in str(raised.value) or said in str(raised.value)
