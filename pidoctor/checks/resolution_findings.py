"""What the resolver and the probes said, as findings."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.catalog.import_names import ImportName, import_name, imported_as
from pidoctor.catalog.relations import load_relations
from pidoctor.catalog.wheels import is_source_only
from pidoctor.checks.case import Case
from pidoctor.checks.python import apt
from pidoctor.errors import missing_package
from pidoctor.profile.fact import Fact, State
from pidoctor.readiness.sources import built_once
from pidoctor.resolve.plan import Impossible, by_reason
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import listed


def no_runtime(case: Case) -> Iterator[Finding]:
    """Nothing fits; the cheapest change is the remedy."""
    answer = case.resolution
    if not isinstance(answer, Impossible):
        return
    changes = answer.changes
    commands = tuple(filter(None, (change.command for change in changes[:1])))
    yield Finding(
        "no-runtime",
        Severity.ERROR,
        f"{answer.reason.rstrip('.')}.",
        f"the wheels index, Python {answer.python}",
        Remedy(changes[0].text, commands) if changes else None,
    )


def not_checked(case: Case) -> Iterator[Finding]:
    """Packages that were asked for, or are needed, and that nothing is known of."""
    for names, why in by_reason(case.plan.unchecked if case.plan else {}):
        told, command = missing_package(why)
        remedy = built_once(names) if is_source_only(why) else None
        if command:
            remedy = Remedy("Install it beside pidoctor, then ask again.", (command,))
        yield Finding(
            "not-checked",
            Severity.WARNING,
            f"Could not check {listed(names)}: {told}.",
            "your package index and the wheels index",
            remedy,
        )


def misleading_names(case: Case) -> Iterator[Finding]:
    """Packages whose name promises something that they are not."""
    plan = case.plan
    asked = {pin.name: pin.version for pin in plan.pins if pin.asked} if plan else {}
    unknown = dict.fromkeys(plan.unchecked if plan else (), "")
    for name, version in {**unknown, **asked}.items():
        warning = load_relations().warning(name, version) or import_name(name)
        if warning:
            yield Finding(
                "misleading-name",
                Severity.WARNING,
                f"{name}: {warning}.",
                remedy=_from_apt(case, imported_as(name)[1]),
            )


def _from_apt(case: Case, brings: ImportName) -> Remedy | None:
    """How a package of apt comes into an environment, where the system's archive has it."""
    if not brings.apt or brings.archive not in ("", case.profile.system.flavour.value):
        return None
    seen = "The environment sees it if it is made with `python3 -m venv --system-site-packages`."
    return apt(case, brings.apt, seen)


def plan_notes(case: Case) -> Iterator[Finding]:
    """What is not certain about the plan, and which lines of files it does not follow."""
    for note in case.resolution.notes if case.resolution else ():
        yield Finding("plan-note", Severity.NOTE, note)


def probe_failures(case: Case) -> Iterator[Finding]:
    """Probes that crashed; what they would have told is missing above."""
    for failure in case.failures:
        yield Finding(
            "probe-failed",
            Severity.WARNING,
            f"Reading the facts about {failure.topic} failed; they count as not known.",
            failure.error,
        )


def not_known(case: Case) -> Iterator[Finding]:
    """Facts that decide which wheels run and that could not be read. Never more than a note."""
    profile = case.profile
    facts: dict[str, Fact[str] | Fact[int]] = {
        "the C library": profile.system.libc_version,
        "the level of the C++ library": profile.system.glibcxx,
        "the page size": profile.system.page_size,
        "the memory": profile.memory.total,
        "the free disk space": profile.storage.target_free,
    }
    missing = {
        name: fact
        for name, fact in facts.items()
        if fact.state in (State.UNREADABLE, State.UNPARSABLE)
    }
    if missing:
        places = dict.fromkeys(f"{f.source}: {f.detail or f.state.value}" for f in missing.values())
        yield Finding(
            "could-not-check",
            Severity.NOTE,
            f"Could not find out {listed(list(missing))}; nothing was rejected for it.",
            "; ".join(places),
        )
