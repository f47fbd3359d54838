"""Where a log leaves open why pip finds nothing: what is likelier, and what time tells."""

from __future__ import annotations

import pytest

from pidoctor.triage.diagnose import triage
from pidoctor.triage.diagnosis import Diagnosis

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
