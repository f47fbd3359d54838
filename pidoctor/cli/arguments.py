"""The command line: which commands there are, and their common options.

Each command is a module of this package with ``DESCRIPTION``, ``EXAMPLES``,
``add_arguments(parser)`` and ``run(options) -> Result``. Only the module of the command that was
asked for is imported, and what it needs to run only when it runs, so that ``--help`` and usage
errors come at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pidoctor import __version__
from pidoctor.cli.parser import HelpFormat, Parser
from pidoctor.cli.requirement_words import gather, only_one, read_words
from pidoctor.errors import UsageError
from pidoctor.records import NamedTuple

if TYPE_CHECKING:
    from pidoctor.envelope import Result

COMMANDS = {
    "check": "will it run here? facts, findings, and what would be installed",
    "install": "plan, show, ask, install, and prove by an inference",
    "smoke": "prove an environment that is already there",
    "undo": "go back to the state before the last install",
    "recover": "put an interrupted install in order",
    "explain": "every candidate's verdict, the nearest miss, what would help",
    "lock": "the plan as a file that pip or uv installs",
    "download": "a folder of wheels for a board without network",
    "targets": "the boards and systems that can be asked about",
    "matrix": "boards x systems x Pythons at a glance",
    "model": "which runtimes run this .tflite model on this machine",
    "bench": "how fast a .tflite model runs here, and whether to believe it",
    "example": "write a program that runs this .tflite model, and a service",
    "triage": "the cause of a failed install, from its log",
    "capture": "this machine as a file that can be asked about elsewhere",
    "fleet": "many boards: one report, one plan for each kind of board",
    "report": "a support bundle; secrets and names are looked for and masked",
    "index": "the wheels index: status, update, audit, verify",
    "schema": "the JSON Schema of what --json prints",
    "completion": "what a shell needs to complete commands and options",
    "help": "this overview, the help of a command, or a page about a topic",
}


# What people call a command; only for "did you mean".
_OTHER_WORDS = {
    "why": "explain",
    "doctor": "check",
    "diagnose": "triage",
    "boards": "targets",
    "list": "targets",
    "test": "smoke",
    "verify": "smoke",
    "rollback": "undo",
    "uninstall": "undo",
    "setup": "install",
    "update": "index update",
    "fetch": "download",
    "man": "help --man",
    "version": "--version",
    "convert": "help deploy",
}


class ParsedCommand(NamedTuple):
    """A parsed command line."""

    name: str
    options: argparse.Namespace
    run: Callable[[argparse.Namespace], Result]


def parse(words: Sequence[str]) -> ParsedCommand:
    """The command that ``words`` ask for.

    Raises :class:`UsageError` with one line; ``--help`` and ``--version`` print and exit 0.
    """
    if not words or words[0].startswith("-"):
        overview().parse_args(words or ["--help"])
        raise UsageError("name a command first, as in `pidoctor check` (see `pidoctor --help`)")
    words = _in_words(words)
    name = words[0]
    module = import_module(f"pidoctor.cli.{name}")
    takes_command = getattr(module, "TAKES_COMMAND", False)  # else -- only ends the options
    before, after = _split_at_dashes(words[1:]) if takes_command else (words[1:], None)
    options = parser_of(name).parse_args(before)
    if takes_command:
        options.after_dashes = after
    elif hasattr(options, "gathers"):
        spoken = _words_first(words, options.requirement)
        if spoken != words:
            options = parser_of(name).parse_args(_in_words(spoken)[1:])
        gather(options, name)
    elif isinstance(getattr(options, "requirement", None), str):
        told = "--boards" if hasattr(options, "boards") else "--target"
        options.requirement = only_one(read_words([options.requirement], options.quiet, told))
    return ParsedCommand(name, options, module.run)


def _in_words(words: Sequence[str]) -> Sequence[str]:
    """The words of a command, also for a question; UsageError for what is neither."""
    name = words[0]
    talks = name == "help" and len(words) > 2 and not words[2].startswith("-")  # "help me install"
    known = name in COMMANDS and not talks
    if words[1:] == ["help"]:
        return [name, "--help"]
    if known and (len(words) == 1 or (len(words) == 2 and not _may_be_place(words[1]))):
        return words
    from pidoctor.cli import questions

    if known:
        return (questions.as_command(words, known) if name in questions.COMMANDS else None) or words
    near = "" if talks else did_you_mean(name)
    spoken = not near or questions.begins(words)
    found = questions.as_command(words, known) if spoken else None
    if found is None:
        from pidoctor.requirements.phrases import refuse_messages

        refuse_messages(" ".join(words))
        raise UsageError(f"{name!r} is not a command (see `pidoctor --help`){near}")
    return found


def _words_first(words: Sequence[str], spoken: Sequence[str]) -> Sequence[str]:
    """The words of a command with ``spoken``, those that are no options, before the options, where
    a question is looked for: `install --yes pi4`."""
    if not spoken or not words[1].startswith("-") or "--" in words:
        return words
    options = list(words[1:])
    for word in reversed(spoken):  # a value may be the same word, and options come first
        del options[len(options) - 1 - options[::-1].index(word)]
    return [words[0], *spoken, *options]


def _may_be_place(word: str) -> bool:
    """Whether the one word behind a command may say a machine, as in `check pi4`."""
    if word.startswith("-"):
        return False
    from pidoctor.catalog.runtimes import runtime_names

    return word != "auto" and word not in runtime_names()


def parser_of(name: str) -> argparse.ArgumentParser:
    """The definition of a command: help, completion and the manual page are made from it too."""
    module = import_module(f"pidoctor.cli.{name}")
    parser = _command_parser(name, module.DESCRIPTION, module.EXAMPLES)
    module.add_arguments(parser)
    return parser


def _split_at_dashes(words: Sequence[str]) -> tuple[list[str], list[str] | None]:
    at = [*words, "--"].index("--")
    return [*words[:at]], [*words[at + 1 :]] if at < len(words) else None


def did_you_mean(name: str) -> str:
    """The nearest command, as the end of a message; empty where none is near."""
    from difflib import get_close_matches

    close = [_OTHER_WORDS[name]] if name in _OTHER_WORDS else None
    close = close or get_close_matches(name, COMMANDS, n=1)
    return f"; did you mean `pidoctor {close[0]}`?" if close else ""


def overview() -> argparse.ArgumentParser:
    """The parser of the program without a command."""
    from pidoctor.help import TOPICS

    width = max(map(len, (*COMMANDS, *TOPICS)))
    listing, topics = (
        "\n".join(f"  {name:<{width}}  {text}" for name, text in named.items())
        for named in (COMMANDS, TOPICS)
    )
    parser = Parser(
        prog="pidoctor",
        usage="pidoctor COMMAND [...]",
        description="Make TensorFlow Lite and TensorFlow run on Raspberry Pi and other ARM boards.",
        epilog=f"commands:\n{listing}\n\n"
        f"topics (pidoctor help TOPIC):\n{topics}\n\n"
        "examples:\n"
        "  pidoctor check                                  will it run on this machine?\n"
        "  pidoctor install                                install it, and prove it\n"
        "  pidoctor explain tensorflow --target pi4-4gb/bookworm-32\n"
        "  pidoctor can I run tensorflow 2.16 on a pi 4    a question in plain words\n",
        formatter_class=HelpFormat,
    )
    parser.add_argument("--version", action="version", version=f"pidoctor {__version__}")
    return parser


_OUTPUT: dict[tuple[str, ...], dict[str, Any]] = {
    ("--json",): {"action": "store_true", "help": "print one JSON document"},
    ("-v", "--verbose"): {"action": "count", "default": 0, "help": "say more (-vv: tracebacks)"},
    ("-q", "--quiet"): {"action": "store_true", "help": "only the answer"},
    ("--no-color",): {"action": "store_true", "help": "no colours"},
}


def _command_parser(name: str, description: str, examples: str) -> argparse.ArgumentParser:
    parser = Parser(
        prog=f"pidoctor {name}",
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=HelpFormat,
        allow_abbrev=False,
    )
    output = parser.add_argument_group("output")
    for flags, options in _OUTPUT.items():
        output.add_argument(*flags, **options)
    return parser


Act = Callable[[argparse.Namespace], "Result"]


def run_action(options: argparse.Namespace) -> Result:
    """What the action that was chosen answers."""
    act: Act = options.act
    return act(options)


def add_action(actions: Any, name: str, act: Act, words: str) -> argparse.ArgumentParser:
    """A command inside of a command, as in ``index status``, that ``act`` carries out.

    ``actions`` holds them.
    """
    parser: argparse.ArgumentParser = actions.add_parser(
        name, help=words, description=words[0].upper() + words[1:] + ".", allow_abbrev=False
    )
    # Accepted behind the action too; unset there, so that what stood before it is kept.
    unset = argparse.SUPPRESS
    for flags, options in _OUTPUT.items():
        parser.add_argument(*flags, **{**options, "default": unset, "help": unset})
    parser.set_defaults(act=act)
    return parser


_REQUIREMENT = (
    "auto (TFLite inference by whichever runtime fits), ai-edge-litert, tflite-runtime or "
    "tensorflow, perhaps with a version: tensorflow==2.16.1"
)


def add_requirement(parser: argparse.ArgumentParser, default: str | None = "auto") -> None:
    """The REQUIREMENT argument; with ``default`` None it must be given."""
    parser.add_argument(
        "requirement",
        metavar="REQUIREMENT",
        nargs="?" if default else None,
        default=default,
        help=_REQUIREMENT,
    )
    _add_beyond_tags(parser)


def _add_beyond_tags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--beyond-tags",
        action="store_true",
        help="also accept a wheel whose tag asks for a newer glibc than its ELF files need",
    )


def add_repeatable(
    parser: argparse._ActionsContainer, *flags: str, dest: str, metavar: str, help: str
) -> None:
    """An option that may be given again; a list, empty without it."""
    parser.add_argument(*flags, dest=dest, metavar=metavar, action="append", default=[], help=help)


def add_project(parser: argparse.ArgumentParser) -> None:
    """Requirements, and files of them."""
    parser.add_argument(
        "requirement",
        metavar="REQUIREMENT",
        nargs="*",
        help=f"{_REQUIREMENT}; and what must go with it",
    )
    parser.set_defaults(gathers=True)
    add_repeatable(
        parser,
        "-r",
        dest="files",
        metavar="FILE",
        help="the requirements of a file: requirements.txt, pyproject.toml or pylock.toml",
    )
    add_repeatable(
        parser,
        "-c",
        dest="constraints",
        metavar="FILE",
        help="bounds on versions, as pip reads them",
    )
    add_repeatable(
        parser,
        "--group",
        dest="groups",
        metavar="NAME",
        help="with -r pyproject.toml: a dependency group or an extra too",
    )
    parser.add_argument(
        "--pre", action="store_true", help="pre-releases of what is named too, as with pip"
    )
    _add_beyond_tags(parser)


def add_offline(parser: argparse.ArgumentParser) -> None:
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        "--offline", action="store_true", help="use no network: only what is on this machine"
    )
    network.add_argument(
        "--newer",
        action="store_true",
        help="also releases that the wheels index does not know yet, once their files were read",
    )


def add_form(parser: argparse.ArgumentParser, *forms: str) -> None:
    """``--format``: the forms for programs that a command has besides ``--json``."""
    parser.add_argument(
        "--format",
        dest="form",
        metavar="FORM",
        choices=forms,
        help=f"for programs, besides --json: {', '.join(forms)}",
    )


def add_model(parser: argparse.ArgumentParser) -> None:
    """The option that asks for a runtime that runs a certain model."""
    add_repeatable(
        parser,
        "--model",
        dest="models",
        metavar="FILE",
        help="a runtime that runs this .tflite file (see `pidoctor model`); may be given again",
    )


def add_where(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """The options that say which machine is meant; without them, this one.

    With ``several`` there may be more than one target.
    """
    where = parser.add_argument_group("which machine (without these: this one)")
    only = where.add_mutually_exclusive_group()
    named = "a board and its system: pi4-4gb/bookworm-64"
    if several:
        more = f"{named}; may be given again"
        add_repeatable(only, "--target", dest="targets", metavar="NAME", help=more)
        parser.set_defaults(target=None)
    else:
        only.add_argument("--target", metavar="NAME", help=named)
    only.add_argument("--capture", metavar="FILE", help="one captured with `pidoctor capture`")
    only.add_argument("--root", metavar="DIR", help="a mounted card or a chroot")
    where.add_argument(
        "--board",
        metavar="NAME",
        help="with --root or --capture: the board that it is for, pi4-4gb",
    )
    add_environment(where)


def add_devices(parser: argparse._ActionsContainer) -> None:
    """The option that supposes an accelerator, under both of its names."""
    add_repeatable(
        parser,
        "--with",
        "--accelerator",
        dest="devices",
        metavar="DEVICE",
        help="as if this device were plugged in: coral-usb, coral-pcie, hailo-8, ... (repeatable)",
    )


def add_shapes(parser: argparse._ActionsContainer) -> None:
    """The option that sets what the inputs of a model leave open."""
    add_repeatable(
        parser,
        "--shape",
        dest="shapes",
        metavar="NAME=1,1280",
        help="the shape that an input will be given, where it leaves sizes open (repeatable)",
    )


def add_environment(parser: argparse._ActionsContainer, last: str = "the system's Python") -> None:
    """The options that name an environment; without them one rule finds it, and takes ``last``
    where there is none."""
    parser.add_argument(
        "--venv",
        metavar="DIR",
        help="an environment; without it the active one, else the .venv here or above, else "
        f"{last}",
    )
    parser.add_argument(
        "--python", metavar="EXE", help="an interpreter instead: a path, a name or a version (3.11)"
    )
