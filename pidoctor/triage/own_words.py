"""A question in somebody's own words: the messages of tools without their capitals.

Only a text of a few lines in which nothing else was found is read this way, and what it says is
never sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pidoctor.catalog.log_pattern import GAP
from pidoctor.triage.likely_cause import HINT
from pidoctor.triage.log_reader import Hit, Scan
from pidoctor.triage.symptoms import MARKS, Knowledge

CONFIDENCE = 0.6
"""Of what a person retells."""

MAX_SENTENCE = 400
"""Characters of a line that a person wrote; a longer one is a tool's."""


def retold(seen: Scan, knowledge: Knowledge) -> Scan:
    """The scan, with what its lines show if capitals are left out of account."""
    hits = sorted(_hits(seen, knowledge), key=lambda hit: hit.number)
    return replace(seen, hits=tuple(hits)) if hits else seen


def _hits(seen: Scan, knowledge: Knowledge) -> Iterator[Hit]:
    lines = [(line, line.text.lower()) for line in seen.all if len(line.text) <= MAX_SENTENCE]
    for symptom in knowledge.symptoms:
        if symptom.cause in MARKS or symptom.sign.confidence <= HINT:
            continue
        confidence = min(symptom.sign.confidence, CONFIDENCE)
        retelling = replace(symptom, sign=symptom.sign._replace(confidence=confidence))
        for pattern in symptom.patterns:
            for line, low in lines:
                if not any(literal.lower() in low for literal in pattern.literals):
                    continue
                groups = _search(pattern.text, line.text)
                unless = (each.text for each in symptom.unless)
                if groups is not None and not any(
                    _search(t, line.text) is not None for t in unless
                ):
                    yield Hit(retelling, line.number, line.text, pattern.text, groups)


def _search(pattern: str, text: str) -> dict[str, str] | None:
    groups: dict[str, str] = {}
    position = 0
    for piece in pattern.split(GAP):
        found = re.compile(piece, re.IGNORECASE).search(text, position)
        if found is None:
            return None
        position = found.end()
        groups.update({name: each for name, each in found.groupdict().items() if each})
    return groups
