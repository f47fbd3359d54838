"""The catalogue of troubles: one id, one explanation and one remedy, whoever meets the trouble.

The rows are in ``catalog/data/troubles/``: each trouble with the signs by which a log, the output
of a tool or an exception shows it. ``facts.json`` beside them holds the signs that a machine shows:
installed versions that do harm, what old pips cannot see, libraries that only some uses load.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pidoctor.catalog.rules import TABLES
from pidoctor.catalog.tables import derived, load
from pidoctor.expressions import expression
from pidoctor.records import NamedTuple
from pidoctor.result import Remedy

GROUPS = tuple(part.partition("/")[2] for part in TABLES["troubles"].parts)
"""The tables of troubles, by name."""

FILLED = "!"
"""The condition that a slot of this name can be filled."""

_SLOT = expression(r"\{(\w+)\}")
_SENTENCE_END = expression(r"(?<=[.:;]) (?=[A-Z])")


class Sign(NamedTuple):
    """One way in which a trouble shows in text.

    ``unless`` are patterns that, on the same line, make it something else. ``needs`` (any of them)
    and ``without`` (none of them) are ids of signs that must or must not occur in the same text.
    ``facts`` are conditions on what the text shows of the machine. ``confidence`` is from 0 to 1.
    ``shown`` is text that shows it, by which the row is tried.
    """

    id: str
    patterns: tuple[str, ...]
    source: str
    unless: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    facts: Mapping[str, str] = {}
    confidence: float = 0.9
    shown: str = ""


class Advice(NamedTuple):
    """A remedy with {slots}, and the conditions under which it is the one to give."""

    text: str
    commands: tuple[str, ...] = ()
    safe: bool = False
    when: Mapping[str, str] = {}


class Trouble(NamedTuple):
    """One trouble: what it is called, what it means, what mends it, how it shows in a log.

    ``entails`` are the troubles that are no news when this one is present. ``order`` is the place
    in the order to fix: small numbers first. ``settled_by`` are signs that, after the last
    evidence, show that it is over. ``outside``: a fault of the program or of a device rather than
    of an installation; triage answers ``unknown``, as the contract of causes does not name it, and
    tells this explanation and remedy with it. ``lookalike`` is text that only looks like it.
    """

    id: str
    title: str
    explanation: str
    order: int
    remedies: tuple[Advice, ...]
    source: str
    entails: tuple[str, ...] = ()
    settled_by: tuple[str, ...] = ()
    log: tuple[Sign, ...] = ()
    outside: bool = False
    lookalike: str = ""

    def remedy(self, shown: Mapping[str, Sequence[str]], slots: Mapping[str, str]) -> Remedy:
        """The first remedy whose conditions hold, filled in.

        A sentence or a command with a slot that nothing fills is left out: what cannot be run as
        it stands is not printed. ``slots`` are already fit to stand in a shell command.
        """
        advice = next(each for each in self.remedies if holds(each.when, shown, slots))
        commands = (_filled(command, slots) for command in advice.commands)
        return Remedy(
            fill(advice.text, slots),
            tuple(command for command in commands if command is not None),
            advice.safe,
        )


class TroublesTable(NamedTuple):
    """The tables of troubles together; a folder of the user's own has them in troubles.json."""

    troubles: tuple[Trouble, ...]


def holds(
    conditions: Mapping[str, str],
    shown: Mapping[str, Sequence[str]],
    slots: Mapping[str, str] | None = None,
) -> bool:
    """Whether what is shown meets every condition.

    A condition is a value ("32"), alternatives ("buster|stretch"), a bound on a version (">=3.12"),
    or "!": the slot of this name can be filled.
    """
    return all(
        bool((slots or {}).get(name)) if wanted == FILLED else _meets(wanted, shown.get(name, ()))
        for name, wanted in conditions.items()
    )


def _meets(wanted: str, values: Sequence[str]) -> bool:
    for sign in (">=", "<"):
        if wanted.startswith(sign):
            bound = _numbers(wanted[len(sign) :])
            return any(
                bool(_numbers(value)) and (_numbers(value) >= bound) == (sign == ">=")
                for value in values
            )
    return any(value in wanted.split("|") for value in values)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", re.match(r"[\d.]*", text).group())))  # type: ignore[union-attr]


def fill(text: str, slots: Mapping[str, str]) -> str:
    """The sentences of ``text`` with their slots filled; those that cannot be are left out."""
    sentences = (_filled(sentence, slots) for sentence in _SENTENCE_END.split(text))
    return " ".join(sentence for sentence in sentences if sentence is not None)


def _filled(template: str, slots: Mapping[str, str]) -> str | None:
    if any(not slots.get(name) for name in _SLOT.findall(template)):
        return None
    return _SLOT.sub(lambda found: slots[found.group(1)], template)


@derived
def load_troubles() -> Mapping[str, Trouble]:
    """Every trouble by its id, in the order of the tables, the user's own last."""
    return {row.id: row for row in load(TroublesTable).troubles}


class InstalledTrouble(NamedTuple):
    """A version of a package that makes ``trouble`` where it is installed.

    ``architectures`` is empty when it does so everywhere; ``shows`` is what its remedy is chosen
    by.
    """

    trouble: str
    name: str
    specifier: str
    architectures: tuple[str, ...]
    shows: Mapping[str, str]
    message: str
    source: str


class PipLevel(NamedTuple):
    """The first pip that accepts wheels whose platform tag begins like this."""

    pip: str
    platform: str
    source: str


class OptionalLibrary(NamedTuple):
    """A library of a wheel that only some of its uses load."""

    library: str
    use: str
    instead: str
    source: str


class MachineSigns(NamedTuple):
    """What a machine shows of troubles: troubles/facts.json."""

    installed: tuple[InstalledTrouble, ...]
    pip_levels: tuple[PipLevel, ...]
    optional_libraries: tuple[OptionalLibrary, ...]


def load_machine_signs() -> MachineSigns:
    """The table of facts.json, with the user's own rows."""
    return load(MachineSigns)
