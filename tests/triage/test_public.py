"""Reports that nobody here has written: floors under how often the answer is right."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .public_cases import (
    called_fine,
    false_alarms,
    leave_one_source_out,
    leave_one_wording_out,
    public_cases,
    reliability,
    score,
)

CASES = public_cases()
HELD_OUT = [case for case in CASES if case.held_out]


def test_the_cases_are_many_and_mostly_not_about_pip() -> None:
    assert len(CASES) >= 1590
    assert len({case.log for case in CASES}) == len(CASES)
    assert sum("pip" not in case.log for case in CASES) >= 370
    assert sum(case.cause == "no-problem" for case in CASES) >= 200
    assert all(case.source.startswith("https://") for case in CASES)
    assert 0.4 < len(HELD_OUT) / len(CASES) < 0.6


def test_the_half_kept_out_of_tuning() -> None:
    found = score(HELD_OUT)
    assert found.first / found.of >= 0.95
    assert found.three / found.of >= 0.97


def test_all_cases() -> None:
    found = score(CASES)
    assert found.first / found.of >= 0.95
    assert found.three / found.of >= 0.97
    assert false_alarms(CASES) == []
    assert called_fine(CASES) == []


def test_what_shows_a_failure_is_never_called_fine_wherever_the_log_is_cut() -> None:
    for case in (case for case in CASES if case.cause != "no-problem"):
        lines, evidence = case.log.split("\n"), case.diagnose()[0].evidence
        shown = evidence[0].line if evidence else len(lines)
        for start, end in ((0, shown), (shown - 1, len(lines)), (shown // 2, shown)):
            cut = replace(case, log="\n".join(lines[start:end]))
            assert cut.diagnose()[0].cause != "no-problem" or not evidence, (case.source, start)


def test_words_of_certainty_mean_what_they_say() -> None:
    table = reliability(HELD_OUT)
    given, right = table["sure"]
    assert right / given >= 0.95
    given, right = table["likely"]
    assert right / given >= 0.75


@pytest.mark.slow
def test_leaving_out() -> None:
    one, source = leave_one_wording_out(CASES), leave_one_source_out(CASES)
    assert one.first / one.of >= WORDING_FLOOR
    assert source.first / source.of >= SOURCE_FLOOR


WORDING_FLOOR, SOURCE_FLOOR = 0.7, 0.8
