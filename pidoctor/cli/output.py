"""A Result onto the two streams: stdout carries the one document, stderr what is said besides."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from pidoctor.errors import UsageError
from pidoctor.records import NamedTuple
from pidoctor.report import console
from pidoctor.report.text import printable

if TYPE_CHECKING:
    from pidoctor.envelope import Result, Written
    from pidoctor.report.look import Look

_TRACEBACK_LIMIT = 64 << 10  # characters


def show(result: Result, options: argparse.Namespace) -> None:
    """Print the answer, as JSON where that was asked for."""
    if options.json:
        show_json(result)
        return
    if getattr(options, "form", None):
        from pidoctor.report.formats import render as render_as

        console.write(sys.stdout, render_as(result, options.form))
        return
    from pidoctor.report.terminal import screen
    from pidoctor.report.text import one_line

    console.write(sys.stdout, screen(result, look_of(options)))
    if result.html and not (result.written and result.written.output):
        progress(options)(f"written: {one_line(result.html)}")


def show_error(result: Result, options: argparse.Namespace, faults: Sequence[str] = ()) -> None:
    """One clear line on stderr; with --json the envelope says it too."""
    if options.json:
        show_json(result)
    elif getattr(options, "form", None):
        show(result, options)
    say_error(result.error or "", faults)


def say_error(message: str, faults: Sequence[str] = ()) -> None:
    """One line on stderr, or one for each fault where there are several."""
    for line in faults or (message,):
        _note(console.error_line(line, console.encodes(sys.stderr)))


def show_before_asking(planned: Result, options: argparse.Namespace) -> None:
    """What is going to be done, above the question on stderr; its commands with --verbose only."""
    from dataclasses import replace

    from pidoctor.report.composition import compose
    from pidoctor.report.terminal import draw

    look = console.look_for(
        sys.stderr, color=False if options.no_color else None, verbose=options.verbose > 0
    )
    if not options.verbose and planned.steps is not None:
        planned = replace(planned, steps=tuple(s._replace(command="") for s in planned.steps))
    _note(draw(compose(planned, look.detail, ("findings", "resolution", "steps")), look))


def allowed(planned: Result, options: argparse.Namespace, question: str, to_do: str) -> bool:
    """Show what is going to be done and ask, unless --yes says that it may be."""
    if options.yes:
        return True
    refusal = f"no terminal to ask on; say --yes to {to_do}"
    return agreed(f"\n{question}", refusal, partial(show_before_asking, planned, options))


def agreed(question: str, refusal: str, show: Callable[[], None] | None = None) -> bool:
    """Ask on the terminal, after ``show``; UsageError with ``refusal`` where there is none. The end
    of the input (Ctrl-D) is a no, as everything but yes is."""
    if not sys.stdin.isatty():
        raise UsageError(refusal)
    if show is not None:
        show()
    _note(f"{question} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def show_traceback(error: BaseException) -> None:
    """Where an error came from, on stderr: what people paste into a report, so it is redacted."""
    import traceback

    from pidoctor.redact import Identity, redact

    lines = traceback.format_exception(type(error), error, error.__traceback__)
    text = redact("".join(lines), Identity.here())
    _note(printable(text, _TRACEBACK_LIMIT))


@contextmanager
def watched(options: argparse.Namespace) -> Iterator[Watch]:
    """A display of what a long command does: on a terminal one that moves, else a line a step.

    It is there until the block ends; nothing is shown with --quiet.
    """
    if options.quiet or not console.animates(sys.stderr):
        yield Watch(progress(options), _counting(options))
        return
    from pidoctor.cli.live_display import LiveDisplay

    with LiveDisplay(bool(options.verbose), console.encodes(sys.stderr)) as live:
        yield Watch(live, live.count, live.ended, moves=True)


class Watch(NamedTuple):
    """Where a long command says what it does: ``say`` a line, ``counted`` how many are done."""

    say: Callable[[str], None]
    counted: Callable[[str, int, int], None]
    ended: Callable[[bool], None] = lambda _: None
    moves: bool = False


def _counting(options: argparse.Namespace) -> Callable[[str, int, int], None]:
    """One line when all of something is done."""

    def count(what: str, done: int, total: int) -> None:
        if done == total and not options.quiet:
            _note(f"{printable(what)}: {total}\n")

    return count


def progress(options: argparse.Namespace) -> Callable[[str], None]:
    """Where a long command says what it is doing: stderr, unless --quiet.

    Commands come after a dollar sign and what the tools say themselves indented; both are shown
    with --verbose only.
    """

    def say(text: str) -> None:
        if not options.quiet and (options.verbose or not text.startswith((" ", "$"))):
            _note(f"{printable(text)}\n")

    return say


def _note(text: str) -> None:
    """Onto stderr; that nobody takes it is no reason to give up what is being done."""
    try:
        console.write(sys.stderr, text)
    except OSError:
        console.discard(sys.stderr)


def write_document(output: str, text: str) -> Written:
    """The document that a command made, in the file that ``-o`` named; "-" is standard output."""
    from pidoctor.envelope import Written
    from pidoctor.safe_files import is_standard_output, write_output

    if is_standard_output(output):
        return Written(text)
    write_output(output, text)
    return Written(text, output)


def show_json(result: Result) -> None:
    """The envelope on stdout."""
    from pidoctor.report.jsonout import to_text

    look = console.look_for(sys.stdout)
    console.write(sys.stdout, to_text(result, ascii_only=not look.unicode))


def look_of(options: argparse.Namespace) -> Look:
    """How the options and the terminal want the answer to look."""
    return console.look_for(
        sys.stdout,
        color=False if options.no_color else None,
        verbose=options.verbose > 0,
        quiet=options.quiet,
    )
