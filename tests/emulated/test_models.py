"""Models on real ARM userlands: the dense layer that kills, and README's way onto the board."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from tests.unit.model.making import dense_int8_file

from . import cache
from .installed import Installed
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_ROOT = Path(__file__).parents[2]
_MODELS = _ROOT / "pidoctor" / "proof" / "models"
_HOME = "/root"  # where commands run in a root

# Dense layers of int8: rows, scales of the weights, whether there is a bias.
_DIE = ((2, 10, False), (4, 10, False), (64, 10, False))
_RUN = ((1, 10, False), (1, 1, False), (2, 10, True), (2, 1, False), (64, 10, True), (64, 1, False))
# Each model in a child of its own: the parts that XNNPACK took, and how the child ended.
_EACH = """
import json, os, pathlib
import numpy
from tflite_runtime.interpreter import Interpreter
found = {}
for path in sorted(pathlib.Path("models").iterdir()):
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        interpreter = Interpreter(model_path=str(path))
        interpreter.allocate_tensors()
        names = [step["op_name"] for step in interpreter._get_ops_details()]
        os.write(writes, str(names.count("DELEGATE")).encode())
        detail = interpreter.get_input_details()[0]
        interpreter.set_tensor(detail["index"], numpy.zeros(detail["shape"], detail["dtype"]))
        interpreter.invoke()
        os._exit(0)
    os.close(writes)
    parts, status = os.read(reads, 9), os.waitpid(child, 0)[1]
    found[path.stem] = [int(parts or 0), status & 127]
print(json.dumps(found))
"""


def _runtime(root: Root, arch: str) -> str:
    """tflite-runtime 2.14.0 in an environment; its Python."""
    shared = ["--system-site-packages"] if arch == "armhf" else []
    root.run(["python3", "-m", "venv", "--without-pip", *shared, "env"])
    pip = ["python3", "-m", "pip", "--python", "env/bin/python", "install", "--only-binary=:all:"]
    packages = ["--no-deps", "tflite-runtime==2.14.0"]
    if arch == "arm64":
        packages = ["tflite-runtime==2.14.0", "numpy==1.26.4"]
    root.run([*pip, *packages])
    return "env/bin/python"


@pytest.mark.parametrize("arch", ["armhf", "arm64"])
def test_the_dense_layer_that_kills(
    arm_root: Callable[..., Root], tmp_path: Path, arch: str
) -> None:
    """Three models die and seven run; XNNPACK starts on 64 bits alone, which needs /sys."""
    files = tmp_path / "models"
    files.mkdir()
    for kind, models in (("dies", _DIE), ("runs", _RUN)):
        for rows, channels, bias in models:
            data = dense_int8_file(rows, channels=channels, bias=bias)
            (files / f"{kind}-{rows}-{channels}-{bias}.tflite").write_bytes(data)
    (files / "runs-float32.tflite").write_bytes((_MODELS / "float32.tflite").read_bytes())
    root = arm_root("bookworm", arch, numpy=arch == "armhf")
    root.add(files, f"{_HOME}/models")
    printed = root.run([_runtime(root, arch), "-c", _EACH]).stdout
    found = json.loads(printed.splitlines()[-1])
    died = {name for name, (_, signal) in found.items() if signal == 11}
    assert len(found) == len(_DIE) + len(_RUN) + 1
    assert died == {name for name in found if name.startswith("dies")}
    assert all(signal == 0 for name, (_, signal) in found.items() if name not in died)
    assert (found["runs-float32"][0] > 0) == (arch == "arm64")


def _section() -> str:
    readme = (_ROOT / "README.md").read_text(encoding="utf-8")
    begin = readme.index("## Will my own model run, and how do I deploy it?")
    return readme[begin : readme.index("\n## ", begin)]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained Keras model, converted by README's own lines with TensorFlow for this machine."""
    env = cache.folder() / f"tensorflow-{sys.version_info[0]}{sys.version_info[1]}"
    python = env / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(env)], check=True)
    install = [str(python), "-m", "pip", "install", "--quiet", "tensorflow-cpu==2.21.0"]
    subprocess.run(install, check=True, timeout=900)
    folder = tmp_path_factory.mktemp("trained")
    (code,) = re.findall(r"```python\n(.*?)```", _section(), flags=re.DOTALL)
    for program in (_TRAIN, code):
        subprocess.run([str(python), "-c", program], cwd=folder, check=True, timeout=300)
    return folder / "mine.tflite"


_TRAIN = """
import numpy as np, tensorflow as tf
rng = np.random.default_rng(0)
x = rng.random((256, 16, 16, 3), dtype=np.float32)
y = (x[..., 0].mean((1, 2)) > x[..., 1].mean((1, 2))).astype("int32")
layers = tf.keras.layers
model = tf.keras.Sequential([
    layers.Input((16, 16, 3)),
    layers.Conv2D(8, 3, strides=2, activation="relu"),
    layers.GlobalAveragePooling2D(),
    layers.Dense(2, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
model.save("mine.keras")
"""


@pytest.mark.parametrize(("arch", "numpy"), [("arm64", False), ("armhf", True)])
def test_from_a_keras_model_to_the_service_by_readme_alone(
    installed: Callable[..., Installed], converted: Path, arch: str, numpy: bool
) -> None:
    board = installed("bookworm", arch, numpy=numpy)
    board.root.add(converted, f"{_HOME}/mine.tflite")
    commands = [line[4:] for line in _section().splitlines() if line.startswith("    pidoctor ")]
    assert len(commands) == 5
    for command in commands:
        words = [word for word in shlex.split(command)[1:] if word != "--dry-run"]
        more = ["--yes"] if words[0] == "install" else []
        result = board.result(*words, *more)
        assert result["exit_code"] == 0, (command, result)
    (program,) = re.findall(r"`(\.venv/bin/python \S+)`", _section())
    ran = json.loads(board.root.run(shlex.split(program)).stdout.splitlines()[-1])
    unit = board.root.run(["cat", "mine_example.service"]).stdout
    (start,) = re.findall(r"^ExecStart=(.*)$", unit, flags=re.MULTILINE)
    assert shlex.split(start)[:2] == [f"{_HOME}/.venv/bin/python", f"{_HOME}/mine_example.py"]
    proven = json.loads(board.root.run(["cat", "right.json"]).stdout)["outputs"][0]["values"]
    assert ran, ran
    assert len(proven) == 2
    assert sum(proven) == pytest.approx(1, abs=1e-5)
