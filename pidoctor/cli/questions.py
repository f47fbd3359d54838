"""A question in plain words as the command that answers it: "can I install X on a pi 4?"."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NoReturn

from pidoctor.cli.requirement_words import ANSWERING
from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.records import NamedTuple

COMMANDS = (*ANSWERING, "lock", "download", "install")  # those that take a requirement
_WHERE = frozenset(("--target", "--capture", "--root"))
_EXAMPLE = "pidoctor explain tensorflow --target pi4-4gb/bookworm-64"
_VERSION = expression(r"(?:[<>=~!]=?=?)?v?\d+(?:\.\w+)+|[12](?:\.x)?|(?:[<>~!]=?|===?)\d[\w.]*")
_BITS = expression(r"-?bits?\b|gb?$|gig", re.IGNORECASE)
_LONGEST_NAME = 4  # words: "ai edge lite rt"
_GPU = ("gpu",)
_LETTER = expression(r"[ab]\+?", re.IGNORECASE)  # of a board: "Raspberry Pi 3 Model B+"
_PACKAGE = expression(r"(?!python)[A-Za-z][\w.-]{2,}")
_NEWER = ("newer", "later", "higher", "above", "up", "older", "earlier", "lower", "below")
# In words that nothing is known of: a number or another script, as in "foobar 3000".
_OF_A_MACHINE = expression(r"\d|[^\x00-\u024f]")


class TopicWords(NamedTuple):
    """Words that are not about whether a runtime fits, and the command for what they are about."""

    command: str
    words: tuple[str, ...]


class QuestionWords(NamedTuple):
    """question_words.json: words of speech in small letters, in all languages that are known."""

    topics: tuple[TopicWords, ...]
    models: tuple[str, ...]  # what somebody trained
    asks: tuple[str, ...]  # a question begins with
    prepositions: tuple[str, ...]  # a place may follow
    filling: tuple[str, ...]  # say neither what is wanted nor where; they part what does
    here: tuple[str, ...]  # stand behind "on" and are no machine, or this one

    def part(self, word: str) -> bool:
        """Whether a word says neither what is wanted nor where."""
        return any(word.lower() in words for words in (self.asks, self.prepositions, self.filling))


def _words() -> QuestionWords:
    from pidoctor.catalog.tables import load  # a wrong option needs no table

    return load(QuestionWords)


def _bare(tokens: Sequence[str]) -> list[str]:
    """The words without what stands around them in a sentence."""
    return [re.sub(r"^[\"'(]+|[?!.,:;\"')]+$", "", token) for token in tokens]


def _without_letter_word(tokens: Sequence[str]) -> list[str]:
    """The words without the "model" of a board's letter, which is no model of somebody's own."""
    behind = [*_bare(tokens)[1:], ""]
    pairs = zip(tokens, behind)
    return [one for one, then in pairs if one.lower() != "model" or not _LETTER.fullmatch(then)]


class ReadQuestion(NamedTuple):
    """What a question asks: a requirement as it was written, and the words of a machine."""

    requirement: str  # empty where no runtime is named
    place: str
    asks: bool  # with a question's words
    left_out: tuple[str, ...]  # what neither of them has
    devices: tuple[str, ...] = ()  # ids of accelerators
    nowhere: str = ""  # what stands where a machine belongs, and names none

    @property
    def names_machine(self) -> bool:
        """Whether more than a Python is said of one."""
        from pidoctor.profile.target_words import Said, say

        return bool(self.place) and say(self.place)._replace(python=None, text="") != Said()


def begins(words: Sequence[str]) -> bool:
    """Whether the first word is one of speech, and no command that was mistyped."""
    asked = read(words)
    first = words[0].lower()
    return bool(
        _words().part(first) or _topic(words)
    ) or f"{asked.place} {asked.requirement}".lower().startswith(first)


def as_command(words: Sequence[str], known: bool) -> list[str] | None:
    """The words of a command line for those that hold a question; None where they hold none.

    With ``known`` they begin with one of :data:`COMMANDS`. What the question was read as is said
    on stderr. Raises :class:`UsageError` with a command that works where the machine is not one
    that is known, and where the command is not one that only answers.
    """
    from pidoctor.requirements.phrases import refuse_messages, without_options

    words = words if known else without_options(words)
    end = next((at for at, word in enumerate(words) if word.startswith("-")), len(words))
    spoken, options = words[1 if known else 0 : end], list(words[end:])
    tokens = _without_letter_word(" ".join(spoken).replace("\u2019", "'").split())
    elsewhere = _WHERE & {word.partition("=")[0] for word in options}
    if known and elsewhere:
        return _with_whole_target(words)
    if not tokens:
        return None
    asked = read(tokens)
    if known and not asked.asks and not asked.names_machine:
        return None
    topic = None if known else _topic(tokens)
    if topic:
        _tell(topic, "", (), options)
        return [*topic, *options]
    refuse_messages(" ".join(tokens))
    wanted, left_out, meaning = _wanted(asked)
    of_model = not known and _says_one_of(tokens, _words().models)
    if not wanted and not asked.devices and ((left_out and not of_model) or not asked.place):
        if not known and len(tokens) > 1 and (asked.asks or asked.names_machine):
            _refuse_no_runtime(asked)
        return None
    command = words[0] if known else ("explain" if wanted else "check")
    start = [command, *(wanted or ["auto"] * (command == "explain"))]
    gpus = () if asked.devices or not _says_one_of(tokens, _GPU) else _gpus(asked.place)
    start += [word for device in (*asked.devices, *gpus) for word in ("--with", device)]
    left_out = tuple(word for word in left_out if not (gpus and word.lower() in _GPU))
    _refuse_nowhere(asked, left_out, start)
    place = ["--target", _target(asked.place, start)] if asked.place else []
    if place and command not in ANSWERING:
        _refuse_place([*start, *place])
    if of_model:
        meaning = _and_own_model(meaning, place)
    if place or not known or asked.asks:
        _tell([*start, *place], meaning, left_out, options)
    return [*start, *place, *options]


def _and_own_model(meaning: str, place: Sequence[str]) -> str:
    """What the runtime was taken for, and the command for a model of one's own."""
    asked_so = shlex.join(["pidoctor", "model", "FILE.tflite", *place])
    return f"{meaning or 'TensorFlow Lite'}; a model of your own is asked about with {asked_so}"


