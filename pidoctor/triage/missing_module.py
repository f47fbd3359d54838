"""Why a module is not found: not installed, installed elsewhere, renamed, removed, or confused."""

from __future__ import annotations

from collections.abc import Mapping

from pidoctor.triage.log_facts import Facts, plain_name
from pidoctor.triage.nothing_found import LIKELY, SURE, Verdict

PACKAGE_OF: Mapping[str, str] = {
    "cv2": "opencv-python",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
    "RPi": "rpi-gpio",
    "serial": "pyserial",
    "usb": "pyusb",
    "google": "protobuf",
    "hailo_platform": "hailort",
    "absl": "absl-py",
}
"""Modules whose package has another name."""

RUNTIMES = {
    "tensorflow": ("tflite-runtime", "ai-edge-litert", "tflite-runtime-nightly"),
    "keras": ("tflite-runtime", "ai-edge-litert"),
    "tflite_runtime": ("ai-edge-litert", "tensorflow", "tflite"),
    "ai_edge_litert": ("tflite-runtime", "tensorflow"),
    "tflite": ("tflite-runtime", "ai-edge-litert", "tensorflow"),
}
"""Module of one runtime -> the packages that give the same under another import line."""


def package_of(module: str) -> str:
    """The package to install for a module."""
    top = module.split(".", maxsplit=1)[0]
    return PACKAGE_OF.get(top, plain_name(top))


def decide(groups: Mapping[str, str], facts: Facts) -> list[Verdict]:
    """The likely causes of `No module named ...`."""
    module = groups.get("module", "")
    top, package = module.split(".")[0], package_of(module)
    here = package in facts.installed
    if "." in module and (here or top == "tensorflow") and top != "pycoral":
        if top in ("tflite_runtime", "ai_edge_litert"):
            text = f"{package} is there, but has no {module}."
            return [Verdict("api-newer-than-runtime", LIKELY, text)]
        return [Verdict("removed-api", LIKELY, f"{top} is there, but has no {module}.")]
    if here:
        text = f"{package} was installed, but not for the Python that runs the program."
        return [Verdict("wrong-interpreter", SURE, text)]
    others = [name for name in RUNTIMES.get(top, ()) if name in facts.installed]
    if others:
        text = f"{others[0]} is installed; its import line is another one."
        return [Verdict("wrong-module-import", SURE, text)]
    return [Verdict("module-not-installed", SURE, f"The package is called {package}.")]
