"""What to do when the only plans would break what is installed: each way is resolved first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from pidoctor.catalog.catalog import Catalog
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Change, Impossible, Plan
from pidoctor.resolve.request import Request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.verdict import Reason

NEW_ENVIRONMENT = ".venv-pidoctor"
_COST = 2  # behind another version or runtime, before anything that changes the machine


def ways_out(
    profile: Profile, request: Request, catalog: Catalog, answer: Impossible
) -> Iterator[Change]:
    """A new environment beside this one, and this one with what breaks accepted knowingly."""
    if all(candidate.reason is not Reason.BREAKS_INSTALLED for candidate in answer.rejected):
        return
    asked = "" if str(request) == "auto" else f" {shlex.quote(str(request))}"
    elsewhere = resolve(replace(profile, environment=UNKNOWN), request, catalog)
    if isinstance(elsewhere, Plan) and not elsewhere.unchecked:
        command = f"pidoctor install{asked} --venv {NEW_ENVIRONMENT}"
        if request.together:  # a command that names one of several would drop the rest
            command = f"the same with --venv {NEW_ENVIRONMENT}"
        text = f"use a new environment, and this one stays as it is: {command}"
        yield Change("environment", text, _COST, elsewhere.summary)
    anyway = resolve(profile, request._replace(replace=True), catalog)
    if isinstance(anyway, Plan):
        needs = f"what needs {'; '.join(anyway.breaks)}"
        losers = needs if anyway.breaks else "what was installed together with what is replaced"
        command = f"pidoctor install{asked} --replace"
        if request.together:
            command = "the same with --replace"
        text = f"accept that {losers} may stop working: {command}"
        yield Change("replace", text, _COST, anyway.summary)
