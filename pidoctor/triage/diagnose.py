"""From a log to its causes: what was seen, weighed.

1. Every symptom whose conditions hold speaks for its cause. "Nothing found" and "not a supported
   wheel" speak for what the log's facts, or the resolver, make of them.
2. A cause that another one entails is no news and goes; so does one that was settled later on.
3. What is left is ordered as it is to be fixed. Weak guesses go where there is something strong.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from pidoctor.catalog.troubles import fill, holds
from pidoctor.expressions import expression
from pidoctor.result import Remedy
from pidoctor.triage import missing_module
from pidoctor.triage.comparison import ELSEWHERE, runs_elsewhere
from pidoctor.triage.diagnosis import (
    SURE_FROM,
    UNKNOWN,
    Diagnosis,
    evidence_of,
    fix_for,
    slots,
)
from pidoctor.triage.likely_cause import FAINT, HINT, SURE, Judge, LikelyCause
from pidoctor.triage.log_facts import Facts, plain_name
from pidoctor.triage.log_reader import Hit, Scan, scan
from pidoctor.triage.settled import all_over, got_through, is_proof, succeeded
from pidoctor.triage.symptoms import (
    BENIGN,
    CONDA_MISSING,
    DECIDED,
    FAILURE,
    MARKS,
    MISSING_MODULE,
    NOTHING_FOUND,
    REQUIRES_PYTHON,
    SIGN,
    SUCCESS,
    Knowledge,
    load,
)
from pidoctor.triage.text_input import NotALogError, as_text

STRONG = 0.6
"""From here on a cause is named as one, and guesses weaker than it are only alternatives."""

MAX_OTHERS = 2
"""Guesses that are named beside a cause which is only likely."""

_NAME = expression(r"[\"'(]?[A-Za-z0-9]|$")

SETUP_FRAME, IN_FRAME = "setup-frame", 3
"""The sign of a frame of the script that builds a package, and the lines that show it."""

CRASH, CRASH_WITH_PLACE = "crash", "crash-with-place"
"""The signs of a program that ended by a signal: without a word, or with Python's own list of what
was running (faulthandler)."""

TRACEBACK = "traceback"
"""The sign of the first line of a traceback, which does not say what happened."""

STEP = "step-"
"""Begins the sign of a line by which a tool, named behind it, tells the step that it was at."""

ONE_PACKAGE = "one-package-alone"
"""The sign of pip's conflict whose text lists versions; only for one package's is it a sign."""

IGNORED_VERSIONS = "pip-ignored-versions"
"""The symptom whose text lists the versions left out for their Requires-Python."""


@dataclass(frozen=True)
class _Suspect:
    """A cause under suspicion, with the hits that speak for it."""

    cause: str
    confidence: float
    hits: tuple[Hit, ...]
    detail: str = ""

    @property
    def first(self) -> int:
        return self.hits[0].number

    @property
    def last(self) -> int:
        return self.hits[-1].number


def triage(
    stream: Iterable[bytes], profile: Any = None, judge: Judge | None = None
) -> list[Diagnosis]:
    """The causes of the failure a log tells of, in the order to fix them; never an empty list.

    `stream` gives the log's bytes in pieces of any size. `profile` fills in what the log does not
    show of the machine; `judge` answers why a machine cannot have a requirement.
    """
    knowledge = load()
    try:
        seen = scan(as_text(stream), knowledge)
    except NotALogError as error:
        return [_no_log(str(error))]
    if profile is not None:
        from pidoctor.triage.log_machine import with_profile

        seen = replace(seen, facts=with_profile(seen.facts, profile))
    return conclude(seen, knowledge, judge)


def conclude(seen: Scan, knowledge: Knowledge, judge: Judge | None = None) -> list[Diagnosis]:
    """Weigh what a scan saw."""
    told = [hit for hit in seen.hits if hit.symptom.sign.confidence > HINT]
    if seen.all and all(hit.symptom.cause in (SIGN, FAILURE) for hit in told):
        from pidoctor.triage.own_words import retold

        seen = retold(seen, knowledge)
    suspects = _merge((*_suspects(seen, judge), *_pairs(seen)))
    suspects = _without_settled(suspects, seen, knowledge)
    outside = [s for s in suspects if knowledge.causes[s.cause].outside]
    suspects = [s for s in suspects if s not in outside]
    ranked = [s.cause for s in sorted(suspects, key=lambda s: -s.confidence)]
    hints = tuple(c for c in ranked if c not in {s.cause for s in suspects if s.confidence > HINT})
    suspects = [s for s in suspects if s.cause not in hints]
    suspects = _without_entailed(suspects, seen, knowledge)
    strong = [s for s in suspects if s.confidence >= STRONG]
    weak = [s for s in suspects if s.confidence < STRONG]
    if not suspects:
        neither = _neither(seen, {s.cause for s in outside})
        if outside and neither.cause == UNKNOWN:
            # what the contract of causes has no name for
            surest = max(outside, key=lambda s: s.confidence)
            neither = _diagnosis(surest, seen, knowledge, ())
            neither = replace(neither, cause=UNKNOWN, confidence=0.0)
        return [replace(neither, alternatives=hints if neither.cause == UNKNOWN else ())]
    if strong:
        strong.sort(key=lambda s: (knowledge.causes[s.cause].order, s.first))
        sure, named = strong[0].confidence >= SURE_FROM, {s.cause for s in strong}
        others = () if sure else tuple(c for c in ranked if c not in named)[:MAX_OTHERS]
        return [_diagnosis(s, seen, knowledge, others) for s in strong]
    weak.sort(key=lambda s: (-s.confidence, s.first))
    names = (*(s.cause for s in weak), *hints)
    said = ([s for s in weak if s.confidence >= FAINT] or weak)[:3]
    return [_diagnosis(s, seen, knowledge, tuple(n for n in names if n != s.cause)) for s in said]


def _suspects(seen: Scan, judge: Judge | None) -> Iterable[_Suspect]:
    present = {hit.symptom.id for hit in seen.hits if not _of_several_packages(hit)}
    ignored = " ".join(hit.text for hit in seen.hits if hit.symptom.id == IGNORED_VERSIONS)
    for hit in seen.hits:
        symptom, sign = hit.symptom, hit.symptom.sign
        if sign.needs and not present.intersection(sign.needs):
            continue
        if present.intersection(sign.without) or not holds(sign.facts, seen.facts.shown()):
            continue
        elsewhere = runs_elsewhere(hit, seen) if symptom.cause == MISSING_MODULE else ""
        if elsewhere:
            shown = replace(hit, groups={**hit.groups, "runs": elsewhere})
            yield _Suspect("wrong-interpreter", SURE, (shown,), ELSEWHERE[elsewhere])
        elif symptom.cause in DECIDED:
            for verdict in _decide(hit, seen.facts.at(hit.number), ignored, judge):
                yield _Suspect(verdict.cause, verdict.confidence, (hit,), verdict.detail)
        elif symptom.cause not in MARKS:
            yield _Suspect(symptom.cause, sign.confidence, (hit,))


def _of_several_packages(hit: Hit) -> bool:
    """Whether a conflict that pip tells of is one between packages.

    Where it lists the versions of one package alone, each needs something that is not to be had.
    """
    listed = hit.groups.get("versions", "") if hit.symptom.id == ONE_PACKAGE else ""
    names = {plain_name(each) for each in re.split(r",? and |, ", listed)}
    return len(names) > 1 or (bool(listed) and "==" not in listed)


def _pairs(seen: Scan) -> Iterable[_Suspect]:
    """Installed packages that do not run together, though the installer was content."""
    if "numpy" not in seen.facts.versions:
        return
    from pidoctor.triage.ranking import bad_pairs

    for trouble, number, text in bad_pairs(seen.facts):
        hits = [h for h in seen.hits if h.number == number and h.symptom.cause == SUCCESS]
        if hits:
            yield _Suspect(trouble, SURE, tuple(hits[:1]), text)


def _decide(hit: Hit, facts: Facts, ignored: str, judge: Judge | None) -> list[LikelyCause]:
    """What the facts make of a symptom that has several causes."""
    if hit.symptom.cause == MISSING_MODULE:
        return missing_module.decide(hit.groups, facts, hit.text)
    # these need packaging, which most logs do not
    from pidoctor.triage import conda_missing, nothing_found, wheel_tags

    if hit.symptom.cause == NOTHING_FOUND:
        if not _NAME.match(hit.groups.get("requirement", "")):
            return []  # a line of a program's source, as a traceback shows it
        return nothing_found.decide(hit.groups, facts, ignored, judge)
    if hit.symptom.cause == CONDA_MISSING:
        return conda_missing.decide(facts)
    if hit.symptom.cause == REQUIRES_PYTHON:
        return nothing_found.requires_python(hit.groups, facts)
    return wheel_tags.decide(hit.groups.get("file", ""), facts)


def _merge(suspects: Iterable[_Suspect]) -> list[_Suspect]:
    """One suspect per cause: the surest word, all the evidence."""
    merged: dict[str, _Suspect] = {}
    for suspect in suspects:
        have = merged.get(suspect.cause)
        if have is None:
            merged[suspect.cause] = suspect
            continue
        hits = sorted((*have.hits, *suspect.hits), key=lambda hit: hit.number)
        surer = max(have, suspect, key=lambda s: s.confidence)
        merged[suspect.cause] = replace(surer, hits=tuple(hits), detail=surer.detail or have.detail)
    return list(merged.values())


def _without_settled(suspects: list[_Suspect], seen: Scan, knowledge: Knowledge) -> list[_Suspect]:
    """Drop what a later success of the same thing shows to be over."""

    def settled(suspect: _Suspect) -> bool:
        signs = knowledge.causes[suspect.cause].settled_by
        later = (h for h in seen.hits if h.symptom.id in signs and h.number > suspect.last)
        return got_through(suspect.hits, seen) or any(
            succeeded(hit, suspect.hits, seen.facts) for hit in later
        )

    return [s for s in suspects if not settled(s)]


def _without_entailed(suspects: list[_Suspect], seen: Scan, knowledge: Knowledge) -> list[_Suspect]:
    """Drop what another suspect explains, one that is more than a guess.

    Of two that entail each other the earlier one in the log stays.
    """
    kept = []
    for suspect in suspects:
        reasons = [
            other
            for other in suspects
            if other is not suspect
            and suspect.cause in knowledge.causes[other.cause].entails
            and other.confidence >= STRONG
            and _can_follow(suspect, seen)
        ]
        mutual = knowledge.causes[suspect.cause].entails
        if not any(r.cause not in mutual or r.first < suspect.first for r in reasons):
            kept.append(suspect)
    return kept


def _can_follow(suspect: _Suspect, seen: Scan) -> bool:
    """Whether a failed installation can be the reason; not for a module nobody tried to install.

    A module that the script which builds a package lacks is a part of that build.
    """
    facts = seen.facts
    if suspect.cause != "module-not-installed" or not facts.requirements:
        return True
    scripts = [hit.number for hit in seen.hits if hit.symptom.id == SETUP_FRAME]
    if scripts and all(any(0 < h.number - at <= IN_FRAME for at in scripts) for h in suspect.hits):
        return True
    asked = {plain_name(requirement) for requirement in facts.requirements}
    modules = (hit.groups.get("module", "") for hit in suspect.hits)
    return any(missing_module.name_of(module) in asked for module in modules)


def _diagnosis(
    suspect: _Suspect, seen: Scan, knowledge: Knowledge, alternatives: tuple[str, ...]
) -> Diagnosis:
    cause = knowledge.causes[suspect.cause]
    groups = {k: v for hit in reversed(suspect.hits) for k, v in hit.groups.items()}
    best = [h for h in suspect.hits if h.symptom.sign.confidence >= STRONG] or list(suspect.hits)
    facts = seen.facts.at(best[0].number)
    words = slots(facts, groups)
    host = seen.facts.machine_at(best[0].number)
    where = f"The log shows several machines; this one is {host}." if host else ""
    return Diagnosis(
        cause=suspect.cause,
        confidence=suspect.confidence,
        evidence=evidence_of([(hit.number, hit.text) for hit in best]),
        explanation=" ".join(f"{fill(cause.explanation, words)} {suspect.detail} {where}".split()),
        fix=fix_for(cause, facts, groups),
        alternatives=alternatives,
        source=best[0].symptom.sign.source,
        title=cause.title,
        shown=groups,
    )


def _neither(seen: Scan, outside: set[str]) -> Diagnosis:
    """Nothing known went wrong: a success, or something we have no name for.

    A success has to be seen, at the end; that nothing bad was recognised is no proof. Evidence of
    the causes ``outside`` is that of a failure.
    """
    present = {hit.symptom.id for hit in seen.hits}
    needs = ((hit, hit.symptom.sign.needs) for hit in seen.hits)
    hits = [hit for hit, any_of in needs if not any_of or present.intersection(any_of)]
    of = {kind: [h for h in hits if h.symptom.cause == kind] for kind in (SUCCESS, BENIGN)}
    failures = [h for h in hits if h.symptom.cause in {FAILURE, *outside}]
    ended = [hit for hit in of[SUCCESS] if is_proof(hit, seen)]
    over = [hit for hit in ended if not failures or hit.number > failures[-1].number]
    if failures:
        over = [hit for hit in over if succeeded(hit, failures[-1:], seen.facts)]
    if over and all_over(failures, ended, seen.facts):
        return _no_problem(0.9, over[-1:])
    if not failures and of[BENIGN]:
        return _no_problem(0.7, of[BENIGN][:1])
    return _unknown(failures, seen)


def _no_problem(confidence: float, hits: list[Hit]) -> Diagnosis:
    return Diagnosis(
        cause="no-problem",
        title="No problem found",
        confidence=confidence,
        evidence=evidence_of([(hit.number, hit.text) for hit in hits]),
        explanation="Nothing in this log shows a failure; warnings in it are harmless.",
        fix=Remedy(
            "Nothing needs to be done. `pidoctor smoke` proves that inference works.", safe=True
        ),
    )


def _unknown(failures: list[Hit], seen: Scan) -> Diagnosis:
    said = [hit for hit in failures if hit.symptom.id != TRACEBACK]
    last = said[-1:] if len(said) < len(failures) else said[-3:]  # a traceback ends with its error
    steps = [hit for hit in seen.hits if hit.symptom.id.startswith(STEP)] if failures else []
    what = f"The step of {steps[-1].symptom.id[len(STEP) :]}" if steps else "Something"
    shown = {hit.number: hit.text for hit in (*steps[-1:], *(last or failures[-1:]))}
    return Diagnosis(
        cause=UNKNOWN,
        title="Unknown cause" if failures else "Nothing to judge",
        confidence=0.0,
        evidence=evidence_of(sorted(shown.items())),
        explanation=f"{what} failed here, and none of the known causes fits."
        if failures
        else "This text shows no install and no run, neither one that failed nor one that ended "
        "well, so there is nothing to judge.",
        fix=_what_settles(failures, seen.facts),
    )


def _no_log(why: str) -> Diagnosis:
    return Diagnosis(
        cause=UNKNOWN,
        confidence=0.0,
        evidence=(),
        explanation=f"This is not a log. {why}",
        fix=Remedy(
            "Save the text of the terminal into a file and name that file, or let pidoctor run "
            "the command: pidoctor triage -- COMMAND.",
            safe=True,
        ),
        title="Not a log",
    )


def _what_settles(failures: list[Hit], facts: Facts) -> Remedy:
    """The one command whose output would decide."""
    seen = {hit.symptom.id for hit in failures}
    words = slots(facts, {})
    if facts.tools & {"pip", "pipx"} and "requirement" in words:
        text = "Run the same install with -v; its longer log shows the cause."
        command = fill("pidoctor triage -- {pip} install -v {requirement}", words)
        return Remedy(text, (command,), True)
    commands: tuple[str, ...] = ("pidoctor check",)
    text = "Run this on the board; it checks what a log cannot show."
    if CRASH_WITH_PLACE in seen:
        text = (
            "The first `File` line below `most recent call first` names what was running when it "
            "crashed. A crash inside a package comes most often of packages that were not built "
            "for each other; this looks whether the installed ones go together."
        )
    elif CRASH in seen:
        text = (
            "A crash leaves no message of its own. Set this variable and run the same command "
            "again: Python then prints the lines of the program, and of which packages, that were "
            "running. Then check the machine."
        )
        commands = ("export PYTHONFAULTHANDLER=1", *commands)
    elif TRACEBACK in seen:
        text = (
            "Run the program once more with `pidoctor triage --` in front of its command: "
            "that shows the end of the program as well. Then check the machine."
            if failures[-1].symptom.id == TRACEBACK
            else "The program ended by this error, which none of the known causes of a failed "
            "install explains: most often it is in the program's own code, or in what it was "
            "given. Ask those who made it, and send them the whole text. This shows whether the "
            "install is sound."
        )
    return Remedy(text, commands, True)
