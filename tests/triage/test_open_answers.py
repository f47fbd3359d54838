"""Where a log leaves open why pip finds nothing: what is likelier, and what time tells."""

from __future__ import annotations

import pytest

from pidoctor.triage import log_reader
from pidoctor.triage.diagnose import triage
from pidoctor.triage.diagnosis import Diagnosis
from pidoctor.triage.likely_cause import SURE

NOTHING = (
    "ERROR: Could not find a version that satisfies the requirement {0} (from versions: none)\n"
    "ERROR: No matching distribution found for {0}\n"
)


def found(log: str) -> list[Diagnosis]:
    return triage([log.encode()])


@pytest.mark.parametrize(
    ("before", "causes"),
    [
        ("", [("no-wheel-for-python", 0.5), ("no-wheel-for-32bit-os", 0.45)]),
        ("Python 3.11.2\n", [("no-wheel-for-32bit-os", 0.6)]),
    ],
)
def test_a_32_bit_system_is_likelier_where_the_python_has_a_wheel(
    before: str, causes: list[tuple[str, float]]
) -> None:
    answers = found(before + NOTHING.format("ai-edge-litert"))
    assert [(each.cause, each.rounded_confidence) for each in answers] == causes


def test_the_month_is_held_against_wheels_for_boards_alone() -> None:
    """Those for x86-64 are older, and of no use to a board whose processor the log leaves open."""
    log = "pi@raspberrypi:~ $ date\n2020-02-09 10:00:00 pip begins\n"
    answer, *_ = found(log + NOTHING.format("onnxruntime"))
    assert "came in 2020-05: it may work today" in answer.explanation


def test_what_one_machine_shows_says_nothing_of_another() -> None:
    shown = "".join(
        f"pi@{host}:~ $ python3 --version\nPython {version}\npi@{host}:~ $ uname -m\naarch64\n"
        for host, version in (("old", "3.9.2"), ("new", "3.13.1"))
    )
    asked = "pi@new:~ $ pip install tflite-runtime\n"
    assert found(shown + asked + NOTHING.format("tflite-runtime"))[0].cause == "no-wheel-for-python"


@pytest.mark.parametrize(
    ("python", "tag", "said"),
    [
        ("3.13.1", "cp310", "The file is for Python 3.10; the Python is 3.13."),
        ("3.13.1", "cp310.cp311", "The file is for Python 3.10 or 3.11; the Python is 3.13."),
        ("3.11.2", "cp310.cp311", "The file is for x86_64; this system is aarch64."),
        ("3.11.2", "py2.py3", "The file is for x86_64; this system is aarch64."),
    ],
)
def test_a_wheel_for_several_pythons_is_not_refused_for_one_of_them(
    python: str, tag: str, said: str
) -> None:
    refused = f"ERROR: foo-1.0-{tag}-none-manylinux2014_x86_64.whl is not a supported wheel on "
    answers = found(f"Python {python}\n$ uname -m\naarch64\n{refused}this platform.\n")
    assert answers[0].explanation.endswith(said)


def test_a_module_that_a_build_lacks_is_a_part_of_the_build() -> None:
    setup = "/tmp/pip-install-a/frobnicate/setup.py"
    assert [it.cause for it in found(
        "Collecting frobnicate==1.1\n"
        "    ERROR: Command errored out with exit status 1:\n"
        f"     command: /usr/bin/python3 -c 'import sys; sys.argv[0] = \"{setup}\"' egg_info\n"
        "    Traceback (most recent call last):\n"
        f'      File "{setup}", line 3, in <module>\n'
        "        import numpy as np\n"
        "    ModuleNotFoundError: No module named 'numpy'\n"
        "ERROR: Command errored out with exit status 1: python setup.py egg_info Check the logs "
        "for full command output.\n"
    )] == ["source-build-failed"]  # fmt: skip


def test_of_an_unknown_failure_the_last_lines_are_shown() -> None:
    stopped = [f"ERROR: frobnication of {number} stopped" for number in ("one", "two", "three")]
    (answer,) = found("\n".join(["ERROR: frobnication of zero stopped", *stopped]) + "\n")
    assert [it.text for it in answer.evidence] == stopped
    (answer,) = found(
        f'{stopped[0]}\nTraceback (most recent call last):\n  File "a.py", line 1, in <module>\n'
        "    frob()\nFrobError: it is over\n"
    )
    assert "FrobError: it is over" in [it.text for it in answer.evidence]
    assert stopped[0] not in [it.text for it in answer.evidence]


def test_a_prompt_without_a_host_is_of_the_machine_before_it() -> None:
    shown = "".join(
        f"pi@{host}:~ $ python3 --version\nPython {version}\npi@{host}:~ $ uname -m\naarch64\n"
        for host, version in (("old", "3.9.2"), ("new", "3.13.1"))
    )
    asked = "~/project $ pip install tflite-runtime\n"
    answer = found(shown + asked + NOTHING.format("tflite-runtime"))[0]
    assert (answer.cause, answer.confidence) == ("no-wheel-for-python", SURE)


def test_of_very_many_failures_the_first_and_the_last_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(log_reader, "MAX_HITS", 3)
    lines = [f"ERROR: frobnication of {number} stopped" for number in range(6)]
    (answer,) = found("\n".join(lines) + "\n")
    assert [it.text for it in answer.evidence] == [lines[0], lines[1], lines[5]]


def test_what_fits_may_be_lacking_on_the_index_that_was_asked() -> None:
    answers = found("Python 3.9.2\n$ uname -m\naarch64\n" + NOTHING.format("tflite-runtime"))
    assert ("not-on-this-index", 0.45) in [(it.cause, it.confidence) for it in answers]
