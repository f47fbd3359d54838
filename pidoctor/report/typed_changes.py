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
    """What writes the changed request as a file for another machine; empty where no name of a
    target says what that machine becomes."""
    words = _words(change, asked)
    value = _renamed(asked, change.last) if change.last else asked.value
    if words is None or not value or not (change.words or change.last) or change.options:
        return ""
    more = (asked.option, value, *asked.more, *asked.flags, "-o", asked.lock_file)
    return shlex.join(["pidoctor", "lock", *words, *more])


def _renamed(asked: Asked, last: str) -> str:
    """The name of the target that was asked about with another last part; empty for none."""
    if asked.option != "--target":
        return ""
    from pidoctor.errors import UsageError
    from pidoctor.profile.target_names import read_name

    now = read_name(asked.value)._replace(python=None)
    board, plain = now.canonical.partition("/")[0], now.canonical
    if ":" in last:
        name = f"{board}/{last}" + ("/32-bit" if now.bits == 32 else "")
    elif now.image is not None:  # its Python is part of its name
        return ""
    else:
        name = plain if last.startswith("/") else f"{plain}/{last}"
    try:
        return name if read_name(name).board == now.board else ""
    except UsageError:
        return ""


def _install(change: Change, asked: Asked, base: dict[str, str]) -> str:
    """What carries a change out; empty where no command does: the words stand in a file.

    ``base`` names the interpreter of a new environment.
    """
    words = _words(change, asked)
    python = change.last.removeprefix("py") if ":" not in change.last else ""
    if words is None or not (change.words or change.options or python):
        return ""
    given, options = dict(zip(asked.more[::2], asked.more[1::2])), change.options
    if python:  # an environment keeps the Python that it was made with
        base, options = {"--python": python}, ("--venv", NEW_ENVIRONMENT)
        given.pop("--python", None)
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
