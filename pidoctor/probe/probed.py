"""What the probes give: a machine, and what could not be read of it."""

from __future__ import annotations

from pidoctor.profile.profile import Profile
from pidoctor.records import NamedTuple


class ProbeFailure(NamedTuple):
    """A probe that crashed: its topic, and the error in one line."""

    topic: str
    error: str


class ProbeResult(NamedTuple):
    """What was found, and which probes crashed while looking."""

    profile: Profile
    failures: tuple[ProbeFailure, ...]
