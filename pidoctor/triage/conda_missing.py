"""Why conda found nothing: no such package, no such version, or none for this processor.

conda says the same in all cases; its channels, and what it was asked for, tell them apart.
"""

from __future__ import annotations

from dataclasses import replace

from pidoctor.catalog.architectures import kind_of
from pidoctor.triage.likely_cause import LIKELY, OPEN, SURE, LikelyCause
from pidoctor.triage.log_facts import Facts, plain_name
from pidoctor.triage.published import published


def decide(facts: Facts) -> list[LikelyCause]:
    """Likely causes, the likeliest first."""
    asked = facts.requirements[-1] if facts.requirements else ""
    name, arch = plain_name(asked), facts.get("arch")
    text = f"conda did not find {asked}" if asked else "conda did not find what was asked for"
    platform = kind_of(arch).conda
    text = f"{text} for {platform}" if platform else text
    if platform and facts.get("bits") == "32":
        text = f"{text}, for which hardly anything is published."
        return [LikelyCause("no-wheel-for-32bit-os", LIKELY, text)]
    known = published().get(name)
    if platform and known and set(known.arches) == {"x86_64"}:
        return [LikelyCause("no-wheel-for-arch", SURE, f"{name} is published for x86-64 only.")]
    elsewhere = LikelyCause("no-wheel-for-arch", LIKELY if platform else OPEN, f"{text}.")
    absent = LikelyCause("not-on-this-index", OPEN - 0.05, f"{text}; another channel may have it.")
    unknown = LikelyCause("unknown-package-name", OPEN + 0.05, f"{text} in its channels.")
    if any(sign in asked for sign in "=<>"):
        version = LikelyCause("requested-version-unavailable", OPEN + 0.05, f"{text}.")
        return [version, replace(elsewhere if platform else unknown, confidence=OPEN)]
    return [elsewhere] if platform else [*(() if known else (unknown,)), elsewhere, absent]
