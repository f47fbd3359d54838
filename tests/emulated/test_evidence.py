"""What the index says wheels need, against what happens when they are run without asking pip."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Callable

import pytest

from pidoctor.catalog.wheels import Evidence, Wheel, WheelsIndex, shipped_index
from pidoctor.indexing.pages import PageReader
from pidoctor.indexing.remote import download
from pidoctor.indexing.scope import load_scope
from pidoctor.indexing.sources import open_session, pip_settings

from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_MODEL = Path(__file__).parents[2] / "pidoctor" / "proof" / "models" / "float32.tflite"
_INFER = """
import sys
sys.path.insert(0, "/root/unpacked")
import numpy
from tflite_runtime.interpreter import Interpreter
interpreter = Interpreter(model_path="/root/model.tflite")
interpreter.allocate_tensors()
first = interpreter.get_input_details()[0]
interpreter.set_tensor(first["index"], numpy.zeros(first["shape"], first["dtype"]))
interpreter.invoke()
print("inferred with numpy", numpy.__version__)
"""
_GLIBC, _NUMPY_FEATURE = (2, 31), 0xD  # Debian bullseye: glibc 2.31 and NumPy 1.19.5


@pytest.mark.parametrize("arch", ["armhf", "arm64"])
@pytest.mark.parametrize("version", ["2.10.0", "2.11.0", "2.12.0", "2.13.0", "2.14.0"])
def test_tflite_runtime_on_bullseye_with_debians_numpy(
    arm_root: Callable[..., Root], tmp_path: Path, version: str, arch: str
) -> None:
    """Runs if and only if the glibc and the NumPy C API that were read off its files are there."""
    wheel = _wheel(version, "armv7l" if arch == "armhf" else "aarch64")
    root = arm_root("bullseye", arch, numpy=True)
    root.add(_unpacked(wheel, tmp_path), "/root/unpacked")
    root.add(_MODEL, "/root/model.tflite")
    run = root.run(["python3", "-c", _INFER], online=False, check=False)
    evidence = wheel.evidence
    assert isinstance(evidence, Evidence)
    assert evidence.numpy_api is not None
    [library] = evidence.libraries
    if tuple(map(int, library.glibc.split("."))) > _GLIBC:
        # The loader names the first version that is missing, which need not be the highest.
        assert re.search(r"version `GLIBC\w*_[\d.]+' not found", run.stderr), run.stderr
    elif evidence.numpy_api.feature > _NUMPY_FEATURE:
        said = f"compiled against API version {evidence.numpy_api.feature:#x} but"
        assert f"{said} this version of numpy is {_NUMPY_FEATURE:#x}" in run.stderr
    else:
        assert run.stdout == "inferred with numpy 1.19.5\n", run.stderr


def _wheel(version: str, machine: str) -> Wheel:
    project = WheelsIndex(shipped_index()).project("tflite-runtime")
    assert project is not None
    [wheel] = [
        wheel
        for wheel in project.wheels
        if wheel.version == version and "-cp39-" in wheel.filename and machine in wheel.filename
    ]
    return wheel


def _unpacked(wheel: Wheel, folder: Path) -> Path:
    settings = pip_settings()
    session = open_session(settings)
    page = PageReader(session, settings.sources(), load_scope()).page("tflite-runtime")
    [link] = [link for link in page.links if link.filename == wheel.filename]
    content = BytesIO()
    assert download(session, link.url, link.filename, content) == wheel.sha256
    with zipfile.ZipFile(content) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"
