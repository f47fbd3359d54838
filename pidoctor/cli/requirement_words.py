"""What is asked for, from the words of the command line and the project's own settings."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pidoctor.errors import UsageError

if TYPE_CHECKING:
    from pidoctor.requirements.settings import ProjectSettings


def gather(options: argparse.Namespace) -> None:
    """One requirement as it is; several, or those of files, as a project."""
    words = options.requirement = read_words(options.requirement, options.quiet)
    options.settings = settings = _settings()
    if settings is not None and not (words or options.files or options.constraints):
        options.words, options.requirement = [], settings.requirement
        options.from_settings = settings.shown
        return
    alone = len(words) <= 1 and not re.search(r"[;\[]", "".join(words))  # no marker, no extra
    if alone and not (options.files or options.constraints):
        options.requirement = only_one(words)
        return
    from pidoctor.requirements.project import read_project

    options.words = words
    options.requirement = read_project(words, options.files, options.constraints, options.groups)


def only_one(words: Sequence[str]) -> str:
    return words[0] if words else "auto"


def read_words(words: Sequence[str], quiet: bool) -> list[str]:
    """The words as pip writes requirements, the names that people have for runtimes as the
    runtimes; what they were read as is said on stderr, in one line."""
    if not words:
        return []
    from pidoctor.requirements.names import understood
    from pidoctor.requirements.spelling import respelled

    for word in words:
        _refuse_machine(word)
    found, why = understood(spelled := respelled(words))
    changed = "".join("".join(spelled).split()) != "".join("".join(words).split())
    if (changed or why) and not quiet:
        from pidoctor.cli.output import say_error

        say_error(
            ": ".join([f"read as {' '.join(found) or 'auto'}", *["; ".join(why)][: len(why)]])
        )
    return found


def _refuse_machine(word: str) -> None:
    """UsageError for the name of a machine where a requirement belongs: `check pi4`."""
    from pidoctor.catalog.runtimes import load_runtimes

    if word == "auto" or word in {runtime.distribution for runtime in load_runtimes()}:
        return
    from pidoctor.profile.named_targets import read_name

    try:
        read_name(word)
    except UsageError:
        return
    raise UsageError(f"{word!r} names a machine: write --target {word}")


def _settings() -> ProjectSettings | None:
    """What the project's own settings say, for what is not given on the command line."""
    from pidoctor.requirements.settings import find_settings

    return find_settings()
