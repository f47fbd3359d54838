"""argparse as pidoctor speaks: one line for what is wrong, help folded to the terminal."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

from pidoctor.errors import UsageError

_ANOTHER_MACHINE = ("target", "capture", "root")


class Parser(argparse.ArgumentParser):
    """argparse with errors as one line, raised instead of printed."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.register("type", None, _said)
        self.register("action", None, _Once)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see `{self.prog} --help`){self._meant(message)}")

    def _print_message(self, message: str, file: Any = None) -> None:
        print(message, end="", file=file or sys.stdout, flush=True)  # argparse ignores a full disk

    def _meant(self, message: str) -> str:
        """What is to be typed in place of an unknown word: an option that is misspelled, or that
        begins with this letter or takes this value; another command for another machine. Of a word
        that is missing, what it can be."""
        from pidoctor.requirements.phrases import INDEX_OPTIONS, OTHER_INDEX

        unknown = re.match(r"unrecognized arguments: (-{0,2})(([\w-]+).*)", message)
        if unknown is None:
            words = next((it.choices for it in self._actions if it.metavar == "ACTION"), None)
            return f"; ACTION is {' or '.join(words)}" if words and "required" in message else ""
        dashes, rest, word = unknown.groups()
        if dashes + word in INDEX_OPTIONS:
            return f"; {OTHER_INDEX}"
        known = [name for name in self._option_string_actions if name.startswith("--")]
        if dashes == "--" and word in _ANOTHER_MACHINE:
            return f"; {self.prog} is for this machine; for another: pidoctor check --{rest}"
        if not dashes:
            return f"; did you mean --runtime {word}?" if "--runtime" in known else ""
        near = [name for name in known if name[2:] and name[2] == word] if dashes == "-" else []
        if dashes == "--":
            from difflib import get_close_matches

            options = (action for action in self._actions if word in (action.choices or ()))
            near = [f"{action.option_strings[-1]} {word}" for action in options]
            near = near or get_close_matches(f"--{word}", known, n=1, cutoff=0.7)
        return f"; did you mean {' or '.join(near)}?" if near else ""


def _said(value: str) -> str:
    """A value as it is. An empty one is a shell's variable that is not set: what the option names
    would be looked for in the current directory, or not at all."""
    if not value:
        raise argparse.ArgumentTypeError("its value is empty")
    return value


class _Once(argparse.Action):
    """An option that takes one value: a second one would silently put the first aside."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse calls it so
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        if self.option_strings and getattr(namespace, self.dest) is not self.default:
            raise argparse.ArgumentError(self, "is given twice, and there can be one only")
        setattr(namespace, self.dest, values)


class HelpFormat(argparse.RawDescriptionHelpFormatter):
    """Lines as they are written, folded on a narrower terminal; examples, to be copied, are not."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n".join(indent + _folded(line, width) for line in _paragraphs(text))


def _paragraphs(text: str) -> Iterator[str]:
    """The lines of a text; those of a sentence that goes over several as one."""
    before = ""
    for line in text.splitlines():
        if before and line and not line.startswith(" ") and not before.startswith(" "):
            before = f"{before} {line}"
            continue
        if before:
            yield before
        if not line:
            yield line
        before = line
    if before:
        yield before


def _folded(line: str, width: int) -> str:
    """The line in several, the later ones below the text that follows its first column."""
    if len(line) <= width or line.startswith("  pidoctor "):
        return line
    import textwrap

    named = re.match(r" +\S+ {2,}", line)
    return textwrap.fill(
        line, width, subsequent_indent=" " * (named.end() if named else 0), break_long_words=False
    )
