"""Signs that were taken for more than they say, and what speaks against them."""

from __future__ import annotations

import pytest

from .test_kinds_of_fault import NOTHING, first, found


def test_a_code_that_a_function_returns_is_no_death_of_a_process() -> None:
    assert (
        first("RuntimeError: ws2811_init failed with code -9 (mailbox device)").cause == "unknown"
    )
    assert first("worker died, exit code: -9").cause == "out-of-memory"


FALLBACK = (
    "/home/ada/env/lib/python3.11/site-packages/gpiozero/devices.py:300: PinFactoryFallback: "
    "Falling back from lgpio: No module named 'lgpio'\n  warnings.warn(\n"
)


def test_a_library_that_falls_back_to_another_one_goes_on() -> None:
    assert first(FALLBACK).cause == "no-problem"
    failed = FALLBACK + "gpiozero.exc.BadPinFactory: Unable to load any default pin factory!"
    answer = first(failed)
    assert (answer.cause, answer.title) != ("no-problem", "No problem found")
    assert "pins" in answer.title or "pins" in answer.explanation


@pytest.mark.parametrize("folder", ["pip-build-u485u_8l", "pip-install-ab1", "pip-req-build-x9"])
def test_a_module_that_a_file_of_the_built_package_lacks_is_a_part_of_the_build(
    folder: str,
) -> None:
    log = (
        "$ pip3 install numpy\nBuilding wheels for collected packages: numpy\n"
        f'  File "/tmp/{folder}/numpy/tools/cythonize.py", line 61, in process_pyx\n'
        "    from Cython.Compiler.Version import version\n"
        "ModuleNotFoundError: No module named 'Cython'\n  ERROR: Failed building wheel for numpy"
    )
    assert [each.cause for each in found(log)] == ["source-build-failed"]


UNCONFIGURED = (
    "dpkg: dependency problems prevent configuration of b:\n b depends on a (= 1); however:\n"
    "  Package a is not configured yet."
)


def test_a_package_that_waits_for_one_whose_script_failed_lacks_nothing() -> None:
    failed = (
        "Setting up a (1) ...\nSegmentation fault\n"
        "dpkg: error processing package a (--configure):\n"
        " subprocess installed post-installation script returned error exit status 139\n"
    )
    assert first(failed + UNCONFIGURED).cause == "unknown"
    assert first(UNCONFIGURED).cause == "apt-unmet-dependencies"


def test_pip_is_not_broken_where_the_program_that_brings_it_is_missing() -> None:
    log = "/home/pi/e/bin/pip: No such file or directory"
    assert first(log).cause == "broken-pip"
    answer = first(f"./install.sh: line 177: virtualenv: command not found\n{log}")
    assert (answer.cause, answer.title) == ("unknown", "command not found")


CONFLICT = (
    "ERROR: Cannot install {} because these package versions have conflicting dependencies.\n\n"
    "The conflict is caused by:\n    piper-tts 1.2.0 depends on piper-phonemize~=1.1.0\n"
    "ERROR: ResolutionImpossible: for help visit the page of pip"
)


def test_versions_of_one_package_do_not_conflict_with_each_other() -> None:
    alone = CONFLICT.format("piper-tts==1.1.0, piper-tts==1.1.1 and piper-tts==1.2.0")
    answer = first(f"Python 3.13.5\n{alone}")
    assert answer.cause == "no-wheel-for-python"
    assert "piper-phonemize" in answer.explanation
    two = CONFLICT.format("numpy==1.1 and piper-tts==1.2.0")
    assert (first(two).cause, first(two).certainty) == ("dependency-conflict", "sure")


def test_a_file_cut_short_is_not_for_sure_a_damaged_wheel() -> None:
    log = "ImportError: /home/ada/e/lib/python3.9/site-packages/a/b.so: file too short"
    assert (first(log).cause, first(log).certainty) == ("wheel-file-corrupt", "likely")
    assert first(log).fix.commands == ("df -h .",)


def test_conda_of_an_older_day_says_the_same() -> None:
    log = "$ conda install bokeh\nError: No packages found in current linux-64 channels matching: b"
    assert first(log).cause in {"unknown-package-name", "no-wheel-for-arch"}


@pytest.mark.parametrize("name", ["libtorrent", "libclang", "python-can", "python-vlc"])
def test_a_name_that_begins_as_some_of_apt_do_may_be_one_of_pip(name: str) -> None:
    answers = found(NOTHING.format(name))
    assert "apt" not in answers[0].explanation
    assert answers[0].certainty == "possible"


@pytest.mark.parametrize("name", ["libgl1", "libopenjp2-7", "libatlas-base-dev", "python-numpy"])
def test_a_name_of_apt(name: str) -> None:
    answer = first(NOTHING.format(name))
    assert answer.cause == "unknown-package-name"
    assert "apt" in answer.explanation


def test_an_old_python_is_the_likelier_reason_where_only_it_is_shown() -> None:
    names = [each.cause for each in found("Python 3.7.3\n" + NOTHING.format("renault-api"))]
    assert names[0] == "python-too-old"
    newer = [each.cause for each in found("Python 3.11.2\n" + NOTHING.format("renault-api"))]
    assert newer[0] != "python-too-old"


OFFERED = "{}ould not find a version that satisfies the requirement {} (from versions: {})"


