"""What is told where only the kind of a failure is known: the tool, the step, the likely causes."""

from __future__ import annotations

import pytest

from pidoctor.triage.reply import reply

from .test_kinds_of_fault import NOTHING, first, found


@pytest.mark.parametrize(
    ("log", "tool"),
    [
        ('Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 1', "Python"),
        ("The command '/bin/sh -c ./build.sh' returned a non-zero code: 2", "Docker"),
        ('ERROR: process "/bin/sh -c ./x" did not complete successfully: exit code: 2', "Docker"),
        ("cam.service: Main process exited, code=exited, status=1/FAILURE", "systemd"),
        ("/usr/bin/gpio: line 144: echo: write error: Invalid argument", "shell"),
        ("dpkg: error processing package cam (--configure):\nE: Sub-process failed", "dpkg"),
        ("npm ERR! command sh -c node x.js\nnpm ERR! Error: no x", "npm"),
    ],
)
def test_an_unknown_failure_names_the_step_and_its_tool(log: str, tool: str) -> None:
    answer = first(log)
    assert answer.cause == "unknown" or tool == "dpkg"
    if answer.cause == "unknown":
        assert answer.explanation.startswith(f"The step of {tool} failed here")
        assert log.rsplit("\n", maxsplit=1)[-1].strip() == answer.evidence[-1].text


@pytest.mark.parametrize(
    "line",
    [
        "Error! Your kernel headers for kernel 5.15.76-v8+ cannot be found.",
        "No headers found for current active kernel 6.6.56-v8+",
        "kernel source for this kernel does not seem to be installed.",
    ],
)
def test_a_driver_lacks_the_headers_of_the_kernel(line: str) -> None:
    assert first(line).cause == "source-build-failed"
    assert "linux-headers" in str(first(line).fix.commands)
    assert (
        first(f"Setting up gasket-dkms (1.0-18) ...\n{line}").cause == "edgetpu-driver-build-failed"
    )


@pytest.mark.parametrize(
    "line",
    [
        "AttributeError: module 'ctranslate2' has no attribute 'StorageView'",
        "AttributeError: type object 'Picamera2' has no attribute 'find_tuning_algo'",
        "ImportError: cannot import name 'get_model' from 'somelib' (/usr/lib/somelib/__init__.py)",
    ],
)
def test_a_name_that_a_module_lacks_is_gone_or_not_there_yet_or_of_another_module(
    line: str,
) -> None:
    answers = found(line)
    assert {a.cause for a in answers} == {
        "removed-api",
        "api-newer-than-runtime",
        "shadowed-module",
    }
    assert answers[0].certainty == "possible"


def test_what_was_renamed_in_tensorflow_is_surer_than_any_name_that_it_lacks() -> None:
    line = "AttributeError: module '{}' has no attribute '{}'"
    assert first(line.format("tensorflow", "contrib")).certainty == "sure"
    assert first(line.format("tensorflow._api.v1.lite", "OpsSet")).certainty == "likely"


def test_a_delegate_that_says_no_more_is_likely_and_names_what_else_it_can_be() -> None:
    line = "ValueError: Failed to load delegate from libedgetpu.so.1"
    answer = first(line)
    assert (answer.cause, answer.certainty) == ("edgetpu-delegate-load-failed", "likely")
    assert set(answer.alternatives) == {"edgetpu-not-detected", "edgetpu-permission"}
    told = "OSError: libedgetpu.so.1: cannot open shared object file: No such file or directory"
    assert first(told).certainty == "sure"
    frame = (
        'Traceback (most recent call last):\n  File "/usr/lib/python3/dist-packages/'
        'tflite_runtime/interpreter.py", line 160, in load_delegate\nValueError'
    )
    assert (first(frame).cause, first(frame).certainty) == (answer.cause, "likely")


def test_a_reply_that_cannot_name_the_cause_shows_the_error_and_not_the_step() -> None:
    log = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nKeyError: 1\n'
    assert "line 3:\n\n    KeyError: 1\n" in reply(found(log))


def test_the_path_of_a_library_is_not_searched_for_as_its_name() -> None:
    answer = first("ImportError: dlopen(/x/a.so, 6): image not found")
    assert answer.cause == "missing-shared-library"
    assert "/x/a.so" not in str(answer.fix.commands)


def test_a_plugin_of_qt_without_a_display_lacks_the_display() -> None:
    plugin = 'qt.qpa.plugin: Could not load the Qt platform plugin "xcb" in "/x/cv2/qt/plugins"'
    assert first(plugin).cause == "missing-shared-library"
    both = f"qt.qpa.xcb: could not connect to display\n{plugin}\nAborted (core dumped)"
    assert (first(both).cause, first(both).title) == (
        "unknown",
        "There is no display to show a window on",
    )


def test_a_version_of_a_name_that_we_do_not_know_may_be_what_is_missing() -> None:
    log = "ERROR: Could not find a version that satisfies the requirement {0}{1}\n"
    log += "ERROR: No matching distribution found for {0}\n"
    pinned = found(log.format("some-new-name==1.16.2", ""))
    assert pinned[0].cause == "requested-version-unavailable"
    listed = found(log.format("some-new-name==1.16.2", NOTHING))
    assert "requested-version-unavailable" not in {a.cause for a in listed}


@pytest.mark.parametrize(
    "line",
    [
        "Failed to write file hailo/hailo8_board_cfg.bin",
        "hailo 0001:01:00.0: Failed writing firmware files. err -110",
        "Timeout waiting for vDMA boot data completion",
    ],
)
def test_a_hailo_that_does_not_take_its_firmware(line: str) -> None:
    answer = first(line)
    assert (answer.cause, answer.certainty) == ("hailo-version-mismatch", "likely")


@pytest.mark.parametrize(
    ("log", "possible"),
    [
        (
            "npm ERR! command failed\nnpm ERR! command sh -c installer/preinstall.sh",
            "source-build-failed",
        ),
        ("AttributeError: 'Picamera2' object has no attribute 'attach_preview'", "removed-api"),
        ("E driver/mmio_driver.cc:254] HIB Error. hib_error_status = 01", "edgetpu-not-detected"),
        ("[HailoRT] [error] CHECK failed - HEF format is not supported", "hailo-version-mismatch"),
        ("RuntimeError: CUDA error: no kernel image is available", "gpu-delegate-unavailable"),
    ],
)
def test_beside_no_known_cause_stands_what_is_possible(log: str, possible: str) -> None:
    diagnosis = first(log)
    assert (diagnosis.cause, diagnosis.certainty) == ("unknown", "")
    assert possible in diagnosis.alternatives[:2]


def test_beside_a_likely_cause_stands_what_it_would_explain() -> None:
    log = "RuntimeError: Error in device opening (/sys/bus/usb/devices/2-2)!"
    assert (first(log).certainty, first(log).alternatives) == ("likely", ("edgetpu-not-detected",))
