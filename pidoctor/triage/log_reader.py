"""Reading a log once, in bounded memory, for every known symptom and every fact.

A small log, and the head of a large one, is read line by line. Of the rest only the neighbourhood
of lines is read that the sieve lets through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pidoctor.triage.clean import CHUNK, MAX_LINE, Line, logical_lines
from pidoctor.triage.localised import Translator, translator
from pidoctor.triage.log_facts import FactReader, Facts
from pidoctor.triage.pattern import Match, Pattern
from pidoctor.triage.sieve import DIGITS, MAX_SHAPES, Sieve, any_of
from pidoctor.triage.symptoms import Knowledge, Symptom

HEAD = 2 * CHUNK
"""Bytes at the beginning of a log of which every line is read."""

PREPARE_FROM = 300
"""Lines from which on one expression for all texts is quicker than looking for each of them."""

ENOUGH = 8
"""Lines of one shape that are read where none of them shows anything."""

NEIGHBOURS = 3
"""Lines before and after a find that are read with it."""

MAX_HITS = 40
"""Evidence kept per symptom."""

WRAPPED = frozenset(
    width
    for edge in (72, 80, 100, 120, 132, 160)
    for width in range(edge - (20 if edge < 100 else 3), edge + 2)
)
"""Widths a line can have if it was broken at the edge of a terminal or by a formatter."""


JOINED = 400
"""Characters on each side of a line break that are looked at together."""


@dataclass(frozen=True)
class Hit:
    """One symptom seen: where, in which words, and what its named groups hold."""

    symptom: Symptom
    number: int
    text: str
    wording: str
    groups: Mapping[str, str]


@dataclass(frozen=True)
class Scan:
    """What one reading of a log gave."""

    hits: tuple[Hit, ...]
    facts: Facts
    lines: int
    """Lines that were not empty, of those looked at."""

    def seen(self, symptom_id: str) -> bool:
        """Whether a symptom occurs anywhere."""
        return any(hit.symptom.id == symptom_id for hit in self.hits)


class Matcher:
    """All patterns of all symptoms against one line."""

    def __init__(self, knowledge: Knowledge, translate: Translator) -> None:
        self._translate = translate
        index: dict[str, set[int]] = {}
        for number, symptom in enumerate(knowledge.symptoms):
            for pattern in symptom.patterns:
                for literal in pattern.literals:
                    index.setdefault(literal, set()).add(number)
        self._symptoms = knowledge.symptoms
        self._index = tuple(index.items())
        self._any: re.Pattern[str] | None = None
        self._lines = 0

    @property
    def literals(self) -> frozenset[str]:
        """Texts of which any line with a symptom, in English, holds at least one."""
        return frozenset(literal for literal, _ in self._index)

    def match(self, text: str) -> list[tuple[Symptom, Pattern, Match]]:
        """Every symptom the line shows, once each."""
        if not self._may_show(text):
            return []
        text = self._translate(text)
        candidates: set[int] = set()
        for literal, numbers in self._index:
            if literal in text:
                candidates |= numbers
        found = (_first(self._symptoms[number], text) for number in sorted(candidates))
        return [each for each in found if each is not None]

    def _may_show(self, text: str) -> bool:
        """A quick look, once there are so many lines that it pays to prepare one."""
        self._lines += 1
        if self._any is None:
            if self._lines < PREPARE_FROM:
                return True
            self._any = re.compile(any_of(self.literals | self._translate.originals))
        return self._any.search(text) is not None


def _first(symptom: Symptom, text: str) -> tuple[Symptom, Pattern, Match] | None:
    """The first of a symptom's patterns that fits."""
    for pattern in symptom.patterns:
        if any(literal in text for literal in pattern.literals):
            match = pattern.search(text)
            if match is not None:
                other = any(unless.search(text) for unless in symptom.unless)
                return None if other else (symptom, pattern, match)
    return None


