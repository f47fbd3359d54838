"""The answer to a log: a cause, its evidence, and the remedy fitted to the machine it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pidoctor.catalog.troubles import Trouble
from pidoctor.record_fields import json_form
from pidoctor.result import Remedy
from pidoctor.triage.log_facts import Facts, first_package, plain_name, same_command
from pidoctor.triage.missing_module import package_of
from pidoctor.triage.published import looks_like_apt
from pidoctor.value_rules import Amount, Id, Rule, one_of

SURE_FROM, LIKELY_FROM = 0.85, 0.6
"""Confidence from which on a cause is called sure, and likely; below it is possible."""

UNKNOWN = "unknown"
"""The answer where none of the causes of the contract is shown."""

MAX_EVIDENCE = 5
MAX_REQUIREMENTS = 6
"""Requirements that are put together into one command."""

MAX_QUOTE = 400
"""Characters of one evidence line that are quoted."""


@dataclass(frozen=True)
class LogLine:
    """One line of the log that proves the cause: its number, from 1, and its cleaned text."""

    line: Amount
    text: str


@json_form(names={"shown": ""}, more={"certainty": "certainty", "confidence": "rounded_confidence"})
@dataclass(frozen=True)
class Diagnosis:
    """One cause found in a log. `confidence` is from 0 to 1; `alternatives` are other causes that
    the same evidence allows."""

    cause: Id
    confidence: float
    evidence: tuple[LogLine, ...]
    explanation: str
    fix: Remedy
    alternatives: tuple[str, ...] = ()
    source: str = ""
    title: str = ""
    shown: Mapping[str, str] = field(default_factory=dict)
    """What the evidence names: library, symbol, module, file ..."""

    @property
    def rounded_confidence(self) -> Annotated[float, Rule("minimum", 0), Rule("maximum", 1)]:
        return round(self.confidence, 2)

    @property
    def has_a_cause(self) -> bool:
        """Whether it says what went wrong: by a cause of the contract, or by a row with a source
        that the contract has no name for."""
        return self.cause != "no-problem" and (self.cause != UNKNOWN or bool(self.source))

    @property
    def certainty(self) -> Annotated[str, one_of("", "sure", "likely", "possible")]:
        """How sure that is, in the word that every output uses; empty where no cause is named."""
        if self.cause in ("no-problem", UNKNOWN):
            return ""
        if self.confidence >= SURE_FROM:
            return "sure"
        return "likely" if self.confidence >= LIKELY_FROM else "possible"


def fix_for(cause: Trouble, facts: Facts, groups: Mapping[str, str]) -> Remedy:
    """The first of the cause's remedies whose conditions hold, filled in from the log.

    A command that the log shows is not told again: it is what failed.
    """
    shown = {**facts.shown(), **{name: (value,) for name, value in groups.items()}}
    if groups.get("requirement"):
        shown["requirement"] = (*shown["requirement"], plain_name(groups["requirement"]))
    remedy = cause.remedy(shown, slots(facts, groups))
    fresh = tuple(c for c in remedy.commands if same_command(c) not in facts.commands)
    return remedy._replace(commands=fresh)


def slots(facts: Facts, groups: Mapping[str, str]) -> dict[str, str]:
    """What can be filled into commands and explanations; what the log does not show is absent."""
    venv = facts.get("venv")
    python = quoted(f"{venv}/bin/python") if venv else "python3"
    words = {key: value for key, value in groups.items() if value}
    words.setdefault("venv", venv or ".venv")
    asked = groups.get("requirement") or first_package(facts.requirements)
    if groups.get("module"):
        words.update(package_of(groups["module"]))
        if venv and "package" in words:
            words = {key: word for key, word in words.items() if not key.startswith("apt_")}
    elif asked:
        words.setdefault("package", plain_name(asked))
    if asked:
        words["requirement"] = asked
        if not groups.get("module") and looks_like_apt(asked):
            words["apt_name"] = asked
    runtime = _runtime(asked if not groups.get("module") else words.get("package", ""))
    if runtime:
        words["runtime"] = runtime
    if facts.apt_packages:
        words.setdefault("apt_package", facts.apt_packages[0])
    filled = {key: quoted(value) for key, value in words.items()}
    filled.update(python=python, pip=f"{python} -m pip")
    asked_for = [quoted(text) for text in facts.requirements[:MAX_REQUIREMENTS]]
    if asked_for or asked:
        filled["requirements"] = " ".join(asked_for) or filled["requirement"]
    names = dict.fromkeys(map(plain_name, facts.requirements))
    if names:
        filled["packages"] = " ".join(quoted(name) for name in [*names][:MAX_REQUIREMENTS])
    return filled


def _runtime(asked: str) -> str:
    """What to ask `pidoctor explain` for: a requirement of a runtime, or the runtime it is of."""
    from pidoctor.catalog.runtimes import load_runtimes

    name = plain_name(asked)
    for runtime in load_runtimes() if name else ():
        if name == runtime.distribution:
            return asked
        if name in runtime.distributions:
            return runtime.distribution
    return ""


def quoted(value: str) -> str:
    """A value from the log, fit to stand in a shell command: nothing in it is special there."""
    if re.fullmatch(r"[\w./+~@-]*|[\w.\[\],-]+", value):
        return value
    return "'" + re.sub(r"[^\w.<>=!~@,\[\]/+ -]", "", value) + "'"


def evidence_of(lines: Sequence[tuple[int, str]]) -> tuple[LogLine, ...]:
    """The first few different lines, each cut to what can be read."""
    seen: dict[str, LogLine] = {}
    for number, text in lines:
        quote = text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…"
        seen.setdefault(quote, LogLine(number, quote))
    return tuple(list(seen.values())[:MAX_EVIDENCE])
