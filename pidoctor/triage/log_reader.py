"""Reading a log once, in bounded memory, for every known symptom and every fact.

A small log, and the beginning and the end of a large one, is read line by line. Of the rest only
the neighbourhood of what the sieve finds is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pidoctor.catalog.log_pattern import Match, Pattern
from pidoctor.triage.clean import CHUNK, MAX_LINE, Line, logical_lines, plain
from pidoctor.triage.lexicon import Lexicon
from pidoctor.triage.localised import Translator, translator
from pidoctor.triage.log_facts import FactReader, Facts
from pidoctor.triage.sieve import DIGITS, Sieve
from pidoctor.triage.symptoms import Knowledge, Symptom

HEAD = 1 << 15
"""Bytes at the beginning and at the end of a log of which every line is read."""

MAX_SHAPES = 20_000
"""Shapes of lines that are remembered."""

ENOUGH = 8
"""Lines of one shape that are read where none of them shows anything."""

NEIGHBOURS = 2
"""Lines before and after a find that are read with it."""

MAX_NEAR = 2000
"""Bytes before and after a find that are read, where its neighbours are longer."""

FEW = 20
"""Lines of a text that may be somebody's question, and no log."""

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
    last: int = 0
    """The number of the last one that was not empty."""

    all: tuple[Line, ...] = ()
    """Every line of a text of a few; none of a longer one."""


class Matcher:
    """All patterns of all symptoms against one line."""

    def __init__(self, knowledge: Knowledge, translate: Translator) -> None:
        self._translate = translate
        self._symptoms = knowledge.symptoms
        self._index: dict[str, list[tuple[int, int]]] = {}
        for number, symptom in enumerate(knowledge.symptoms):
            for place, pattern in enumerate(symptom.patterns):
                for literal in pattern.literals:
                    self._index.setdefault(literal, []).append((number, place))
        self._lexicon = Lexicon(self._index.keys() | translate.originals)

    def possible_in(self, data: bytes) -> list[bytes]:
        """The texts that may be in `data`, by which symptoms show, in any language."""
        return self._lexicon.possible_in(data)

    def match(self, text: str) -> list[tuple[Symptom, Pattern, Match]]:
        """Every symptom the line shows, once each."""
        held = self._held(text)
        if not held:
            return []
        english = self._translate(text, held)
        if english != text:
            text, held = english, self._held(english)
        found: dict[int, tuple[Symptom, Pattern, Match]] = {}
        for number, place in sorted({each for h in held for each in self._index.get(h, ())}):
            symptom = self._symptoms[number]
            match = None if number in found else symptom.patterns[place].search(text)
            if match is not None and not any(unless.search(text) for unless in symptom.unless):
                found[number] = symptom, symptom.patterns[place], match
        return list(found.values())

    def _held(self, text: str) -> list[str]:
        held = self._lexicon.held_by(text.encode("utf-8", "replace"))
        return [each.decode() for each in held]


class _Reader:
    """Takes cleaned lines in order and keeps what they show."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._facts = FactReader()
        self._hits: dict[str, list[Hit]] = {}
        self._before: list[Line] = []
        self._shapes: dict[bytes, int] = {}
        self._known: dict[str, list[tuple[Symptom, Pattern, Match]]] = {}
        self._lines = self._last = 0
        self._few: list[Line] = []

    def prepare(self, block: bytes) -> None:
        """Learn the words of many lines at once, which is quicker than line by line; and dates."""
        self._facts.read_dates(block)
        self._matcher.possible_in(plain(block))

    def read(self, line: Line) -> None:
        self._lines += 1
        self._last = line.number
        if self._lines <= FEW + 1:
            self._few.append(line)
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
        found = self._match(text)
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
        few = tuple(self._few) if self._lines <= FEW else ()
        return Scan(tuple(hits), self._facts.facts(), self._last, few)


@lru_cache(maxsize=2)
def matcher_for(knowledge: Knowledge) -> Matcher:
    """The matcher of these tables, made once."""
    return Matcher(knowledge, translator())


def scan(chunks: Iterable[bytes], knowledge: Knowledge) -> Scan:
    """Read a log given as pieces of any size."""
    matcher = matcher_for(knowledge)
    reader, sieve = _Reader(matcher), Sieve(matcher.possible_in)
    number = 1
    for part, whole in _parts(chunks):
        if whole:
            _read_all(reader, part, number)
        else:
            text = part.replace(b"\x00", b"")  # UTF-16
            _read_near(reader, text, number, sieve.finds(plain(text)))
        number += part.count(b"\n")
    return reader.result()


def _parts(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The log in parts that end with a line, and whether every line of the part is to be read."""
    kept, begun = b"", False
    for chunk in _even(chunks):
        kept += chunk
        if not begun and len(kept) > 2 * HEAD:
            begun = True
            end = kept.rfind(b"\n", 0, HEAD) + 1
            yield kept[:end], True
            kept = kept[end:]
        end = kept.rfind(b"\n", 0, max(0, len(kept) - HEAD)) + 1
        if not end and len(kept) > 2 * CHUNK:  # a line without end is cut
            end = len(kept) - HEAD
        if begun and end:
            yield kept[:end], False
            kept = kept[end:]
    yield kept, True


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


def _read_all(reader: _Reader, block: bytes, number: int) -> None:
    reader.prepare(block)
    for raw in block.splitlines(keepends=True):
        for start in range(0, len(raw), MAX_LINE):
            for line in logical_lines(number, raw[start : start + MAX_LINE].rstrip(b"\n")):
                reader.read(line)
        number += raw.endswith(b"\n")


def _read_near(reader: _Reader, block: bytes, number: int, finds: Sequence[int]) -> None:
    """Read the lines around each find; what a progress bar wrote over is a line as well."""
    done = 0
    lines = block.replace(b"\r", b"\n")
    for at in finds:
        if at < done:
            continue
        start = end = at
        for _ in range(NEIGHBOURS + 1):
            start = max(lines.rfind(b"\n", 0, start), 0)
            end = lines.find(b"\n", end + 1) if end >= 0 else end
        start = max(done, start + (start > 0), at - MAX_NEAR)
        end = min(len(block) if end < 0 else end + 1, at + MAX_NEAR)
        number += block.count(b"\n", done, start)
        _read_all(reader, block[start:end], number)
        number += block.count(b"\n", start, end)
        done = end
