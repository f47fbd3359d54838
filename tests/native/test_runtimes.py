"""Real runtimes from the package index, on this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from pidoctor.proof.known import own_model
from pidoctor.proof.proof import Proof
from pidoctor.proof.prove import prove

pytestmark = pytest.mark.network

_HAS_TFLITE_RUNTIME = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="tflite-runtime has no wheel for Python 3.12 and newer"
)


def proof_of(folder: Path, *requirements: str, options: tuple[str, ...] = ()) -> Proof:
    """Installs requirements into a new environment and proves it."""
    venv.EnvBuilder(symlinks=True).create(folder)
    python = os.fspath(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--only-binary=:all:", *options, *requirements], check=True)
    return prove(python)


def test_ai_edge_litert(tmp_path: Path) -> None:
    proof = proof_of(tmp_path, "ai-edge-litert")
    assert proof.death is None
    assert proof.runtime == "ai-edge-litert"
    assert [model.max_error for model in proof.models] == [0, 0]


@_HAS_TFLITE_RUNTIME
def test_tflite_runtime_with_numpy_1(tmp_path: Path) -> None:
    proof = proof_of(tmp_path, "tflite-runtime==2.14.0", "numpy<2")
    assert proof.death is None
    assert (proof.runtime, proof.version) == ("tflite-runtime", "2.14.0")
    assert [model.max_error for model in proof.models] == [0, 0]


@_HAS_TFLITE_RUNTIME
def test_tflite_runtime_with_numpy_2(tmp_path: Path) -> None:
    """What pip installs when asked for tflite-runtime: it imports, and cannot be constructed."""
    proof = proof_of(tmp_path, "tflite-runtime==2.14.0", "numpy>=2")
    assert proof.death is not None
    assert (proof.death.kind, proof.death.step) == ("numpy2-abi-mismatch", "construct")
    assert re.search("_ARRAY_API not found|compiled using NumPy 1.x", proof.death.evidence)


@pytest.mark.skipif(sys.version_info >= (3, 10), reason="numpy 1.19.5 has no wheel for it")
def test_tflite_runtime_with_a_numpy_that_is_too_old(tmp_path: Path) -> None:
    proof = proof_of(tmp_path, "tflite-runtime==2.14.0", "numpy==1.19.5", options=("--no-deps",))
    assert proof.death is not None
    assert (proof.death.kind, proof.death.detail) == ("numpy-api-version-mismatch", "0x10")


@_HAS_TFLITE_RUNTIME
def test_a_damaged_model_kills_the_child_only(tmp_path: Path) -> None:
    """tflite-runtime believes the offset of the root table, here 2 GiB behind the file's start."""
    model = tmp_path / "damaged.tflite"
    model.write_bytes(b"\x00\xff\xff\x7fTFL3" + bytes(64))
    python = os.fspath(tmp_path / "v" / "bin" / "python")
    assert proof_of(tmp_path / "v", "tflite-runtime==2.14.0", "numpy<2").passed
    proof = prove(python, model=own_model(model))
    assert proof.death is not None
    assert (proof.death.kind, proof.death.signal) == ("segfault", 11)
    assert (proof.death.step, proof.death.model) == ("construct", "damaged.tflite")


@_HAS_TFLITE_RUNTIME
def test_runtime_without_numpy(tmp_path: Path) -> None:
    proof = proof_of(tmp_path, "tflite-runtime==2.14.0", options=("--no-deps",))
    assert proof.death is not None
    assert (proof.death.kind, proof.death.detail) == ("module-not-installed", "numpy")


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info >= (3, 14), reason="tensorflow has no wheel for Python 3.14")
def test_tensorflow(tmp_path: Path) -> None:
    proof = proof_of(tmp_path, "tensorflow")
    assert proof.death is None
    assert proof.runtime == "tensorflow"
    assert [model.max_error for model in proof.models] == [0, 0]