def _refuse_nowhere(asked: ReadQuestion, left_out: Sequence[str], start: Sequence[str]) -> None:
    """UsageError where a machine is meant that is none that is known."""
    nowhere = asked.nowhere or next(filter(_OF_A_MACHINE.search, left_out), "")
    if nowhere and not asked.place:
        raise UsageError(
            f"{nowhere!r} names no machine that pidoctor knows (see `pidoctor targets`). "
            f"On the board itself: {shlex.join(['pidoctor', *start])}"
        )


def _with_whole_target(words: Sequence[str]) -> list[str] | None:
    """The words with the name of a machine that was written as several, as in --target pi 4."""
    from pidoctor.profile.target_names import read_name

    at = [*words, "--target"].index("--target") + 1
    end = next((end for end, word in enumerate(words) if end >= at and word[:1] == "-"), len(words))
    for last in range(end, at + 1, -1):
        with suppress(UsageError):
            read_name(whole := " ".join(words[at:last]))
            joined = [*words[:at], whole, *words[last:]]
            _tell(joined, "", (), words)
            return joined
    return None


def _topic(tokens: Sequence[str]) -> list[str]:
    """The command for what a question is about, where that is not whether something fits."""
    topics = _words().topics
    return next((it.command for it in topics if _says_one_of(tokens, it.words)), "").split()


def _says_one_of(tokens: Sequence[str], words: Sequence[str]) -> bool:
    return any(word.lower() in words for word in _bare(tokens))


def _refuse_no_runtime(asked: ReadQuestion) -> NoReturn:
    """UsageError for a question about something else: a runtime that is mistyped, a package, or
    nothing that is known."""
    from difflib import get_close_matches

    from pidoctor.catalog.runtimes import runtime_names

    for word in " ".join(asked.left_out).split():
        near = get_close_matches(word.lower(), ("tflite", *runtime_names()), n=1, cutoff=0.9)
        if near:
            raise UsageError(f"{word!r} is no runtime that pidoctor knows; did you mean {near[0]}?")
    package = asked.left_out[0] if len(asked.left_out) == 1 else ""
    if not (asked.place and _PACKAGE.fullmatch(package)):
        raise UsageError(f"that names no runtime; it is asked as in: {_EXAMPLE}")
    from pidoctor.catalog.relations import load_relations
    from pidoctor.requirements.spelling import respelled

    respelled([package])  # a model or a program: the error names the command for it
    warning = load_relations().warning(package.lower())
    if warning:
        raise UsageError(f"{package}: {warning}")
    command = ["check", "auto", package]
    here = shlex.join(["pidoctor", *command, "--target", _target(asked.place, command)])
    raise UsageError(f"that names no runtime; where {package!r} is a package, ask: {here}")


def _wanted(asked: ReadQuestion) -> tuple[list[str], tuple[str, ...], str]:
    """The requirements as pip writes them, packages beside the runtime too; the words that are
    none; and what the runtime was taken for where it has another name."""
    from pidoctor.catalog.import_names import is_package
    from pidoctor.requirements.names import is_runtime, understood
    from pidoctor.requirements.spelling import respelled

    found, why = understood(respelled([asked.requirement]))
    left_out: list[str] = []
    for words in asked.left_out:
        try:
            more = understood([*found, *respelled(words.split())])[0][len(found) :]
        except UsageError:
            more = []
        named = {word: re.split(r"[<>=~!\[]", word)[0] for word in more}
        new = [word for word, name in named.items() if not is_runtime(name)]
        packages = [word for word in new if is_package(named[word])]
        found += packages
        left_out += [word for word in new if word not in packages] if packages else [words]
    beside = ["auto"] if found and not asked.requirement else []
    return [*beside, *found], tuple(left_out), "; ".join(why)


