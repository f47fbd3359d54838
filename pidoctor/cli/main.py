"""Arguments -> one command -> one printed Result -> an exit code."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import COMMANDS, ParsedCommand, parse
from pidoctor.errors import PidoctorError
from pidoctor.result import ExitCode

if TYPE_CHECKING:
    from pidoctor.envelope import Result

# What a shell reports for a program ended by Ctrl-C: 128 + SIGINT.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with ``argv`` (without the program's name); the exit code."""
    _open_closed_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _run(parse(words))
    except PidoctorError as error:
        # Only parsing can get here: the command line itself was wrong.
        return _usage(words, error)
    except OSError as error:
        from pidoctor.report import console

        console.discard(sys.stdout)
        if isinstance(error, BrokenPipeError):  # `| head` has seen enough; nothing is left to flush
            return ExitCode.FINE
        # A full disk behind `pidoctor matrix > FILE`.
        return _ended(
            f"the answer could not be written ({error.strerror})", ExitCode.COULD_NOT_CHECK
        )
    except KeyboardInterrupt as error:
        return _ended("; ".join(filter(None, ("interrupted", str(error)))), INTERRUPTED)
    except Exception as error:
        return _ended(_bug(error, 0), ExitCode.INTERNAL)


def _ended(message: str, code: int) -> int:
    from pidoctor.cli.output import say_error

    say_error(message)
    return code


def _usage(words: Sequence[str], error: PidoctorError) -> int:
    """Say what is wrong with the command line; with --json the envelope says it too."""
    from pidoctor.cli.output import say_error, show_json

    before = words[: words.index("--")] if "--" in words else words
    if "--json" in before:
        from pidoctor.envelope import Result

        name = next((word for word in before if word in COMMANDS), "pidoctor")
        show_json(Result(name, exit_code=error.exit_code, error=str(error)))
    say_error(str(error), error.faults)
    return error.exit_code


def _open_closed_streams() -> None:
    """Make the streams that the caller closed (``<&-``) empty ones.

    The next files to be opened would else become the standard streams of what pidoctor runs.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115


def _run(command: ParsedCommand) -> int:
    from pidoctor.cli.output import show_error, show_traceback
    from pidoctor.envelope import Result

    try:
        if os.environ.get("PIDOCTOR_DATA"):
            from pidoctor.catalog.tables import check_user_tables

            check_user_tables()
        result = command.run(command.options)
    except PidoctorError as error:
        failed = Result(command.name, exit_code=error.exit_code, error=str(error))
        show_error(failed, command.options, error.faults)
        return failed.exit_code
    except (KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:
        obstacle = _obstacle(error)
        if command.options.verbose >= 2 and not obstacle:
            show_traceback(error)
        failed = Result(
            command.name,
            exit_code=ExitCode.COULD_NOT_CHECK if obstacle else ExitCode.INTERNAL,
            error=obstacle or _bug(error, command.options.verbose),
        )
        show_error(failed, command.options)
        return failed.exit_code
    _show(result, command)
    return result.exit_code


def _show(result: Result, command: ParsedCommand) -> None:
    """Print the answer, and that it is from an old index where it is."""
    from pidoctor.cli.dating import dated, old_index
    from pidoctor.cli.output import say_error, show

    old = old_index(command.name)
    if old and command.options.json:
        result = dated(result, old)
    show(result, command.options)
    if old and not command.options.json and not command.options.quiet:
        say_error(old)


def _bug(error: Exception, verbose: int) -> str:
    hint = "-vv shows where; please report it"
    if verbose >= 2:
        hint = "please report it with the lines above"
    return f"this is a bug in pidoctor: {type(error).__name__}: {error} ({hint})"


def _obstacle(error: Exception) -> str:
    """What the machine lacks for any program to work, where that is what ``error`` comes from."""
    if isinstance(error, FileNotFoundError) and not _has_current_folder():
        return "the current directory does not exist any more; change to another one (`cd`)"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this; close other programs or add swap"
    if isinstance(error, OSError) and error.errno in _SHORTAGES:
        return f"the system gives nothing more: {error.strerror} (see `ulimit -a`)"
    if isinstance(error, OSError) and error.errno in _BROKEN:
        return f"{error.strerror}: the disk or card gives errors; `dmesg | tail` says which"
    return ""


# Too many files or processes, no memory: limits of the user, or of a container.
_SHORTAGES = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)

# What a read or a write of a worn-out card, a disk that was pulled out or a lost mount ends in.
_BROKEN = (errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.EUCLEAN, errno.ENOTCONN)


def _has_current_folder() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True
