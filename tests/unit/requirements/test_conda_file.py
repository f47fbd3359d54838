"""conda's environment.yml: pip's part is asked for, conda's versions are held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.requirements.files import Read, read_files

FILE = """\
name: demo
channels:
  - conda-forge
dependencies:  # what it holds
  - python=3.11
  - numpy=1.26
  - "conda-forge::opencv>=4.8,<5"
  - scipy 1.11.*
  - pandas==2.1.0=py311h_0
  - libstdcxx-ng
  - pip
  - pip:
    - tflite-runtime==2.14.0  # old
    - -r more.txt
  - pillow
variables:
  - x
prefix: /home/me
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str) -> Read:
    Path("environment.yml").write_text(text)
    Path("more.txt").write_text("six\n")
    return read_files(["environment.yml"])


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_pip_installs_and_what_conda_brings(ends: str) -> None:
    found = read(FILE.replace("\n", ends))
    assert [str(item) for item in found.requirements] == ["tflite-runtime==2.14.0", "six"]
    assert {str(item) for item in found.constraints} == {
        "numpy==1.26.*",
        "opencv<5,>=4.8",
        "scipy==1.11.*",
        "pandas==2.1.0",
    }
    packages, python = found.left
    assert "libstdcxx-ng, pillow: held to, and not checked" in packages
    assert "conda brings Python 3.11" in python


@pytest.mark.parametrize("text", ["name: x\n", "services:\n  - a\n", "dependencies: [numpy]\n", ""])
def test_yaml_that_is_no_environment(text: str) -> None:
    with pytest.raises(UsageError, match="no list below `dependencies:`"):
        read(text)


def test_a_line_that_pip_cannot_read_is_named() -> None:
    with pytest.raises(UsageError, match=r"environment.yml, line 3: 'not one'"):
        read("dependencies:\n  - pip:\n    - not one\n")
