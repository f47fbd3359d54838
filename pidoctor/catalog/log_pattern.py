"""Patterns of log lines: regular expressions restricted so that none can be made to run away.

A pattern is one or more pieces separated by `.*`. The pieces are looked for one after another, each
behind the one before, so a gap costs nothing. Inside a piece a repetition may cover one character
or class only, never a group, and a piece may hold few of them. What is matched is one cleaned line
of bounded length, so the work per line is bounded too.
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

from pidoctor.expressions import expression
from pidoctor.records import dataclass

GAP = ".*"
MAX_REPEATS = 4
"""Open-ended repetitions one piece may hold."""

MIN_LITERAL = 3
"""Characters of fixed text a pattern must have, so that most lines are dismissed by a search."""

# The parser behind `re`; Python 3.11 moved it.
_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")


class PatternError(ValueError):
    """A pattern that is not allowed; the text says why."""


@dataclass(frozen=True)
class Match:
    """Where a pattern was found: first and last character, and what its named groups hold."""

    start: int
    end: int
    groups: dict[str, str]


class Pattern:
    """A pattern, compiled when it is first needed. Any match contains one of `literals`."""

    __slots__ = ("_pieces", "literals", "text")

    def __init__(self, text: str, literals: frozenset[str]) -> None:
        self.text = text
        self.literals = literals
        self._pieces: tuple[re.Pattern[str], ...] | None = None

    def search(self, line: str) -> Match | None:
        """The first place in `line`, or None."""
        if self._pieces is None:
            self._pieces = tuple(map(re.compile, self.text.split(GAP)))
        groups: dict[str, str] = {}
        start, position = -1, 0
        for piece in self._pieces:
            found = piece.search(line, position)
            if found is None:
                return None
            if start < 0:
                start = found.start()
            position = found.end()
            groups.update({k: v for k, v in found.groupdict().items() if v is not None})
        return Match(start, position, groups)


def pattern(text: str) -> Pattern:
    """A pattern of the shipped tables, which tests have checked; nothing is compiled yet."""
    literal = max((_plain_run(piece) for piece in text.split(GAP)), key=len)
    plain = _with_either_case(text, literal) if len(literal) >= MIN_LITERAL else frozenset([""])
    if len(literal) > MIN_LITERAL:
        return Pattern(text, plain)
    # A text as short as this stands in many lines: alternatives may be longer.
    found = (required_literals(_parser.parse(piece)) for piece in text.split(GAP))
    return Pattern(text, max(plain, *found, key=_shortest))


_EITHER_CASE = expression(r"(?<!\\)\[(\w)(\w)\]$")


def _with_either_case(text: str, literal: str) -> frozenset[str]:
    """A literal with the letter before it, where that is a class of two: `[Ee]xit` is rarer."""
    before, found, after = text.partition(literal)  # not found: it is escaped there
    letters = _EITHER_CASE.search(before) if found and literal not in after else None
    return frozenset(letter + literal for letter in (letters.groups() if letters else ("",)))


def _plain_run(piece: str) -> str:
    """The longest text outside of groups and classes that every match of a piece contains.

    Reads the pattern as text, which is many times faster than parsing it; empty where that is not
    enough, as for alternatives.
    """
    if not _SPECIAL.search(piece):
        return piece
    best = run = ""
    for part in _TOKEN.findall(piece):
        if part == "|":
            return ""
        if part[0] in "?*{":  # what stands before it may be absent
            run = run[:-1]
        elif len(part) == 1 and part not in "^$.+":
            run += part
            continue
        elif len(part) == 2 and part[0] == "\\" and not part[1].isalnum():
            run += part[1]
            continue
        best, run = max(best, run, key=len), ""
    return max(best, run, key=len)


_SPECIAL = expression(r"[\\\[\](){}?*+.|^$]")
_GROUP = r"\((?:[^()\\\[]|\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|%s)*\)"
_TOKEN = expression(
    r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]|"
    + _GROUP % (_GROUP % (_GROUP % r"(?!)"))
    + r"|\{\d+,?\d*\}|.",
    re.DOTALL,
)
"""An escape, a class, a group with groups in it, a repetition, or a character of a pattern."""


def check_pattern(text: str) -> None:
    """Raise PatternError if a pattern is malformed or could be slow."""
    literals = []
    for part in text.split(GAP):
        if not part:
            raise PatternError(f"empty piece in {text!r}")
        try:
            tree = _parser.parse(part)
            re.compile(part)
        except (re.error, RecursionError, OverflowError) as error:
            raise PatternError(f"{part!r}: {error}") from error
        if _repeats(tree, part) > MAX_REPEATS:
            raise PatternError(f"more than {MAX_REPEATS} repetitions in {part!r}")
        literals.append(required_literals(tree))
    if max(map(_shortest, literals)) < MIN_LITERAL:
        raise PatternError(f"no fixed text of {MIN_LITERAL} characters in {text!r}")


def _repeats(tree: Any, text: str) -> int:
    """How many repetitions without a small bound there are; raises on a repeated group."""
    count = 0
    for operation, argument in tree:
        name = str(operation)
        if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            low, high, body = argument
            if high == 1:
                count += _repeats(body, text)
                continue
            if len(body) != 1 or str(body[0][0]) in ("SUBPATTERN", "BRANCH", "ANY"):
                raise PatternError(f"repeated group or dot in {text!r}")
            count += int(high - low > 1)
        elif name == "SUBPATTERN":
            count += _repeats(argument[-1], text)
        elif name == "BRANCH":
            count += max(_repeats(branch, text) for branch in argument[1])
        elif name in ("GROUPREF", "GROUPREF_EXISTS"):
            raise PatternError(f"back reference in {text!r}")
        elif name in ("ASSERT", "ASSERT_NOT"):
            count += _repeats(argument[1], text)
    return count


def required_literals(tree: Any) -> frozenset[str]:
    """Texts of which every match holds at least one; {""} if nothing is certain."""
    best: frozenset[str] = frozenset([""])
    run = ""
    for operation, argument in tree:
        name = str(operation)
        if name == "LITERAL":
            run += chr(argument)
            continue
        best, run = max(best, frozenset([run]), key=_shortest), ""
        if name == "SUBPATTERN":
            best = max(best, required_literals(argument[-1]), key=_shortest)
        elif name == "BRANCH":
            inner = frozenset[str]().union(*(required_literals(b) for b in argument[1]))
            best = max(best, inner, key=_shortest)
        elif name in ("MAX_REPEAT", "MIN_REPEAT") and argument[0] > 0:
            best = max(best, required_literals(argument[2]), key=_shortest)
    return max(best, frozenset([run]), key=_shortest)


def _shortest(literals: frozenset[str]) -> int:
    return min(len(literal) for literal in literals)