def test_a_version_newer_than_all_on_offer_is_not_for_sure_missing() -> None:
    newer = first("ERROR: C" + OFFERED.format("", "some-thing==2.0", "1.0, 1.1"))
    older = first("ERROR: C" + OFFERED.format("", "some-thing==1.0.5", "1.0, 1.1"))
    assert newer.cause == older.cause == "requested-version-unavailable"
    assert (newer.certainty, older.certainty) == ("likely", "sure")


def test_versions_on_offer_speak_against_a_python_without_wheels() -> None:
    asked = OFFERED.format("C", "onnxruntime-gpu==0.5.0", "0.3.0, 0.4.0")
    answer = first(f"RUN apt-get install python3.6 python3-pip\n{asked}")
    assert answer.cause == "pip-too-old"
    assert answer.certainty != "sure"


@pytest.mark.parametrize(
    "shown",
    ["MacBook Pro (16, 2021) Apple M1 Pro", "I use a Mac M2", "Is that on a Mac with an M1 chip?"],
)
def test_a_mac_named_by_its_processor_is_one(shown: str) -> None:
    assert first(f"{NOTHING.format('tensorflow')}\n{shown}").cause == "no-wheel-for-arch"


def test_a_package_for_macs_only_is_not_missing_for_the_processor_of_one() -> None:
    assert first(f"m1 mac\n{NOTHING.format('tensorflow-macos')}").cause == "no-wheel-for-python"


def test_a_pure_package_is_left_out_for_its_python_or_is_not_on_this_index() -> None:
    answers = found(NOTHING.format("Adafruit-Blinka"))
    assert [each.cause for each in answers][:2] == ["python-too-old", "not-on-this-index"]
    new = found(f"Python 3.11.2\n{NOTHING.format('Adafruit-Blinka')}")
    assert new[0].cause == "not-on-this-index"
    mirror = found(f"Looking in indexes: http://wheels.example/jp6\n{NOTHING.format('pip')}")
    assert [(each.cause, each.certainty) for each in mirror] == [("not-on-this-index", "likely")]
    assert "wheels.example" in mirror[0].explanation


def test_a_program_says_which_python_it_needs() -> None:
    log = (
        "AssertionError: Python 3.7.0 required by Yolov5, but Python 3.6.9 is currently installed."
    )
    assert first(log).cause == "python-too-old"
    assert "3.7.0" in first(log).explanation


def test_a_list_that_apt_may_not_fetch_asks_for_no_login_of_pip() -> None:
    url = "https://ppa.example/a/ubuntu"
    log = (
        f"Err:9 {url} jammy InRelease\n  403  Forbidden [IP: 192.0.2.1 443]\n"
        f"Failed to fetch {url}/dists/jammy/InRelease  403  Forbidden [IP: 192.0.2.1 443]\n"
        f"The repository '{url} jammy InRelease' is no longer signed."
    )
    assert [(each.cause, each.certainty) for each in found(log)] == [
        ("apt-repository-gone", "likely")
    ]
    pip = "ERROR: 403 Client Error: Forbidden for url: https://index.example/simple/a/"
    assert first(pip).cause == "index-login-required"


def test_a_runtime_of_rockchip_names_the_operator_that_it_lacks() -> None:
    answer = first("E RKNN: unsupport cpu ArgMax op, op name: ArgMax:ArgMax in current, please try")
    assert answer.cause == "model-op-unsupported"
    assert answer.shown["op"] == "ArgMax"


def test_the_py_before_a_name_is_most_often_left_out() -> None:
    answer = first(NOTHING.format("realsense2"))
    assert answer.cause == "unknown-package-name"
    assert "pyrealsense2" in answer.explanation


def test_a_name_that_a_module_has_too_is_one_of_a_package() -> None:
    answer = first("No matching distribution found for PyQt5\non a Raspberry Pi 3b+")
    assert answer.cause == "no-wheel-for-arch"


def test_the_full_stop_of_a_sentence_is_no_part_of_a_module() -> None:
    answer = first("But when I run this I get the error: No module named tensorflow.")
    assert answer.cause == "module-not-installed"
    assert "tensorflow.." not in answer.explanation


def test_a_package_that_dpkg_got_through_is_not_half_done() -> None:
    half = "2018-12-27 17:47:43 status half-installed git-man:all 1:2.11.0-3\n"
    assert first(half).cause == "interrupted-install"
    done = half + "2018-12-27 17:47:47 status unpacked git-man:all 1:2.11.0-3\n"
    assert first(done).cause != "interrupted-install"
    other = half + "2018-12-27 17:47:47 status unpacked git:armhf 1:2.11.0-3\n"
    assert first(other).cause == "interrupted-install"


@pytest.mark.parametrize(
    ("newest", "cause"), [("21.1", "no-wheel-for-arch"), ("23.1", "wrong-interpreter")]
)
def test_pips_notice_dates_a_log_to_the_quarter(newest: str, cause: str) -> None:
    log = (
        f"$ uname -m\naarch64\n$ pip --version\npip 21.0.1 from /usr/lib/pip (python 3.8)\n"
        f"$ pip install tflite-runtime\n{NOTHING.format('tflite-runtime')}\n"
        f"WARNING: You are using pip version 21.0.1; however, version {newest} is available."
    )
    answer = first(log)
    assert answer.cause == cause
    assert ("2021-08" in answer.explanation) == (newest == "21.1")


def test_a_pip_of_two_digits_is_not_always_of_that_year() -> None:
    notice = "You are using pip version 9.0.1, however version 10.0.1 is available."
    answer = first(f"{NOTHING.format('tflite-runtime')}\n$ uname -m\naarch64\n{notice}")
    assert "2018" in answer.explanation
