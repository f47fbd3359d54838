"""What is asked for, from the words of the command line and the project's own settings."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence

from pidoctor.errors import UsageError

# The commands that only answer: a package that is no runtime is taken beside one.
ANSWERING = ("explain", "check")


def gather(options: argparse.Namespace, command: str) -> None:
    """One requirement as it is; several, or those of files, as a project."""
    words = read_words(options.requirement, options.quiet)
    words = options.requirement = _with_prereleases(words) if options.pre else words
    if len(words) == 1 and command in ANSWERING:
        words = _beside_runtime(words[0], options.quiet)
    from pidoctor.requirements.settings import find_settings

    options.settings = settings = find_settings()
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


def _with_prereleases(words: Sequence[str]) -> list[str]:
    """The requirements with a bound that admits pre-releases, since it names one."""
    if not set(words) - {"auto"}:
        raise UsageError(
            "--pre: name what it is for, as in `pidoctor check tensorflow --pre`; in a "
            "requirements file --pre is a line of its own"
        )
    from packaging.specifiers import SpecifierSet

    from pidoctor.resolve.request import requirement_of

    found = [requirement_of(word) for word in words if word != "auto"]
    for item in found:
        item.specifier &= SpecifierSet(">=0.dev0")
    return [*map(str, found)]


def _beside_runtime(word: str, quiet: bool) -> list[str]:
    """A package that is no runtime with the one it is asked for beside; any other word as it is."""
    from pidoctor.catalog.runtimes import runtime_names

    if word == "auto" or word in runtime_names():
        return [word]  # most requests, in which no table of names is read
    from pidoctor.requirements.names import runtime_beside

    runtime = runtime_beside(word)
    if runtime and not quiet:
        from pidoctor.cli.output import say_error

        beside = "TensorFlow Lite" if runtime == "auto" else runtime
        say_error(f"read as {word} beside {beside}")
    return [runtime, word] if runtime else [word]


def only_one(words: Sequence[str]) -> str:
    return words[0] if words else "auto"


def read_words(words: Sequence[str], quiet: bool, where: str = "--target") -> list[str]:
    """The words as pip writes requirements, the names that people have for runtimes as the
    runtimes; what they were read as is said on stderr, in one line.

    ``where`` is the command's own option for machines, for a word that names one.
    """
    if not words:
        return []
    from pidoctor.requirements.names import understood
    from pidoctor.requirements.spelling import respelled

    for word in words:
        _refuse_machine(word, where)
    found, why = understood(spelled := respelled(words))
    changed = "".join("".join(spelled).split()) != "".join("".join(words).split())
    if (changed or why) and not quiet:
        from pidoctor.cli.output import say_error

        say_error(
            ": ".join([f"read as {' '.join(found) or 'auto'}", *["; ".join(why)][: len(why)]])
        )
    return found


def _refuse_machine(word: str, where: str) -> None:
    """UsageError for the name of a machine, or a part of one, where a requirement belongs:
    `matrix pi4`, `check -- bookworm`."""
    from pidoctor.catalog.runtimes import runtime_names

    if word == "auto" or word in runtime_names():
        return
    from pidoctor.profile.target_names import read_name
    from pidoctor.profile.target_suggestions import UnknownTargetError

    name = word
    try:
        read_name(word)
    except UnknownTargetError as error:
        if not error.known:
            return
        name = error.near[0]
    except UsageError:
        return
    name = name if where == "--target" else name.partition("/")[0]  # a board, in any system
    raise UsageError(f"{word!r} names a machine: write {where} {name}")
