"""Times as they are shown, and as they are written down for programs."""

from __future__ import annotations

import pytest

from pidoctor.units import iso_time, moment


def test_a_time_is_written_in_utc() -> None:
    assert iso_time(1_760_000_000) == "2025-10-09T08:53:20Z"
    assert moment(1_760_000_000) == "2025-10-09 08:53 UTC"


@pytest.mark.parametrize("seconds", [1e20, -1e20])
def test_a_time_that_no_calendar_has_is_shown_and_not_written_down(seconds: float) -> None:
    assert iso_time(seconds) == ""
    assert moment(seconds) == f"{seconds:g} s"
