"""Kinds of wrong answers, each with the logs that showed it."""

from __future__ import annotations

import gzip
import json
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.profile.named_targets import target
from pidoctor.resolve.request import parse_request
from pidoctor.triage.diagnose import STRONG, triage
from pidoctor.triage.diagnosis import Diagnosis
from pidoctor.triage.ranking import judge
from pidoctor.triage.symptoms import load
from pidoctor.triage.witnesses import witnesses

from .samplebook import samples

NOTHING = "ERROR: Could not find a version that satisfies the requirement {} (from versions: none)"


def found(log: str | bytes, where: str = "") -> list[Diagnosis]:
    data = log if isinstance(log, bytes) else log.encode()
    return triage([data], target(where) if where else None, judge)


def first(log: str | bytes, where: str = "") -> Diagnosis:
    return found(log, where)[0]


# A failure is never called fine.


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("Running setup.py install for h5py: finished with status 'error'", "source-build-failed"),
        ("zsh: illegal hardware instruction  python3 detect.py", "illegal-instruction"),
        ("detect.service: Main process exited, code=dumped, status=4/ILL", "illegal-instruction"),
        ("systemd: code=dumped, signal=ILL", "illegal-instruction"),
        ("The command '/bin/sh -c python3 a.py' returned a non-zero code: 132",
         "illegal-instruction"),
        ("container exited with code 132", "illegal-instruction"),
        ("container exited with code 137", "out-of-memory"),
        ("Process completed with exit code 139.", "unknown"),
        ("exit status 134", "unknown"),
        ("exited with status 135", "unknown"),
        ("zsh: segmentation fault  python3 detect.py", "unknown"),
        ("systemd: Main process exited, code=dumped, signal=SEGV", "unknown"),
        ("Убито", "out-of-memory"),
        ("Getötet", "out-of-memory"),
        ("Processus arrêté", "out-of-memory"),
        ("E: Sub-process /usr/bin/dpkg returned an error code (1)", "unknown"),
        ("Attributeerror: something", "unknown"),
        ("npm ERR! code ELIFECYCLE", "unknown"),
        ("Linux pi 6.1.21-v8+ #1642 SMP PREEMPT aarch64 GNU/Linux\narmhf",
         "32bit-userland-on-64bit-kernel"),
        ("Successfully installed numpy-2.4.6 tflite-runtime-2.14.0", "numpy2-abi-mismatch"),
        ("hello world", "unknown"),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_a_failure_is_not_called_fine(log: str, cause: str) -> None:
    assert first(log).cause == cause


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4,
        bytes(random.Random(1).choices(range(256), k=4096)),  # noqa: S311
        b"PK\x03\x04" + b"a" * 99,
        gzip.compress(b"\x7fELF" + bytes(999), mtime=0),
    ],
)
def test_what_is_no_log_is_told_so(data: bytes) -> None:
    answer = first(data)
    assert (answer.cause, answer.title) == ("unknown", "Not a log")


def test_a_compressed_log_is_read() -> None:
    log = b"$ pip install numpy\nOSError: [Errno 28] No space left on device\n"
    packed = gzip.compress(log)
    assert first(packed).cause == "no-space-left"
    assert first(packed[:-6]).cause == "no-space-left"  # its end is missing
    assert first(gzip.compress(log) + gzip.compress(b"x\n")).cause == "no-space-left"


def test_a_bomb_is_not_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    from pidoctor.triage import text_input

    monkeypatch.setattr(text_input, "MAX_UNPACKED", 1 << 20)
    read = sum(map(len, text_input.as_text([gzip.compress(bytes(50 << 20))])))
    assert read <= (1 << 20) + (1 << 16)


def test_an_installed_pair_that_was_mended_is_fine() -> None:
    log = "Successfully installed numpy-2.4.6 tflite-runtime-2.14.0\n"
    assert first(log + "Successfully installed numpy-1.26.4\n").cause == "no-problem"
    assert first("Successfully installed numpy-1.26.4 tflite-runtime-2.14.0").cause == "no-problem"


# A later success of something else settles nothing.

OTHER_SUCCESSES = (
    "Collecting six\nSuccessfully installed six-1.17.0\n",
    "$ sudo apt install tree\nSetting up tree (2.1.0-1) ...\n",
)


