"""The command line as values, read off the parsers: what completion and the manual are made of."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import NamedTuple


class Option(NamedTuple):
    """An option or a positional argument (without ``flags``)."""

    flags: tuple[str, ...]
    value: str  # what is shown for its value: "FILE"; empty where it takes none
    choices: tuple[str, ...]
    text: str

    @property
    def of_file(self) -> bool:
        """Whether its value is the name of a file or a folder."""
        return self.value in ("FILE", "DIR", "EXE", "LOG", "FILE.whl", "FILES")


class Definition(NamedTuple):
    """A command. ``actions`` are the commands inside of it, as in ``index status``."""

    name: str
    summary: str
    description: str
    examples: str
    options: tuple[Option, ...]
    arguments: tuple[Option, ...]
    actions: tuple[Definition, ...]


def definitions() -> Iterator[Definition]:
    """Every command, in the order of the overview."""
    from pidoctor.cli.arguments import COMMANDS, parser_of

    for name, summary in COMMANDS.items():
        yield _definition(name, summary, parser_of(name))


def _definition(name: str, summary: str, parser: argparse.ArgumentParser) -> Definition:
    options: list[Option] = []
    arguments: list[Option] = []
    inner: list[Definition] = []
    for action in parser._actions:  # argparse has no public way to list them
        if isinstance(action, argparse._SubParsersAction):
            texts = {choice.dest: choice.help or "" for choice in action._choices_actions}
            inner += [_definition(n, texts.get(n, ""), p) for n, p in action.choices.items()]
        elif action.help != argparse.SUPPRESS:
            (options if action.option_strings else arguments).append(_option(action))
    examples = (parser.epilog or "").partition("examples:\n")[2]
    described = parser.description or ""
    return Definition(
        name, summary, described, examples, tuple(options), tuple(arguments), tuple(inner)
    )


def _option(action: argparse.Action) -> Option:
    choices = tuple(str(choice) for choice in action.choices or ())
    takes = action.nargs != 0
    shown = action.metavar or ("|".join(choices) if choices else action.dest.upper())
    value = shown if isinstance(shown, str) else shown[0]
    text = (action.help or "").replace("%%", "%")
    return Option(tuple(action.option_strings), value if takes else "", choices, text)
