"""Kinds of logs that reports from the public showed to be read wrongly."""

from __future__ import annotations

import pytest

from .test_kinds_of_fault import first, found


@pytest.mark.parametrize(
    "log",
    [
        "ImportError: libcudart.so.10.0: cannot open shared object file: No such file or directory",
        "OSError: libnvinfer.so.8: cannot open shared object file: No such file or directory",
        "python3: error while loading shared libraries: libcublas.so.11: cannot open",
        "UserWarning: Cannot load onnxruntime.capi. Error: 'libcublas.so.10: cannot open "
        "shared object file: No such file or directory'.",
    ],
)
def test_a_library_of_nvidia_that_an_import_needs_is_missing(log: str) -> None:
    answer = first(log)
    assert answer.cause == "missing-shared-library"
    assert "NVIDIA" in answer.fix.text
    assert "apt-file" not in str(answer.fix.commands)


@pytest.mark.parametrize(
    "log",
    [
        "W tensorflow/stream_executor/platform/default/dso_loader.cc:64] Could not load dynamic "
        "library 'libcudart.so.11.0'; dlerror: libcudart.so.11.0: cannot open shared object file",
        "2024-01-05 10:11:12.1: I external/tsl/cuda_transpose.cc] Could not find TensorRT",
    ],
)
def test_tensorflow_may_miss_the_libraries_of_nvidia(log: str) -> None:
    assert first(log).cause == "no-problem"


@pytest.mark.parametrize(
    "log",
    [
        "Failed to open /dev/video0: Permission denied",
        "Cannot open '/dev/video0': 13, Permission denied",
        "called `Result::unwrap()` on an `Err` value: Permission denied: /dev/gpiomem",
        "PermissionError: [Errno 13] Permission denied: '/dev/i2c-1'",
        "RuntimeError: No access to /dev/mem.  Try running as root!",
        "Error: EACCES: permission denied, open '/dev/ttyUSB0'",
    ],
)
def test_a_device_that_the_user_may_not_open(log: str) -> None:
    answer = first(log)
    assert answer.cause == "permission-denied"
    assert answer.fix.commands[0].startswith("ls -l /dev/")
    assert "venv" not in answer.fix.text


def test_a_container_gets_the_device_by_an_option() -> None:
    log = "docker run app\nFailed to open /dev/video0: Permission denied"
    assert "--device /dev/video0" in first(log).fix.text


@pytest.mark.parametrize(
    "log",
    [
        "c++: fatal error: Killed signal terminated program cc1plus",
        "c++: fatal error: signal terminated program cc1plus\nmake: *** [all] Błąd 1",
        "c++: fatal error: killed signal terminated program cclplus",
    ],
)
def test_a_compiler_that_was_killed(log: str) -> None:
    assert first(log).cause == "out-of-memory"


def test_uv_names_wheels_of_the_same_processor_for_a_newer_glibc() -> None:
    log = (
        "hint: You're on Linux (`manylinux_2_36_aarch64`), but `pyside6` (v6.9.1) only has wheels "
        "for the following platforms: `manylinux_2_28_x86_64`, `manylinux_2_39_aarch64`"
    )
    assert first(log).cause == "no-wheel-for-glibc"
    other = log.replace("manylinux_2_39_aarch64", "win_amd64")
    assert first(other).cause == "no-wheel-for-arch"


BARE = (
    "Looking in indexes: https://index.example/simple, https://www.piwheels.org/simple\n"
    "ERROR: Could not find a version that satisfies the requirement {0}\n"
    "ERROR: No matching distribution found for {0}\n"
)
"""As pip 20.3 to 21.0 says it, which Raspberry Pi OS 11 (Bullseye) has."""


def test_an_installer_is_known_by_its_words() -> None:
    assert first(BARE.format("onnxruntime")).cause == "no-wheel-for-32bit-os"
    pinned = found(BARE.format("onnxruntime==0.5.0"))
    assert pinned[0].cause == "requested-version-unavailable"
    assert {d.cause for d in pinned[1:]} == {"no-wheel-for-python", "no-wheel-for-32bit-os"}


def test_a_pip_older_than_its_own_prefix_cannot_see_newer_wheels() -> None:
    log = (
        "Linux raspberrypi 5.10.17-v8+ #1414 SMP aarch64 GNU/Linux\nPython 3.7.3\n"
        "Collecting tensorflow\n"
        "  Could not find a version that satisfies the requirement tensorflow (from versions: )\n"
        "No matching distribution found for tensorflow\n"
    )
    assert first(log).cause == "pip-too-old"
    newer = log.replace("3.7.3", "3.11.2").replace("tensorflow", "onnxruntime")
    assert first(newer).cause != "pip-too-old"


@pytest.mark.parametrize(
    "log",
    [
        "WARNING Unable to automatically guess model task, assuming 'task=detect'.\n"
        "image 1/1 street.jpg: 320x320 5 persons, 53.4ms\n"
        "Speed: 2.5ms preprocess, 53.4ms inference, 1.8ms postprocess per image",
        "nnapi error: unable to open library libneuralnetworks.so\n"
        "Average inference timings in us: Warmup: 37625.7, Init: 4183, no stats: 37540.5",
    ],
)
def test_an_inference_that_ran_is_a_success(log: str) -> None:
    assert first(log).cause == "no-problem"
