"""What a log becomes on its way to the reader does not change the answer; and a question is one."""

from __future__ import annotations

import pytest

from pidoctor.triage.diagnose import triage
from pidoctor.triage.ranking import judge

from .disguises import DISGUISES
from .public_cases import public_cases

RIGHT = [
    (case.log, case.cause)
    for case in public_cases()[::4]
    if case.cause not in ("no-problem", "unknown") and case.diagnose()[0].cause == case.cause
]
LOSES = {"beginning cut off": 0.6}
"""Share of first answers that stay right where the deciding lines may be gone."""


@pytest.mark.parametrize("name", DISGUISES)
def test_the_answer_stays_right(name: str) -> None:
    lost = [
        (cause, log)
        for log, cause in RIGHT
        if triage([DISGUISES[name](log)], judge=judge)[0].cause != cause
    ]
    assert len(RIGHT) >= 70
    assert len(lost) <= len(RIGHT) * (1 - LOSES.get(name, 0.97)), lost


def test_all_that_a_json_line_says_is_read() -> None:
    line = b'{"msg": "non-zero return code", "stderr": "x\\n[Errno 28] No space left on device"}\n'
    assert triage([line])[0].cause == "no-space-left"
    assert triage([b'{"a": ' * 5000])[0].cause == "unknown"


@pytest.mark.parametrize(
    ("question", "cause"),
    [
        ("my pi says illegal instruction when I import tflite", "illegal-instruction"),
        ("pip says externally managed environment, what now?", "externally-managed-environment"),
        ("The Coral is not found in Frigate", "edgetpu-not-detected"),
        ("no matching distribution found for tflite-runtime on python 3.12", "no-wheel-for-python"),
        ("i get no module named tflite_runtime on my zero 2", "module-not-installed"),
        ("tensorflow install gets killed on my pi 3", "out-of-memory"),
        ("glibc_2.34 not found when i import tflite_runtime", "glibc-too-old"),
        ("my card is suddenly read-only", "read-only-file-system"),
        ("it worked yesterday, now segfault", "unknown"),
        ("How do I install TensorFlow on a Raspberry Pi 4?", "unknown"),
        ("Thanks, that solved it!", "unknown"),
        ("hello world", "unknown"),
    ],
)
def test_a_question_without_a_log(question: str, cause: str) -> None:
    found = triage([question.encode()], judge=judge)[0]
    assert found.cause == cause


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("$ python3 detect.py\n", "unknown"),
        ("pi@raspberrypi:~ $ python3 detect.py\nloading model\n", "unknown"),
        (
            "pi@raspberrypi:~ $ python3 detect.py\n0.93 cat\npi@raspberrypi:~ $ ls\nx\n",
            "no-problem",
        ),
        (
            "$ pip install tflite-runtime\nCollecting tflite-runtime\n  Downloading x.whl\n",
            "unknown",
        ),
        (">>> import tensorflow\n>>> tensorflow.__version__\n'2.4.0'\n", "no-problem"),
        ("$ python3 -c 'import numpy; print(numpy.zeros(3))'\n[0. 0. 0.]\n", "no-problem"),
    ],
)
def test_what_has_begun_has_not_ended_well(log: str, cause: str) -> None:
    assert triage([log.encode()])[0].cause == cause
