"""The changes that make a request possible, with the commands that carry them out as one types."""

from __future__ import annotations

import shlex
from dataclasses import replace

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pidoctor.asked import Asked
from pidoctor.profile.profile import Profile
from pidoctor.resolve.changes import NEW_ENVIRONMENT
from pidoctor.resolve.plan import Change, Impossible


def with_commands(answer: Impossible, asked: Asked, profile: Profile) -> Impossible:
    """The answer whose changes name the command that carries them out, with all that was asked:
    on this machine an install, for another one the file that installs it there."""
    if not asked.here:
        elsewhere = (change._replace(command=_lock(change, asked)) for change in answer.changes)
        return replace(answer, changes=tuple(elsewhere))
    python = profile.python.executable.or_else("")
    same = not python or asked.own_python in ("", answer.python)
    base = {} if same else {"--python": python}
    changes = (change._replace(command=_install(change, asked, base)) for change in answer.changes)
    return replace(answer, changes=tuple(changes))


def _lock(change: Change, asked: Asked) -> str:
    """What writes the changed request as a file for another machine; empty where the machine
    itself is what changes."""
    words = _words(change, asked)
    if words is None or not change.words or change.options:
        return ""
    more = (asked.option, asked.value, *asked.more, *asked.flags, "-o", asked.lock_file)
    return shlex.join(["pidoctor", "lock", *words, *more])


def _install(change: Change, asked: Asked, base: dict[str, str]) -> str:
    """What carries a change out; empty where no command does: the words stand in a file.

    ``base`` names the interpreter of a new environment.
    """
    words = _words(change, asked)
    if words is None or not (change.words or change.options):
        return ""
    given, options = dict(zip(asked.more[::2], asked.more[1::2])), change.options
    if "--venv" in options:
        folder = asked.new_environment or NEW_ENVIRONMENT
        given, options = {**base, **given, "--venv": folder}, ()
    more = (word for pair in given.items() for word in pair)
    return shlex.join(["pidoctor", "install", *words, *more, *options, *asked.further])


def _words(change: Change, asked: Asked) -> tuple[str, ...] | None:
    """The requirements as they are typed once the change is made; None where that cannot be."""
    if asked.settings:
        return None if change.words else ()
    typed = [*(asked.project or (asked.requirement,))]
    for before, after in change.words:
        at = _place(typed, before)
        if at is None:
            return None
        typed[at : at + bool(before)] = [after] if after else []
    return tuple(typed)


def _place(typed: list[str], requirement: str) -> int | None:
    """Where a requirement stands among words; the empty one goes before the first option."""
    if requirement:
        return next((i for i, word in enumerate(typed) if _same(word, requirement)), None)
    return next((i for i, word in enumerate(typed) if word.startswith("-")), len(typed))


def _same(word: str, requirement: str) -> bool:
    """Whether a word that was typed is that requirement: "numpy <2" is "numpy<2"."""
    try:
        typed, meant = Requirement(word), Requirement(requirement)
    except InvalidRequirement:
        return False
    names = canonicalize_name(typed.name), canonicalize_name(meant.name)
    return names[0] == names[1] and typed.specifier == meant.specifier