class _Reader:
    """Takes cleaned lines in order and keeps what they show."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._facts = FactReader()
        self._hits: dict[str, list[Hit]] = {}
        self._before: list[Line] = []
        self._shapes: dict[bytes, int] = {}
        self._known: dict[str, list[tuple[Symptom, Pattern, Match]]] = {}
        self._lines = 0

    def read(self, line: Line) -> None:
        self._lines += 1
        shape = line.text.encode("utf-8", "replace").translate(None, DIGITS)
        often = self._shapes.get(shape, 0)
        if often < ENOUGH:
            self._facts.read(line)
            found = self._match(line.text)
            for symptom, pattern, match in found:
                self._keep(symptom, pattern, match, line.number, line.text)
            if not found and len(self._shapes) < MAX_SHAPES:
                self._shapes[shape] = often + 1
            self._read_joined(line)
        self._before = [*self._before[-1:], line]

    def _match(self, text: str) -> list[tuple[Symptom, Pattern, Match]]:
        if text not in self._known:
            if len(self._known) > 2000:
                self._known.clear()
            self._known[text] = self._matcher.match(text)
        return self._known[text]

    def _read_joined(self, line: Line) -> None:
        """Look for what a line break cut in two or three: a hard-wrapped message."""
        for lines in ([*self._before[-1:], line], [*self._before[-2:], line]):
            if len(lines) < 2 or any(part.width not in WRAPPED for part in lines[:-1]):
                continue
            for glue in (" ", ""):
                self._read_across(lines, glue)

    def _read_across(self, lines: list[Line], glue: str) -> None:
        before = glue.join(part.text for part in lines[:-1])[-JOINED:]
        text = before + glue + lines[-1].text[:JOINED]
        found = self._matcher.match(text)
        if not found:
            return
        first = len(before) if len(lines) == 2 else len(lines[0].text)
        whole = {symptom.id for part in lines for symptom, _, _ in self._match(part.text)}
        for symptom, pattern, match in found:
            across = match.start < first and match.end > len(before)
            if across and symptom.id not in whole:
                self._keep(symptom, pattern, match, lines[0].number, text)

    def _keep(
        self, symptom: Symptom, pattern: Pattern, match: Match, number: int, text: str
    ) -> None:
        kept = self._hits.setdefault(symptom.id, [])
        hit = Hit(symptom, number, text, pattern.text, match.groups)
        if len(kept) < MAX_HITS:
            kept.append(hit)
        else:  # the last one is kept too: it tells whether the trouble went on to the end
            kept[-1] = hit

    def result(self) -> Scan:
        hits = sorted(chain.from_iterable(self._hits.values()), key=lambda hit: hit.number)
        return Scan(tuple(hits), self._facts.facts(), self._lines)


@lru_cache(maxsize=2)
def matcher_for(knowledge: Knowledge) -> Matcher:
    """The matcher of these tables, made once."""
    return Matcher(knowledge, translator())


def scan(chunks: Iterable[bytes], knowledge: Knowledge) -> Scan:
    """Read a log given as pieces of any size."""
    matcher = matcher_for(knowledge)
    reader = _Reader(matcher)
    sieve = None
    number, done, rest = 1, 0, b""
    for chunk in _even(chunks):
        block, rest = _whole_lines(rest + chunk)
        if done < HEAD:
            number = _read_all(reader, block, number)
        else:
            sieve = sieve or Sieve(matcher.literals)
            number = _read_near(reader, block, number, sieve)
        done += len(block)
    _read_all(reader, rest, number)
    return reader.result()


def _even(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about CHUNK: large ones cut, small ones put together."""
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        for start in range(0, len(chunk), CHUNK):
            kept.append(chunk[start : start + CHUNK])
            size += len(kept[-1])
            if size >= CHUNK:
                yield b"".join(kept)
                kept, size = [], 0
    yield b"".join(kept)


def _whole_lines(data: bytes) -> tuple[bytes, bytes]:
    """Everything up to the last line break, and the rest; a line without end is cut."""
    end = data.rfind(b"\n") + 1
    if not end and len(data) > MAX_LINE:
        end = len(data)
    return data[:end], data[end:]


def _read_all(reader: _Reader, block: bytes, number: int) -> int:
    for raw in block.splitlines(keepends=True):
        for start in range(0, len(raw), MAX_LINE):
            for line in logical_lines(number, raw[start : start + MAX_LINE].rstrip(b"\n")):
                reader.read(line)
        number += raw.endswith(b"\n")
    return number


def _read_near(reader: _Reader, block: bytes, number: int, sieve: Sieve) -> int:
    """Read the lines around each find; returns the number of the line after the block."""
    lines = block.split(b"\n")
    read_to = 0
    for index in sieve.lines(block):
        start, end = max(read_to, index - NEIGHBOURS), min(index + NEIGHBOURS + 1, len(lines))
        if start < end:
            _read_all(reader, b"\n".join(lines[start:end]), number + start)
            read_to = end
    return number + len(lines) - 1
