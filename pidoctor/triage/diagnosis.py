"""The answer to a log: a cause, its evidence, and the remedy fitted to the machine it came from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pidoctor.triage.log_facts import Facts, first_package, holds, plain_name
from pidoctor.triage.missing_module import package_of
from pidoctor.triage.symptoms import Cause

if TYPE_CHECKING:
    from pidoctor import shapes

MAX_EVIDENCE = 5
MAX_REQUIREMENTS = 6
"""Requirements that are put together into one command."""

MAX_QUOTE = 400
"""Characters of one evidence line that are quoted."""

DEFAULTS: Mapping[str, str] = {
    "python": "python3",
    "pip": "python3 -m pip",
    "venv": ".venv",
    "package": "PACKAGE",
    "requirement": "PACKAGE",
    "library": "LIBRARY",
    "module": "MODULE",
    "file": "FILE",
}
"""What stands in a command where the log does not show the real thing."""


@dataclass(frozen=True)
class Evidence:
    """One line of the log that proves the cause: its number, from 1, and its cleaned text."""

    line: int
    text: str


@dataclass(frozen=True)
class Fix:
    """What mends it: commands apart from words; `safe` ones can be run without thinking twice."""

    commands: tuple[str, ...]
    safe: bool
    text: str


@dataclass(frozen=True)
class Diagnosis:
    """One cause found in a log. `confidence` is from 0 to 1; `alternatives` are other causes that
    the same evidence allows."""

    cause: str
    confidence: float
    evidence: tuple[Evidence, ...]
    explanation: str
    fix: Fix
    alternatives: tuple[str, ...] = ()
    source: str = ""

    def to_json(self) -> shapes.Diagnosis:
        """The form of the `diagnoses` key of the result envelope."""
        return {
            "cause": self.cause,
            "confidence": round(self.confidence, 2),
            "evidence": [{"line": e.line, "text": e.text} for e in self.evidence],
            "explanation": self.explanation,
            "fix": {
                "commands": list(self.fix.commands),
                "safe": self.fix.safe,
                "text": self.fix.text,
            },
            "alternatives": list(self.alternatives),
            "source": self.source,
        }


def fix_for(cause: Cause, facts: Facts, groups: Mapping[str, str]) -> Fix:
    """The first of the cause's remedies whose conditions hold, filled in from the log."""
    asked = (groups["requirement"],) if groups.get("requirement") else ()
    shown = replace(
        facts, values={**facts.values, **groups}, requirements=(*asked, *facts.requirements)
    )
    remedy = next(remedy for remedy in cause.remedies if holds(remedy.when, shown))
    words = placeholders(facts, groups)
    commands = tuple(fill(command, words) for command in remedy.commands)
    return Fix(commands, remedy.safe, fill(remedy.text, words))


def placeholders(facts: Facts, groups: Mapping[str, str]) -> dict[str, str]:
    """What can be filled into commands and explanations."""
    words = dict(DEFAULTS)
    asked = groups.get("requirement") or first_package(facts.requirements)
    if asked:
        words["requirement"] = asked
        words["package"] = plain_name(asked)
    if groups.get("module"):
        words["package"] = package_of(groups["module"])
    venv = facts.get("venv")
    if venv:
        words.update(venv=venv, python=f"{venv}/bin/python", pip=f"{venv}/bin/python -m pip")
    words.update({key: value for key, value in groups.items() if value and key in words})
    filled = {key: quoted(value) for key, value in words.items()}
    asked_for = [quoted(text) for text in facts.requirements[:MAX_REQUIREMENTS]]
    return {**filled, "requirements": " ".join(asked_for) or filled["requirement"]}


def quoted(value: str) -> str:
    """A value from the log, fit to stand in a shell command: nothing in it is special there."""
    if re.fullmatch(r"[\w./ +~-]*|[\w.\[\],-]+", value):
        return value
    return "'" + re.sub(r"[^\w.<>=!~,\[\]/+ -]", "", value) + "'"


def fill(template: str, words: Mapping[str, str]) -> str:
    """`template` with each {name} that is known replaced."""
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found.group(1), found.group()), template)


def evidence_of(lines: Sequence[tuple[int, str]]) -> tuple[Evidence, ...]:
    """The first few different lines, each cut to what can be read."""
    seen: dict[str, Evidence] = {}
    for number, text in lines:
        quote = text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1] + "…"
        seen.setdefault(quote, Evidence(number, quote))
    return tuple(list(seen.values())[:MAX_EVIDENCE])
