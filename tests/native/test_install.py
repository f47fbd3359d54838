"""`pidoctor install` on this machine, from the package index, to a proof by inference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from . import pythons

pytestmark = pytest.mark.network

_MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"


def _install_pidoctor(folder: Path, python: str, wheel: Path) -> None:
    pythons.run(folder, [python, "-m", "venv", "doctor"])
    pip = ["doctor/bin/pip", "install", "--quiet", "--only-binary=:all:"]
    pythons.run(folder, [*pip, str(wheel)])


def _result(folder: Path, *arguments: str) -> dict[str, Any]:
    ran = pythons.run(folder, ["doctor/bin/pidoctor", *arguments, "--json"], check=False)
    result = dict(json.loads(ran.stdout))
    assert result["exit_code"] == ran.returncode
    return result


@pytest.mark.parametrize("version", ["3.9", "3.10", "3.11", "3.12", "3.13"])
def test_install_ends_with_a_proof(tmp_path: Path, wheel: Path, version: str) -> None:
    _install_pidoctor(tmp_path, pythons.find(version), wheel)
    result = _result(tmp_path, "install", "--yes")
    assert (result["exit_code"], result["proof"]["status"]) == (0, "passed"), result
    assert (tmp_path / ".venv/bin/python").exists()


def test_pip_installs_a_pair_that_crashes_and_pidoctor_one_that_works(
    tmp_path: Path, wheel: Path
) -> None:
    """tflite-runtime 2.14.0 was compiled for NumPy 1, and its metadata does not say so."""
    python = pythons.find("3.11")
    pythons.run(tmp_path, [python, "-m", "venv", "plain"])
    pythons.run(tmp_path, ["plain/bin/pip", "install", "--quiet", "tflite-runtime"])
    pythons.run(tmp_path, ["plain/bin/pip", "check"])
    use = f"from tflite_runtime.interpreter import Interpreter; Interpreter({str(_MODEL)!r})"
    crashed = pythons.run(tmp_path, ["plain/bin/python", "-c", use], check=False)
    assert crashed.returncode != 0
    assert "_ARRAY_API not found" in crashed.stderr

    _install_pidoctor(tmp_path, python, wheel)
    result = _result(tmp_path, "install", "tflite-runtime", "--yes")
    assert (result["exit_code"], result["proof"]["status"]) == (0, "passed"), result
    assert result["proof"]["runtime"] == "tflite-runtime"
    assert result["proof"]["numpy"].split(".")[0] == "1"
