"""Reading a log once, in bounded memory, for every known symptom and every fact.

A small log is read line by line. Of a large one, only the head and the neighbourhood of lines that
hold the fixed text of some pattern are looked at; one regular expression over the raw bytes finds
those. A text that comes up again and again is dropped from that search after SATURATED finds: by
then its story is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pidoctor.triage.clean import CHUNK, MAX_LINE, Line, logical_lines
from pidoctor.triage.facts import FactReader, Facts
from pidoctor.triage.localised import Translator, translator
from pidoctor.triage.pattern import Match, Pattern
from pidoctor.triage.symptoms import Knowledge, Symptom

HEAD = 4 * CHUNK
"""Bytes at the beginning of a log of which every line is read."""

NEIGHBOURS = 3
"""Lines before and after a find that are read with it."""

SATURATED = 3000
MAX_HITS = 40
"""Evidence kept per symptom."""

WRAPPED = frozenset(
    width
    for edge in (72, 80, 100, 120, 132, 160)
    for width in range(edge - (20 if edge < 100 else 3), edge + 2)
)
"""Widths a line can have if it was broken at the edge of a terminal or by a formatter."""


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
        index: dict[str, list[tuple[Symptom, Pattern]]] = {}
        for symptom in knowledge.symptoms:
            for pattern in symptom.patterns:
                for literal in pattern.literals:
                    index.setdefault(literal, []).append((symptom, pattern))
        self._index = tuple(index.items())

    @property
    def literals(self) -> frozenset[str]:
        """Texts of which any line with a symptom holds at least one."""
        return frozenset(literal for literal, _ in self._index) | self._translate.originals

    def match(self, text: str) -> list[tuple[Symptom, Pattern, Match]]:
        """Every symptom the line shows, once each."""
        text = self._translate(text)
        found: dict[str, tuple[Symptom, Pattern, Match]] = {}
        for literal, entries in self._index:
            if literal in text:
                for symptom, pattern in entries:
                    if symptom.id not in found:
                        match = pattern.search(text)
                        if match is not None and not any(u.search(text) for u in symptom.unless):
                            found[symptom.id] = (symptom, pattern, match)
        return list(found.values())


class _Reader:
    """Takes cleaned lines in order and keeps what they show."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._facts = FactReader()
        self._hits: list[Hit] = []
        self._count: dict[str, int] = {}
        self._before: list[Line] = []
        self._known: dict[str, list[tuple[Symptom, Pattern, Match]]] = {}
        self._lines = 0

    def read(self, line: Line) -> None:
        self._lines += 1
        self._facts.read(line)
        for symptom, pattern, match in self._match(line.text):
            self._keep(symptom, pattern, match, line.number, line.text)
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
        text = glue.join(part.text for part in lines)
        first = len(lines[0].text)
        last = len(text) - len(lines[-1].text)
        whole = {symptom.id for part in lines for symptom, _, _ in self._match(part.text)}
        for symptom, pattern, match in self._matcher.match(text):
            if match.start < first and match.end > last and symptom.id not in whole:
                self._keep(symptom, pattern, match, lines[0].number, text)

    def _keep(
        self, symptom: Symptom, pattern: Pattern, match: Match, number: int, text: str
    ) -> None:
        count = self._count.get(symptom.id, 0)
        self._count[symptom.id] = count + 1
        hit = Hit(symptom, number, text, pattern.text, match.groups)
        if count < MAX_HITS:
            self._hits.append(hit)
        else:  # the last one is kept too: it tells whether the trouble went on to the end
            self._hits = [h for h in self._hits if h.symptom.id != symptom.id or h.number < number]
            self._hits.append(hit)
            newest = [h for h in self._hits if h.symptom.id == symptom.id][MAX_HITS:-1]
            self._hits = [h for h in self._hits if h not in newest]

    def result(self) -> Scan:
        hits = sorted(self._hits, key=lambda hit: hit.number)
        return Scan(tuple(hits), self._facts.facts(), self._lines)


class Sieve:
    """Finds, in raw bytes, the places where some fixed text stands."""

    def __init__(self, literals: Iterable[str]) -> None:
        self._words = {literal.encode() for literal in literals}
        self._counts: dict[bytes, int] = {}
        self._regex = any_of(self._words)

    def places(self, chunk: bytes) -> Iterator[int]:
        """Offsets, in order."""
        full = set()
        for found in self._regex.finditer(chunk):
            word = found.group()
            self._counts[word] = self._counts.get(word, 0) + 1
            if self._counts[word] <= SATURATED:
                yield found.start()
            else:
                full.add(word)
        if full:
            self._words = {w for w in self._words if not w.startswith(tuple(full))}
            self._regex = any_of(self._words)


def any_of(words: Iterable[bytes]) -> re.Pattern[bytes]:
    """A regular expression for any of the words, sharing their beginnings."""
    trie: dict[int, dict] = {}  # type: ignore[type-arg]
    for word in sorted(words):
        node = trie
        for byte in word:
            if -1 in node:  # a shorter word ends here; finding it is enough
                break
            node = node.setdefault(byte, {})
        else:
            node[-1] = {}
    return re.compile(_branch(trie) or rb"(?!)")


def _branch(node: Mapping[int, Mapping]) -> bytes:  # type: ignore[type-arg]
    if not node or -1 in node:
        return b""
    parts = [re.escape(bytes([byte])) + _branch(rest) for byte, rest in node.items()]
    return parts[0] if len(parts) == 1 else b"(?:" + b"|".join(parts) + b")"


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
    read_to, counted = 0, 0
    for place in sieve.places(block):
        if place < read_to:
            continue
        start = max(read_to, _lines_before(block, place))
        end = _lines_after(block, place)
        number += block.count(b"\n", counted, start)
        counted = start
        number = _read_all(reader, block[start:end], number)
        read_to = counted = end
    return number + block.count(b"\n", counted)


def _lines_before(block: bytes, place: int) -> int:
    for _ in range(NEIGHBOURS + 1):
        cut = block.rfind(b"\n", max(0, place - MAX_LINE), place)
        if cut < 0:
            return max(0, place - MAX_LINE // 16)
        place = cut
    return place + 1


def _lines_after(block: bytes, place: int) -> int:
    for _ in range(NEIGHBOURS + 1):
        cut = block.find(b"\n", place, place + MAX_LINE)
        if cut < 0:
            return min(len(block), place + MAX_LINE // 16)
        place = cut + 1
    return place
