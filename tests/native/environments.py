"""Environments as projects have them, and small programs that must go on working."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"
RUNTIMES = ("tflite-runtime", "ai-edge-litert")


def _interpreter(module: str) -> str:
    return f"from {module}.interpreter import Interpreter; Interpreter({str(MODEL)!r})"


CV2 = "import cv2, numpy; cv2.imencode('.png', numpy.zeros((4, 4, 3), 'uint8'))"
SCIPY = "import scipy.linalg; scipy.linalg.inv([[2.0, 0.0], [0.0, 2.0]])"
PANDAS = "import pandas; pandas.DataFrame({'a': [1, 2]}).describe()"
NUMPY = "import numpy; numpy.linalg.inv(numpy.eye(3))"
TFLITE, LITERT = _interpreter("tflite_runtime"), _interpreter("ai_edge_litert")
ONNX = "import onnxruntime; onnxruntime.get_available_providers(); onnxruntime.OrtValue"
EDITABLE = "import mine; mine.use()"


class Project(NamedTuple):
    """An environment: how it is made, the packages in it, and programs that use them."""

    name: str
    packages: tuple[str, ...] = ()
    programs: tuple[str, ...] = (NUMPY,)
    kind: str = "venv"  # "venv", "uv", "system-site", "conda", "editable"


PROJECTS = (
    Project("empty", (), ()),
    Project("numpy-1.23", ("numpy==1.23.5",)),
    Project("numpy-1.26", ("numpy==1.26.4",)),
    Project("numpy-2", ("numpy==2.2.6",)),
    Project("opencv-4.8", ("numpy==1.26.4", "opencv-python-headless==4.8.1.78"), (CV2,)),
    Project("opencv-4.12", ("numpy==2.2.6", "opencv-python-headless==4.12.0.88"), (CV2,)),
    Project(
        "opencv-contrib", ("numpy==1.24.4", "opencv-contrib-python-headless==4.7.0.72"), (CV2,)
    ),
    Project("scipy-1.10", ("numpy==1.24.4", "scipy==1.10.1"), (NUMPY, SCIPY)),
    Project("scipy-1.15", ("numpy==2.2.6", "scipy==1.15.3"), (NUMPY, SCIPY)),
    Project("pandas-1", ("numpy==1.23.5", "pandas==1.5.3"), (NUMPY, PANDAS)),
    Project("pandas-2", ("numpy==2.2.6", "pandas==2.2.3"), (NUMPY, PANDAS)),
    Project("onnxruntime", ("numpy==1.26.4", "onnxruntime==1.17.3"), (NUMPY, ONNX)),
    Project("numba", ("numpy==1.26.4", "numba==0.59.1"), ("import numba; numba.njit(abs)(-1)",)),
    Project("scikit-image", ("numpy==1.26.4", "scikit-image==0.22.0"), ("import skimage.filters",)),
    Project("pillow", ("numpy==2.2.6", "pillow==11.0.0"), (NUMPY, "import PIL.Image"), "uv"),
    Project("keras", ("numpy==1.26.4", "h5py==3.10.0", "ml-dtypes==0.3.2"), (NUMPY, "import h5py")),
    Project("tflite", ("numpy==1.26.4", "tflite-runtime==2.14.0"), (NUMPY, TFLITE)),
    Project("litert", ("numpy==1.26.4", "ai-edge-litert==1.4.0"), (NUMPY, LITERT)),
    Project(
        "tflite-crashes",
        ("numpy==2.2.6", "tflite-runtime==2.14.0", "opencv-python-headless==4.12.0.88"),
        (NUMPY, CV2, TFLITE),
    ),
    Project(
        "tflite-opencv",
        ("numpy==1.26.4", "tflite-runtime==2.14.0", "opencv-python-headless==4.8.1.78"),
        (CV2, TFLITE),
        "uv",
    ),
    Project("system-site", (), (NUMPY,), "system-site"),
    Project("editable", ("numpy==1.26.4", "hatchling", "editables"), (EDITABLE,), "editable"),
    Project("conda", ("numpy==1.26.4", "opencv-python-headless==4.8.1.78"), (CV2,), "conda"),
    Project("conda-numpy-2", ("numpy==2.2.6",), (NUMPY,), "conda"),
    Project("mediapipe", ("mediapipe==0.10.14", "numpy==1.26.4"), ("import mediapipe",)),
)
