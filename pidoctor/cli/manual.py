"""The manual page, in the troff that ``man`` reads."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor import __version__
from pidoctor.cli.definitions import Definition, Option, definitions

_EXIT_CODES = {
    0: "fine (warnings included)",
    1: "problems were found, or an install did not pass its proof",
    2: "the command line or a file it names cannot be used",
    3: "could not be checked",
    4: "an error in pidoctor itself",
    130: "interrupted with Ctrl-C",
}


def manual_page() -> str:
    """pidoctor(1)."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f'.TH PIDOCTOR 1 "" "pidoctor {_text(__version__)}" "User Commands"'
    yield ".SH NAME"
    yield "pidoctor \\- make TensorFlow Lite and TensorFlow run on ARM boards"
    yield ".SH SYNOPSIS"
    yield ".B pidoctor\n.I COMMAND\n[...]"
    yield ".SH COMMANDS"
    for each in definitions():
        yield from _command(each, "pidoctor")
    yield ".SH EXIT STATUS"
    for code, meaning in _EXIT_CODES.items():
        yield f".TP\n.B {code}\n{_text(meaning)}"


def _command(definition: Definition, before: str) -> Iterator[str]:
    name = f"{before} {definition.name}"
    yield f".SS {_text(name)}"
    yield _text(definition.description or definition.summary)
    for option in (*definition.arguments, *definition.options):
        yield ".TP"
        yield _names(option)
        yield _text(option.text)
    for inner in definition.actions:
        yield from _command(inner, name)
    if definition.examples:
        yield ".PP\nExamples:\n.PP\n.nf"
        yield from (_text(line) for line in definition.examples.splitlines())
        yield ".fi"


def _names(option: Option) -> str:
    value = f" \\fI{_text(option.value)}\\fR" if option.value else ""
    if not option.flags:
        return value.strip()
    return ", ".join(f"\\fB{_text(flag)}\\fR" for flag in option.flags) + value


def _text(text: str) -> str:
    """Text in which nothing is a command of troff."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(
        f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines()
    )
