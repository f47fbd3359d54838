"""A question in plain words as the command that answers it: "can I install X on a pi 4?"."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import NamedTuple, NoReturn

from pidoctor.errors import UsageError
from pidoctor.expressions import expression

# The commands that take a requirement; the first two answer and change nothing.
COMMANDS = ("explain", "check", "lock", "download", "install")
ANSWERING = COMMANDS[:2]
_WHERE = frozenset(("--target", "--capture", "--root"))
_EXAMPLE = "pidoctor explain tensorflow --target pi4-4gb/bookworm-64"
_ASKS = r"why|can|can'?t|cannot|could|does|do|is|are|how|what|which|will|would|should|where|when"
_PREPOSITION = r"on|for|in|under|with|at"
_ASKING = expression(_ASKS, re.IGNORECASE)
_BEFORE_A_PLACE = expression(_PREPOSITION)
# Words that say neither what is wanted nor where; they part what does.
_FILLING = expression(
    rf"{_ASKS}|{_PREPOSITION}|i|i'm|i've|we|you|its?|it's|(?:is|are|does|do|did|wo)n't|did|has|have"
    r"|there|this|that|to|get|getting|got|make|making|made|use|using|used|runs?|running"
    r"|install(?:s|ing|ed|ation)?|pip3?|uv|apt|conda|poetry|sudo|latest|newest|stable|work(?:s|ing)?|support(?:s|ed|ing)?|compatible"
    r"|compatibility|not?|available|any|possible|problems?|errors?|fail(?:s|ed|ing)?|issue|of|from"
    r"|the|my|an|and|or|if|so|but|please|help|need|want|wanna|try|trying|able|still|yet|now|today"
    r"|enough|models?|inference|file|device|about|me|best|way|right|good|fast",
    re.IGNORECASE,
)
_VERSION = expression(r"(?:[<>=~!]=?=?)?v?\d+(?:\.\w+)+|[12](?:\.x)?|(?:[<>~!]=?|===?)\d[\w.]*")
_BITS = expression(r"-?bits?\b|gb?$|gig", re.IGNORECASE)
_NEWER = ("newer", "later", "higher", "above", "up", "older", "earlier", "lower", "below")
_LONGEST_NAME = 4  # words: "ai edge lite rt"


class Question(NamedTuple):
    """What a question asks: a requirement as it was written, and the words of a machine."""

    requirement: str  # empty where no runtime is named
    place: str
    asks: bool  # with a question's words
    left_out: tuple[str, ...]  # what neither of them has

    @property
    def names_machine(self) -> bool:
        """Whether more than a Python is said of one."""
        from pidoctor.profile.target_words import Said, say

        return bool(self.place) and say(self.place)._replace(python=None, text="") != Said()


def begins(words: Sequence[str]) -> bool:
    """Whether the first word is one of a question, not a command that was mistyped."""
    asked = read(words)
    first = words[0].lower()
    return bool(
        _ASKING.fullmatch(first)
    ) or f"{asked.place} {asked.requirement}".lower().startswith(first)


def as_command(words: Sequence[str], known: bool) -> list[str] | None:
    """The words of a command line for those that hold a question; None where they hold none.

    With ``known`` they begin with one of :data:`COMMANDS`. What the question was read as is said
    on stderr. Raises :class:`UsageError` with a command that works where the machine is not one
    that is known, and where the command is not one that only answers.
    """
    end = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    spoken, options = words[1 if known else 0 : end], list(words[end:])
    tokens = " ".join(spoken).replace("\u2019", "'").split()
    elsewhere = _WHERE & {word.partition("=")[0] for word in options}
    if not tokens or (known and (len(tokens) < 2 or elsewhere)):
        return None
    asked = read(tokens)
    if known and not asked.asks and not asked.names_machine:
        return None
    from pidoctor.requirements.phrases import refuse_messages

    refuse_messages(" ".join(tokens))
    wanted, meaning = _wanted(asked)
    if not wanted and (asked.left_out or not asked.place):
        if asked.asks and not known and len(tokens) > 1:
            raise UsageError(f"that names no runtime; it is asked as in: {_EXAMPLE}")
        return None
    command = words[0] if known else ("explain" if wanted else "check")
    start = [command, *(wanted or ["auto"] * (command == "explain"))]
    place = ["--target", _target(asked.place, start)] if asked.place else []
    if place and command not in ANSWERING:
        _refuse_place([*start, *place])
    if place or not known or asked.asks:
        _tell([*start, *place], meaning, asked.left_out, options)
    return [*start, *place, *options]


def _wanted(asked: Question) -> tuple[list[str], str]:
    """The requirement as pip writes it, and what it was taken for where that is another name."""
    if not asked.requirement:
        return [], ""
    from pidoctor.requirements.names import understood
    from pidoctor.requirements.spelling import respelled

    found, why = understood(respelled([asked.requirement]))
    return found, "; ".join(why)


def _refuse_place(command: Sequence[str]) -> NoReturn:
    if command[0] == "install":
        other = shlex.join(["pidoctor", "lock", *command[1:], "-o", "requirements.txt"])
        raise UsageError(f"install is for this machine; for another one: {other}")
    here = shlex.join(["pidoctor", *command])
    raise UsageError(f"the machine has an option of its own: {here}")


def _tell(
    command: Sequence[str], meaning: str, left_out: Sequence[str], options: Sequence[str]
) -> None:
    if {"-q", "--quiet"} & set(options):
        return
    from pidoctor.cli.output import say_error

    rest = f" ({meaning})" if meaning else ""
    rest += f"; left out: {', '.join(left_out)}" if left_out else ""
    say_error(f"read as: {shlex.join(['pidoctor', *command])}{rest}")


def _target(place: str, command: Sequence[str]) -> str:
    from pidoctor.profile.target_names import read_name
    from pidoctor.profile.target_suggestions import UnknownTargetError

    try:
        return read_name(place).canonical
    except UsageError as error:
        said, here = str(error), shlex.join(["pidoctor", *command])
        near = error.near if isinstance(error, UnknownTargetError) else ()
        other = f"; for another: {here} --target {near[0]}" if near else ""
        end = "" if said[-1] in ".?" else "."
        raise UsageError(f"{said}{end} On the board itself: {here}{other}") from None


def read(tokens: Sequence[str]) -> Question:
    """What the words ask."""
    words = [re.sub(r"^[\"'(]+|[?!.,:;\"')]+$", "", token) for token in tokens]
    start, end = _requirement(words)
    rest = [*words[:start], "and", *words[end:]]
    places, others = [], []
    for segment, follows in _segments(rest):
        known, unknown = _says(segment)
        if known and (follows or not unknown):
            places.append(segment)
        elif known or unknown:
            others.append(segment)
    asks = tokens[-1].endswith("?") or any(map(_ASKING.fullmatch, words[:3]))
    return Question(" ".join(words[start:end]), " ".join(places), asks, tuple(others))


def _requirement(words: Sequence[str]) -> tuple[int, int]:
    """Where the name of a runtime stands, with the version behind it; (0, 0) for none."""
    for start in range(len(words)):
        for end in range(min(start + _LONGEST_NAME, len(words)), start, -1):
            if _is_runtime(words[start:end]):
                return start, _after_version(words, end)
    return 0, 0


def _is_runtime(words: Sequence[str]) -> bool:
    from pidoctor.requirements.names import is_runtime
    from pidoctor.requirements.spelling import respelled

    if _FILLING.fullmatch(words[0]) or not words[0][:1].isalpha():
        return False
    try:  # "tensorflow2.3"
        return is_runtime(" ".join(words if len(words) > 1 else respelled(words)))
    except UsageError:
        return False


def _after_version(words: Sequence[str], at: int) -> int:
    end = at
    if words[end : end + 1] and words[end].lower() in ("version", "ver", "v"):
        end += 1
    if not words[end : end + 1] or not _VERSION.fullmatch(words[end].lower()):
        return at
    if words[end + 1 : end + 2] and _BITS.match(words[end + 1]):  # "2 GB"
        return at
    bound = [word.lower() for word in words[end + 1 : end + 3]]
    return end + 3 if len(bound) == 2 and bound[0] == "or" and bound[1] in _NEWER else end + 1


def _segments(words: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """The runs of words between those that say nothing, and whether a preposition is before."""
    run: list[str] = []
    before = ""
    for word in (*words, "and"):
        if not _FILLING.fullmatch(word):
            run.append(word)
            continue
        if run:
            yield " ".join(run), bool(_BEFORE_A_PLACE.fullmatch(before))
            run = []
        before = word.lower()


def _says(segment: str) -> tuple[bool, bool]:
    """Whether the words name something of a machine, and whether something else."""
    from pidoctor.profile.target_words import say

    said = say(segment)
    facts = (said.boards, said.systems, said.python, said.architecture, said.bits, said.memory)
    known = any((*facts, said.image, said.libc))
    return known or bool(said.elsewhere), bool(said.unknown or (said.elsewhere and not known))
