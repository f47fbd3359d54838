"""The clock and what it cannot rightly be before."""

from __future__ import annotations

import pytest

from pidoctor.probe.clock import PIDOCTOR_DATE, RPI_ISSUE, issue_date, probe_clock
from pidoctor.profile.fact import Fact, State
from tests.unit.host.fake import fake_host

PYTHON = Fact.known("/usr/bin/python3", "test")
ISSUE = "Raspberry Pi reference {}\nGenerated using pi-gen\n"


def test_a_board_that_boots_in_1970() -> None:
    clock = probe_clock(fake_host(now=60), PYTHON)
    assert clock.now.value == 60
    assert clock.lower_bound.or_else(0) > clock.now.or_else(0)


def test_the_latest_date_counts() -> None:
    old = fake_host({RPI_ISSUE: ISSUE.format("2023-10-10")})
    assert probe_clock(old, PYTHON).lower_bound.value == PIDOCTOR_DATE
    new = fake_host({RPI_ISSUE: ISSUE.format("2030-01-02")})
    bound = probe_clock(new, PYTHON).lower_bound
    assert (bound.value, bound.source) == (issue_date(ISSUE.format("2030-01-02")), RPI_ISSUE)
    newest = fake_host({"/usr/bin/python3": {"text": "", "modified": 4_000_000_000}})
    assert "python3" in probe_clock(newest, PYTHON).lower_bound.source


@pytest.mark.parametrize("text", ["", "reference 2023-99-99", "Raspberry Pi reference soon"])
def test_a_date_that_is_none(text: str) -> None:
    host = fake_host({RPI_ISSUE: text})
    assert probe_clock(host, Fact.absent("test")).lower_bound.value == PIDOCTOR_DATE


def test_no_clock() -> None:
    assert probe_clock(fake_host(), PYTHON).now.state is State.UNREADABLE
