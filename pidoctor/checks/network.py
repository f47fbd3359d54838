"""Where wheels come from."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.checks.case import Case
from pidoctor.profile.fact import State
from pidoctor.readiness import sources
from pidoctor.result import Finding, Remedy, Severity

_PIWHEELS = "https://www.piwheels.org/faq.html"


def piwheels_on_64_bit(case: Case) -> Iterator[Finding]:
    """Raspberry Pi OS configures piwheels on its 64-bit images too, where it has nothing."""
    if case.profile.python.bits.value != 64:
        return
    for index in case.profile.indexes.or_else(()):
        if index.kind == "piwheels":
            yield Finding(
                "piwheels-on-64-bit",
                Severity.NOTE,
                "pip also asks piwheels, which builds for 32-bit ARM only: "
                "harmless here, and a little slower.",
                index.source,
                link=_PIWHEELS,
            )


def no_index(case: Case) -> Iterator[Finding]:
    """pip told to look nowhere on the network (no-index)."""
    found = sources.no_index(case.profile)
    if found is not None:
        yield found


def pip_refuses(case: Case) -> Iterator[Finding]:
    """A configuration that pip stops at: no download works until it is mended."""
    indexes = case.profile.indexes
    if not (indexes.state is State.UNPARSABLE or (indexes.is_known and indexes.detail)):
        return
    yield Finding(
        "pip-configuration-broken",
        Severity.ERROR,
        "pip stops at a mistake in its configuration file, so it cannot download anything.",
        f"{indexes.source}: {indexes.detail}",
        Remedy("Correct the file, then let pip read it.", (f"{case.python} -m pip config list",)),
        "https://pip.pypa.io/en/stable/topics/configuration/",
    )
