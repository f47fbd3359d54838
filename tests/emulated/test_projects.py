"""Environments that are in use, on real ARM userlands: seen, kept working, mended."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Callable

import pytest

from .installed import Installed

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"
_USE = "from tflite_runtime.interpreter import Interpreter; Interpreter('/tmp/model')"


def _project(pidoctor: Installed, *packages: str, shares: bool = False) -> None:
    """A ``.venv`` with these packages in it, made by the tools of the system."""
    more = ["--system-site-packages"] if shares else []
    pidoctor.root.run(["python3", "-m", "venv", "--without-pip", *more, ".venv"])
    pip = ["python3", "-m", "pip", "--python", ".venv/bin/python", "install"]
    pidoctor.root.run([*pip, "--only-binary=:all:", *packages])


def _works(pidoctor: Installed, code: str) -> bool:
    model = [(_MODEL, "/tmp/model")]
    program = [".venv/bin/python", "-c", code]
    return pidoctor.root.run(program, binds=model, check=False).returncode == 0


def _changes(result: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["change"] for each in result["resolution"]["packages"]}


def test_an_environment_with_opencv_goes_on_working(installed: Callable[..., Installed]) -> None:
    pidoctor = installed("bookworm", "arm64")
    opencv = "opencv-python-headless==4.8.1.78"
    _project(pidoctor, "tflite-runtime==2.14.0", "numpy==1.26.4", opencv)
    result = pidoctor.result("install", "ai-edge-litert", "--yes")
    assert (result["exit_code"], result["proof"]["status"]) == (0, "passed"), result
    assert _changes(result)["numpy"] == "="
    assert [use["name"] for use in result["proof"]["uses"] if use["before"] != use["after"]] == []
    assert _works(pidoctor, f"import cv2; {_USE}")


def test_a_pair_that_crashes_is_seen_and_the_named_command_mends_it(
    installed: Callable[..., Installed],
) -> None:
    pidoctor = installed("bookworm", "arm64")
    _project(pidoctor, "tflite-runtime==2.14.0", "numpy==2.2.6")
    sick = pidoctor.result("check")
    assert sick["exit_code"] == 1
    (found,) = (each for each in sick["findings"] if each["severity"] == "error")
    program, *words = shlex.split(found["remedy"]["commands"][0])
    assert program == "pidoctor"
    mended = pidoctor.result(*words, "--yes")
    assert (mended["exit_code"], _changes(mended)["numpy"]) == (0, "~")
    well = pidoctor.result("check")
    assert well["exit_code"] == 0
    assert "proven on" in well["verdict"]


def test_on_32_bits_what_uses_debians_numpy_is_seen_and_proven(
    installed: Callable[..., Installed],
) -> None:
    """The pair that crashes cannot be had here: the index has no numpy 2 for 32-bit ARM."""
    pidoctor = installed("bookworm", "armhf", numpy=True)
    _project(pidoctor, "--no-deps", "tflite-runtime==2.14.0", shares=True)
    assert _works(pidoctor, _USE)
    before = pidoctor.result("check")
    assert (before["exit_code"], before["next"]) == (0, "pidoctor smoke"), before
    assert pidoctor.result("smoke")["exit_code"] == 0
    after = pidoctor.result("check")
    assert "proven on" in after["verdict"]
    again = pidoctor.result("install", "--yes")
    assert (again["exit_code"], again["install"]["status"]) == (0, "already")
    assert _works(pidoctor, _USE)
