"""Files of other tools: lock files and Poetry's table are read; of others it is said what helps."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.requirements.files import Read, read_files

pytestmark = pytest.mark.skipif(sys.version_info < (3, 11), reason="TOML takes Python 3.11")

POETRY = """
[tool.poetry.dependencies]
python = "^3.11"
tflite-runtime = "^2.14"
numpy = "~1.26.4"
pillow = "*"
rich = "13.7.0"
scipy = {version = ">=1.10, <2", extras = ["dev"], markers = "sys_platform == 'linux'"}
pandas = [{version = "^0.3", python = "<3.9"}, {version = "^2", python = ">=3.9"}]
mine = {path = "../mine"}
maybe = {version = "*", optional = true}
[tool.poetry.group.test.dependencies]
pytest = "^8"
"""
PYLOCK = """
lock-version = "1.0"
created-by = "uv"
[[packages]]
name = "numpy"
version = "1.26.4"
marker = "python_version >= '3.9'"
wheels = [{name = "numpy.whl", hashes = {sha256 = "AB12"}}]
[[packages]]
name = "mine"
directory = {path = "."}
"""


def read(folder: Path, name: str, text: str, *groups: str) -> Read:
    (folder / name).write_text(text)
    return read_files([str(folder / name)], groups=groups)


def test_poetrys_bounds_are_read_as_pip_writes_them(tmp_path: Path) -> None:
    found = read(tmp_path, "pyproject.toml", POETRY, "test")
    assert [str(requirement) for requirement in found.requirements] == [
        "tflite-runtime<3,>=2.14",
        "numpy<1.27,>=1.26.4",
        "pillow",
        "rich==13.7.0",
        'scipy[dev]<2,>=1.10; sys_platform == "linux"',
        'pandas<0.4,>=0.3; python_version < "3.9"',
        'pandas<3,>=2; python_version >= "3.9"',
        "pytest<9,>=8",
    ]
    (left,) = found.left
    assert left.startswith("mine comes from an address of its own: not checked")


@pytest.mark.parametrize("name", ["pylock.toml", "pylock.board.toml"])
def test_a_lock_file_names_versions_and_the_files_they_may_be(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, name, PYLOCK)
    assert [str(it) for it in found.requirements] == ['numpy==1.26.4; python_version >= "3.9"']
    assert found.hashes == {"numpy": {"ab12"}}
    assert len(found.left) == 1


def test_an_extra_of_the_project_is_named_as_a_group_is(tmp_path: Path) -> None:
    text = '[project]\ndependencies = []\n[project.optional-dependencies]\ncam = ["opencv-python"]'
    assert str(read(tmp_path, "pyproject.toml", text, "cam").requirements[0]) == "opencv-python"
    with pytest.raises(UsageError, match="other: there is no such group"):
        read(tmp_path, "pyproject.toml", text, "other")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("Pipfile", "[packages]", "pipenv requirements > requirements.txt"),
        ("uv.lock", "version = 1", "uv export -o requirements.txt"),
        ("poetry.lock", "", "-r pyproject.toml"),
        ("setup.py", "from setuptools import setup", "uv pip compile "),
        ("environment.yml", "name: x", "conda"),
        ("pylock.toml", "packages = 3", "has no list of packages"),
        ("pyproject.toml", "[tool.black]", "asks for nothing"),
        ("pyproject.toml", '[project]\ndynamic = ["dependencies"]', "uv pip compile "),
        (
            "pyproject.toml",
            '[project]\ndynamic = ["dependencies"]\n'
            '[tool.setuptools.dynamic]\ndependencies = {file = ["needs.txt"]}',
            "needs.txt",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\nnumpy = "^1 || ^2"',
            "tool.poetry.dependencies.numpy",
        ),
        ("pyproject.toml", '[tool.poetry]\ndependencies = ["numpy"]', "expected a table"),
    ],
)
def test_what_is_not_read_is_one_line_with_what_to_do(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, name, text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_members_of_a_workspace_are_not_looked_for_on_an_index(tmp_path: Path) -> None:
    """Somebody else's package may have their name."""
    text = """
[project]
name = "x"
dependencies = ["numpy<2", "Member", "lib", "mine>=1", "torch"]
[tool.uv.sources]
member = { workspace = true }
lib = [{ git = "https://index.example/lib", marker = "sys_platform == 'linux'" }]
mine = { path = "../mine" }
torch = { index = "pytorch" }
"""
    found = read(tmp_path, "pyproject.toml", text)
    assert [item.name for item in found.requirements] == ["numpy", "torch"]
    assert [item.name for item in found.elsewhere] == ["Member", "lib", "mine"]