@pytest.mark.parametrize("success", OTHER_SUCCESSES)
def test_a_success_of_something_else_erases_nothing(success: str) -> None:
    lost = []
    for sample in samples():
        if sample.causes[0] in ("no-problem", "unknown"):
            continue
        log = sample.read()
        if b"six" in log or b"tree" in log or log.startswith(b"\xff\xfe"):
            continue
        causes = tuple(d.cause for d in triage([log + b"\n" + success.encode()], judge=judge))
        if causes[0] in ("no-problem", "unknown"):
            lost.append(sample.id)
    assert lost == []


def test_a_success_of_the_same_thing_settles_it() -> None:
    log = "$ pip install six\nerror: externally-managed-environment\n"
    assert first(
        log + "$ .venv/bin/pip install six\nSuccessfully installed six-1.17.0\n"
    ).cause == ("no-problem")


# Nothing is said of a machine that nobody showed.


@pytest.mark.parametrize("name", ["tflite-runtime", "tensorflow", "ai-edge-litert", "mediapipe"])
def test_a_bare_message_says_nothing_of_the_machine(name: str) -> None:
    for diagnosis in found(NOTHING.format(name)):
        assert diagnosis.confidence < STRONG
        for words in ("this is Python", "this Python is", "This Python is", "this system has"):
            assert words not in diagnosis.explanation


def test_what_a_target_shows_is_counted() -> None:
    wanted = NOTHING.format("tflite-runtime")
    assert first(wanted, "pi5-8gb/trixie-64").cause == "no-wheel-for-python"
    assert "3.13" in first(wanted, "pi5-8gb/trixie-64").explanation
    names = {d.cause for d in found(NOTHING.format("ai-edge-litert"), "pi5-8gb/bookworm-64")}
    assert not names & {"no-wheel-for-32bit-os", "32bit-userland-on-64bit-kernel"}


@pytest.mark.parametrize("where", ["pi4-4gb/bookworm-64", "pi4-4gb/bullseye-32"])
def test_a_machine_that_fits_is_not_told_that_nothing_fits_it(where: str) -> None:
    causes = [d.cause for d in found(NOTHING.format("tflite-runtime"), where)]
    assert causes == ["wrong-interpreter", "not-on-this-index"]


# A name is known or unknown.


NOT_OURS = """onnxruntime-genai tensorflow-hub opencv-contrib-python-headless keras-nlp numpy-stl
torch-geometric tensorflow-datasets ultralytics-thop pandas-gbq scipy-stubs h5py-cache"""


@pytest.mark.parametrize("name", NOT_OURS.split())
def test_a_name_we_do_not_know_is_not_declared_wrong(name: str) -> None:
    for diagnosis in found(NOTHING.format(name)):
        assert diagnosis.cause != "unknown-package-name" or diagnosis.confidence < STRONG
        assert "no such package" not in diagnosis.explanation.lower()
        assert f"There is no {name}" not in diagnosis.explanation


def test_the_words_of_the_log_say_that_a_name_does_not_exist() -> None:
    log = "Because tensorfow was not found in the package registry and you require tensorfow"
    assert (first(log).cause, first(log).confidence >= 0.9) == ("unknown-package-name", True)


# Special words decide over general ones, and every cause of the contract shows in a log.

CASES = (Path(__file__).parent / "wordings.jsonl").read_text(encoding="utf-8").splitlines()
"""One case a line: a cause, and a log whose first answer it is."""

WORDINGS = [(case["cause"], case["log"]) for case in map(json.loads, CASES)]


@pytest.mark.parametrize(("cause", "log"), WORDINGS)
def test_wordings(cause: str, log: str) -> None:
    assert first(log).cause == cause


# A remedy can be run as it stands, and is not what just failed.


def _answers() -> Iterator[tuple[str, str, Diagnosis]]:
    for sample in samples():
        text = sample.read().decode("utf-8", "replace")
        for diagnosis in sample.diagnose():
            yield sample.id, text, diagnosis
    for cause, log in WORDINGS:
        for diagnosis in found(log):
            yield cause, log, diagnosis


