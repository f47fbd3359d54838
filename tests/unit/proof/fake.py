"""A virtual environment with a made-up tflite-runtime, for faults that no real one shows."""

from __future__ import annotations

import hashlib
import json
import os
import sysconfig
import venv
from pathlib import Path

import pidoctor

_MODELS = Path(pidoctor.__file__).parent / "proof" / "models"

_INTERPRETER = """\
import hashlib, json, os, sys, time
import numpy as np

class Interpreter:
    def __init__(self, model_path):
        with open(model_path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        with open(os.path.join(os.path.dirname(__file__), "answers.json")) as file:
            self.known = json.load(file)[digest]
        self.at("construct")
    def at(self, step):
        pass
    def get_input_details(self):
        shape = np.array(self.known["input_shape"])
        return [{"index": 0, "shape": shape, "dtype": np.dtype(self.known["dtype"]).type}]
    def get_output_details(self):
        return [{"index": 1, "shape": [1], "dtype": "float32"}]
    def resize_tensor_input(self, index, shape):
        self.known["input_shape"] = shape
    def allocate_tensors(self):
        self.at("allocate")
    def set_tensor(self, index, value):
        self.given = value
    def invoke(self):
        self.at("invoke")
    def get_tensor(self, index):
        assert self.given.ravel().tolist() == self.known["input"], "the input was not given"
        return np.array([self.known["expected"]], dtype=self.known["dtype"])
"""


def environment(folder: Path, code: str = "") -> str:
    """A virtual environment whose runtime answers right; ``code`` is run after its definition.

    Returns its Python. NumPy is the one of the tests.
    """
    venv.EnvBuilder(symlinks=True).create(folder)
    version = sysconfig.get_python_version()
    site = folder / "lib" / f"python{version}" / "site-packages"
    package = site / "tflite_runtime"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text(_INTERPRETER + code, encoding="utf-8")
    answers = {
        hashlib.sha256(model.read_bytes()).hexdigest(): json.loads(
            model.with_suffix(".json").read_text(encoding="utf-8")
        )
        for model in _MODELS.glob("*.tflite")
    }
    (package / "answers.json").write_text(json.dumps(answers), encoding="utf-8")
    information = site / "tflite_runtime-9.9.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tflite-runtime\nVersion: 9.9\n", encoding="utf-8"
    )
    (site / "numpy-of-the-tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return os.fspath(folder / "bin" / "python")