def _refuse_place(command: Sequence[str]) -> NoReturn:
    other = _for_another(command)
    if command[0] == "install":
        raise UsageError(f"install is for this machine; for another one: {other}")
    raise UsageError(f"the machine has an option of its own: {other}")


def _for_another(command: Sequence[str]) -> str:
    """A command with --target as it is typed; install has none, and a lock does it there."""
    if command[0] == "install":
        command = ["lock", *command[1:], "-o", "requirements.txt"]
    return shlex.join(["pidoctor", *command])


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
        there = _for_another([*command, "--target", *near[:1]])
        other = f"; for another: {there}" if near else ""
        end = "" if said[-1] in ".?" else "."
        raise UsageError(f"{said}{end} On the board itself: {here}{other}") from None


def _gpus(place: str) -> tuple[str, ...]:
    """The ids of the GPUs that the machine of these words has; none where they name no machine."""
    from pidoctor.profile.named_targets import target

    with suppress(UsageError):
        seen = target(_target(place, ())).accelerators.or_else(()) if place else ()
        return tuple(device.id for device in seen if device.name.endswith("GPU"))
    return ()


def read(tokens: Sequence[str]) -> ReadQuestion:
    """What the words ask."""
    words = _bare(tokens)
    start, end = _requirement(words)
    rest, devices = _without_devices([*words[:start], "and", *words[end:]])
    places, others, nowhere = [], [], ""
    for segment, before in _segments(rest):
        known, unknown = _says(segment)
        of_machine, other = segment, ""
        if known and unknown and not before:
            of_machine, other = _apart(segment)
        if known and of_machine:
            places.append(of_machine)
            others += [other] if other else []
        elif known or unknown:
            others.append(segment)
            named = before == "on" and segment.lower() not in _words().here
            nowhere = nowhere or (segment if named else "")
    asks = tokens[-1].endswith("?") or any(word.lower() in _words().asks for word in words[:3])
    place = _without_kind(" ".join(places))
    return ReadQuestion(" ".join(words[start:end]), place, asks, tuple(others), devices, nowhere)


def _without_kind(place: str) -> str:
    """The words of a machine; beside the name of a board "arm" says nothing of it."""
    from pidoctor.profile.target_words import say

    without = " ".join(word for word in place.split() if word.lower() != "arm")
    return without if without != place and say(without).boards else place


def _without_devices(words: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The words without those that name an accelerator, and the ids of these."""
    from pidoctor.profile.devices import spellings
    from pidoctor.profile.target_words import key_of, known_words

    known, boards = spellings(), known_words().boards
    for at in range(len(words)):
        for end in range(min(at + _LONGEST_NAME, len(words)), at, -1):
            plain = re.sub(r"[^a-z0-9]", "", "".join(words[at:end]).lower())
            row = known.get(plain)
            if row is None and end == at + 1 and len(plain) > 4 and key_of(plain) not in boards:
                row = next((row for key, row in known.items() if key.startswith(plain)), None)
            if row is not None:
                left, more = _without_devices(words[end:])
                return [*words[:at], "and", *left], tuple(dict.fromkeys((row.id, *more)))
    return list(words), ()


def _apart(segment: str) -> tuple[str, str]:
    """The words of a machine, and the others; all are others where those name none by
    themselves, as in "64 bit version"."""
    from pidoctor.profile.target_words import say

    unknown = tuple(word.rpartition("-")[2] for word in say(segment).unknown)
    known = [word for word in segment.split() if not word.lower().endswith(unknown)]
    said = say(" ".join(known))
    if not said.boards and not said.systems:
        return "", segment
    return " ".join(known), " ".join(word for word in segment.split() if word not in known)


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

    if _words().part(words[0]) or not words[0][:1].isalpha():
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


def _segments(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The runs of words between those that say nothing, and the preposition before, if any."""
    known, run = _words(), list[str]()
    before = ""
    for word in (*words, "and"):
        if not known.part(word):
            run.append(word)
            continue
        if run:
            yield " ".join(run), before if before in known.prepositions else ""
            run = []
        before = word.lower()


def _says(segment: str) -> tuple[bool, bool]:
    """Whether the words name something of a machine, and whether something else."""
    from pidoctor.profile.target_words import say

    said = say(segment)
    facts = (said.boards, said.systems, said.python, said.architecture, said.bits, said.memory)
    known = any((*facts, said.image, said.libc))
    return known or bool(said.elsewhere), bool(said.unknown or (said.elsewhere and not known))
