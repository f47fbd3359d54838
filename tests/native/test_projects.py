"""Environments that are in use, from the package index: nothing that worked stops working."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from . import pythons

pytestmark = pytest.mark.network

_MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"
_USE = f"from tflite_runtime.interpreter import Interpreter; Interpreter({str(_MODEL)!r})"


def _pidoctor(folder: Path, *arguments: str) -> dict[str, Any]:
    """pidoctor of this checkout, as a program in ``folder``."""
    ran = pythons.run(folder, [sys.executable, "-m", "pidoctor", *arguments, "--json"], check=False)
    result = dict(json.loads(ran.stdout))
    assert result["exit_code"] == ran.returncode
    return result


def _project(folder: Path, *packages: str, kind: str = "venv") -> Path:
    """A project with a filled .venv; its Python."""
    python = pythons.find("3.11")
    if kind == "uv":
        beside = Path(sys.executable).with_name("uv")
        uv = shutil.which("uv") or (str(beside) if beside.exists() else None)
        if uv is None:
            pytest.skip("uv is not here")
        pythons.run(folder, [uv, "venv", "--python", python, ".venv"])
    else:
        pythons.run(folder, [python, "-m", "venv", ".venv"])
    own = folder / ".venv/bin/python"
    pip = [python, "-m", "pip", "--python", str(own), "install", "--quiet"]
    pythons.run(folder, [*pip, "--only-binary=:all:", *packages])
    return own


def _changes(result: dict[str, Any]) -> dict[str, str]:
    return {p["name"]: p["change"] for p in result["resolution"]["packages"]}


def _works(folder: Path, python: Path, code: str) -> bool:
    return pythons.run(folder, [str(python), "-c", code], check=False).returncode == 0


_WORKING = ("tflite-runtime==2.14.0", "numpy==1.26.4", "opencv-python-headless==4.8.1.78")


@pytest.mark.parametrize("kind", ["venv", "uv"])
def test_an_environment_that_works_goes_on_working(tmp_path: Path, kind: str) -> None:
    python = _project(tmp_path, *_WORKING, kind=kind)
    same = _pidoctor(tmp_path, "install", "--yes")
    assert (same["exit_code"], same["install"]["status"]) == (0, "already")
    assert _changes(same) == {"tflite-runtime": "=", "numpy": "="}

    more = _pidoctor(tmp_path, "install", "ai-edge-litert", "--yes")
    assert (more["exit_code"], more["proof"]["status"]) == (0, "passed"), more
    assert _changes(more)["numpy"] == "="
    uses = {(use["name"], use["what"]): use for use in more["proof"]["uses"]}
    assert uses["opencv-python-headless", "cv2"]["after"] is True
    assert uses["tflite-runtime", "inference"]["after"] is True
    assert _works(tmp_path, python, f"import cv2; {_USE}")
    for name in _changes(more):
        code = f"import importlib.metadata as m; m.version({name!r})"
        assert _works(tmp_path, python, code), name


def test_the_pair_that_crashes_is_an_error_and_the_named_command_mends_it(tmp_path: Path) -> None:
    python = _project(tmp_path, "tflite-runtime==2.14.0", "numpy==2.2.6")
    assert not _works(tmp_path, python, _USE)
    sick = _pidoctor(tmp_path, "check")
    assert sick["exit_code"] == 1
    (found,) = (f for f in sick["findings"] if f["severity"] == "error")
    (command,) = found["remedy"]["commands"]
    assert command.split()[:2] == ["pidoctor", "install"]
    mended = _pidoctor(tmp_path, *command.split()[1:], "--yes")
    assert (mended["exit_code"], _changes(mended)["numpy"]) == (0, "~")
    assert _works(tmp_path, python, _USE)
    well = _pidoctor(tmp_path, "check")
    assert well["exit_code"] == 0
    assert "proven on" in well["verdict"]


def test_a_plan_that_would_break_opencv_is_refused_and_replace_accepts_it(tmp_path: Path) -> None:
    packages = ("numpy==2.2.6", "opencv-python-headless==4.12.0.88")
    python = _project(tmp_path, *packages)
    refused = _pidoctor(tmp_path, "install", "tflite-runtime", "--yes")
    assert refused["exit_code"] == 1
    kinds = {change["kind"] for change in refused["resolution"]["changes"]}
    assert {"environment", "replace", "runtime"} <= kinds
    assert _works(tmp_path, python, "import cv2")
    accepted = _pidoctor(tmp_path, "install", "tflite-runtime", "--yes", "--replace")
    assert accepted["exit_code"] == 0, accepted
    assert accepted["resolution"]["breaks"]
    assert _works(tmp_path, python, _USE)


def test_a_regression_that_nothing_foretold_is_put_back(tmp_path: Path) -> None:
    """A compiled package that says nothing of NumPy, and works with the installed one only."""
    python = _project(tmp_path, "tflite-runtime==2.14.0", "numpy==2.2.6")
    site = next((tmp_path / ".venv/lib").glob("python*/site-packages"))
    (site / "picky").mkdir()
    picky = "import numpy\nassert numpy.__version__ == '2.2.6'\n"
    (site / "picky/__init__.py").write_text(picky)
    shutil.copy(next(site.glob("numpy/linalg/*.so")), site / "picky/picky_native.so")
    information = site / "picky-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: picky\nVersion: 1.0\n")
    (information / "RECORD").write_text("picky/__init__.py,,\npicky/picky_native.so,,\n")
    result = _pidoctor(tmp_path, "install", "tflite-runtime", "--yes")
    assert (result["exit_code"], result["install"]["status"]) == (1, "rolled-back")
    assert result["proof"]["death"]["kind"] == "regression"
    assert "picky 1.0" in result["proof"]["death"]["message"]
    code = "import importlib.metadata as m; assert m.version('numpy') == '2.2.6'; import picky"
    assert _works(tmp_path, python, code)


@pytest.mark.parametrize("tool", ["venv", "virtualenv", "uv", "poetry", "pipx"])
def test_environments_are_told_apart_by_what_made_them(tmp_path: Path, tool: str) -> None:
    """Each made by the tool itself, where it can be had."""
    folder, environment = tmp_path / "project", tmp_path / "project/.venv"
    folder.mkdir()
    python = pythons.find("3.11")
    tools = tmp_path / "tools"
    if tool != "venv":
        pythons.run(tmp_path, [python, "-m", "venv", str(tools)])
        pip = [str(tools / "bin/pip"), "install", "--quiet", "--only-binary=:all:", tool]
        pythons.run(tmp_path, pip)
    if tool == "venv":
        pythons.run(folder, [python, "-m", "venv", "--system-site-packages", ".venv"])
    elif tool == "virtualenv":
        pythons.run(folder, [str(tools / "bin/virtualenv"), "--python", python, ".venv"])
    elif tool == "uv":
        pythons.run(folder, [str(tools / "bin/uv"), "venv", "--python", python, ".venv"])
    elif tool == "poetry":
        text = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\n'
        (folder / "pyproject.toml").write_text(text + "[tool.poetry]\npackage-mode = false\n")
        own = {**os.environ, "POETRY_VIRTUALENVS_IN_PROJECT": "true"}
        command = [str(tools / "bin/poetry"), "install", "--no-interaction"]
        subprocess.run(command, cwd=folder, env=own, check=True, capture_output=True, timeout=300)
    else:
        own = {**os.environ, "PIPX_HOME": str(tmp_path / "pipx"), "PIPX_BIN_DIR": str(tmp_path)}
        command = [str(tools / "bin/pipx"), "install", "--python", python, "pycowsay"]
        subprocess.run(command, cwd=folder, env=own, check=True, capture_output=True, timeout=300)
        environment = tmp_path / "pipx/venvs/pycowsay"
    result = _pidoctor(folder, "check", "--venv", str(environment))
    found = result["profile"]["environment"]
    assert found["kind"]["value"] == tool
    assert found["folder"]["value"] == str(environment)
    assert found["sees_system"]["value"] is (tool == "venv")
    assert found["made_for"]["value"].startswith("3.11")
