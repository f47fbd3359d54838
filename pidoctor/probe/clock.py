"""The clock, and a time that is certainly past: a Pi without a network boots in 1970."""

from __future__ import annotations

import re
from contextlib import suppress

from pidoctor.host.base import Host, HostError, read_text
from pidoctor.probe.reading import reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Clock

RPI_ISSUE = "/etc/rpi-issue"

# The day the facts behind pidoctor's tables were read; no clock can rightly be before it.
PIDOCTOR_DATE = 1_781_568_000.0  # 2026-06-16


def probe_clock(host: Host, python: Fact[str]) -> Clock:
    """The machine's time and the latest time known to be past, seconds since the epoch."""
    return Clock(now=reading("clock", host.now), lower_bound=_lower_bound(host, python))


def _lower_bound(host: Host, python: Fact[str]) -> Fact[float]:
    past = [(PIDOCTOR_DATE, "pidoctor's own date")]
    with suppress(HostError, ValueError):  # not a Raspberry Pi OS image: the other dates remain
        past.append((issue_date(read_text(host, RPI_ISSUE, 4096)), RPI_ISSUE))
    with suppress(HostError):
        if python.value is not None:
            past.append((host.modified(python.value), f"time stamp of {python.value}"))
    moment, source = max(past)
    return Fact.known(moment, source)


def issue_date(text: str) -> float:
    """The date of the image from "Raspberry Pi reference 2023-10-10"; ValueError without one."""
    found = re.search(r"reference (\d{4})-(\d\d)-(\d\d)", text)
    if not found:
        raise ValueError("no reference date")
    from datetime import datetime, timezone

    year, month, day = (int(part) for part in found.groups())
    return datetime(year, month, day, tzinfo=timezone.utc).timestamp()