def test_every_printed_command_can_be_run() -> None:
    catalog = open_catalog(WheelsIndex(shipped_index()))
    wrong = []
    for where, text, diagnosis in _answers():
        for command in diagnosis.fix.commands:
            asked = re.search(r"pidoctor (?:explain|install) ([^-\s]\S*)", command)
            if asked:
                parse_request(asked.group(1).strip("'"), catalog)  # refuses what explain refuses
            if re.search(r"\{\w+\}|\b(?:PACKAGE|PROGRAM|FILE|MODULE|LIBRARY|MODEL)\b", command):
                wrong.append((where, command))
            if f"$ {command}\n" in text:
                wrong.append((where, command))
            if subprocess.run(["bash", "-n", "-c", command], check=False).returncode:
                wrong.append((where, command))
            if re.search(r"pip install (?:pycoral|utils|board|gi|libcamera|picamera2)$", command):
                wrong.append((where, command))
        assert "{" not in diagnosis.explanation + diagnosis.fix.text or "{" in text
    assert wrong == []


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("gi", "sudo apt install python3-gi"),
        ("libcamera", "sudo apt install python3-libcamera"),
        ("picamera2", "sudo apt install python3-picamera2"),
        ("board", "python3 -m pip install adafruit-blinka"),
        ("sklearn", "python3 -m pip install scikit-learn"),
        ("utils", "python3 -m pip list"),
        ("pycoral", "python3 -m pip list"),
    ],
)
def test_an_import_name_is_not_a_package_name(module: str, command: str) -> None:
    fix = first(f"ModuleNotFoundError: No module named '{module}'").fix
    assert fix.commands == (command,)


def test_a_remedy_fits_the_release() -> None:
    atlas = (
        "ImportError: libf77blas.so.3: cannot open shared object file: No such file or directory"
    )
    assert "sudo apt install libatlas3-base" in first(f"{atlas}\nDebian GNU/Linux 11").fix.commands
    assert "atlas" not in " ".join(first(f"{atlas}\nVERSION_CODENAME=trixie").fix.commands)
    gone = "E: The repository 'http://raspbian.raspberrypi.org/raspbian buster Release' no longer "
    assert "legacy.raspbian.org" in first(gone + "has a Release file.").fix.commands[0]


def test_a_source_line_of_a_traceback_is_no_package() -> None:
    log = "    raise DistributionNotFound('No matching distribution found for %s' % req)\n"
    assert "%" not in " ".join(first(log).fix.commands)
    assert first(log).cause == "unknown"


def test_every_condition_of_a_remedy_can_be_met() -> None:
    """A condition that nothing fills would keep its remedy from ever being given."""
    knowledge = load()
    texts = [each.text for symptom in knowledge.symptoms for each in symptom.patterns]
    groups = set(re.findall(r"\(\?P<(\w+)>", " ".join(texts)))
    facts = {row.fact for row in witnesses().rows} | {"arch", "bits", "family", "libc", "codename"}
    ways = {
        "runs",
        "tool",
        "requirement",
        "apt",
        "package",
        "apt_name",
        "apt_archive",
        "packages",
        "runtime",
    }
    given = groups | facts | ways
    for trouble in knowledge.causes.values():
        for advice in trouble.remedies:
            assert set(advice.when) <= given, trouble.id


@pytest.mark.parametrize(
    ("log", "command"),
    [
        ("E: The repository 'http://deb.debian.org/debian buster Release' does not have a "
         "Release file.", "archive.debian.org"),
        ("E: The repository 'http://raspbian.raspberrypi.org/raspbian buster Release' no longer "
         "has a Release file.", "legacy.raspbian.org"),
        ("PermissionError: [Errno 13] Permission denied: '/dev/apex_0'", "groupadd -f apex"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))",
         "env | grep -i _proxy"),
        ("ERROR: Could not find a version that satisfies the requirement python3-numpy "
         "(from versions: none)", "sudo apt install python3-numpy"),
        ("ImportError: /lib/aarch64-linux-gnu/libgomp.so.1: cannot allocate memory in static TLS "
         "block", "export LD_PRELOAD=/lib/aarch64-linux-gnu/libgomp.so.1"),
        ("  error: libhdf5.so: cannot open shared object file: No such file or directory\n"
         "  ERROR: Failed building wheel for h5py", "sudo apt install libhdf5-dev"),
    ],
)  # fmt: skip
def test_the_remedy_of_the_case(log: str, command: str) -> None:
    assert command in " && ".join(first(log).fix.commands)
