"""The one fact of a log that decides between two causes, on both of its sides."""

from __future__ import annotations

import pytest

from .test_kinds_of_fault import NOTHING, first

CONDA = """$ conda install {}
PackagesNotFoundError: The following packages are not available from current channels:
  - {}
Current channels:
  - https://conda.example/conda-forge/linux-aarch64
"""


@pytest.mark.parametrize(("name", "told"), [("mkl", True), ("numpy", False)])
def test_conda_lacks_what_is_published_for_another_processor_alone(name: str, told: bool) -> None:
    answer = first(CONDA.format(name, name))
    assert answer.cause == "no-wheel-for-arch"
    assert (f"{name} is published for x86-64 only" in answer.explanation) is told
    assert (answer.confidence >= 0.9) is told


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (("$ uname -m", "armv7l"), "no-wheel-for-32bit-os"),
        (
            ("$ uname -m", "aarch64", "$ dpkg --print-architecture", "armhf"),
            "32bit-userland-on-64bit-kernel",
        ),
    ],
)
def test_the_kernel_tells_a_32_bit_system_from_a_32_bit_userland(
    lines: tuple[str, ...], cause: str
) -> None:
    log = (*lines, "$ pip3 install tensorflow", "Python 3.11.2", NOTHING.format("tensorflow"))
    assert first("\n".join(log)).cause == cause


def test_a_pip_that_sees_the_newest_wheels_is_not_too_old() -> None:
    log = """Python 3.9.2 (default) on linux x86_64
pip 25.3 from /usr/lib/python3/dist-packages/pip (python 3.9)
ERROR: Could not find a version that satisfies the requirement torchvision==0.20.0 (from versions: \
0.1.6, 0.1.7, 0.2.0)
ERROR: No matching distribution found for torchvision==0.20.0
"""
    answer = first(log)
    assert answer.cause == "requested-version-unavailable"
    assert "pip-too-old" not in answer.alternatives


def test_the_pair_that_does_not_go_together_is_named() -> None:
    log = "Successfully installed numpy-2.4.6 tflite-runtime-2.14.0\n"
    answer = first(log)
    assert answer.cause == "numpy2-abi-mismatch"
    assert answer.explanation.endswith(
        "tflite-runtime 2.14.0 needs numpy<2,>=1.23, and numpy 2.4.6 is there."
    )
