"""The errors that end a command with one clear line and an exit code of the contract."""

from __future__ import annotations

import shlex
import sys


class PidoctorError(Exception):
    """An error with a message for the user; ``exit_code`` is what the command ends with."""

    exit_code = 4
    faults: tuple[str, ...] = ()  # the lines of the message, where each tells one thing of several


class UsageError(PidoctorError):
    """The request itself is wrong: a bad option, an unknown target, a file that is no model."""

    exit_code = 2


class CouldNotCheckError(PidoctorError):
    """The answer is not known: no network, a time limit, a source that did not answer."""

    exit_code = 3


def why_not_json(error: Exception) -> str:
    """What is wrong with a text that ``json.loads`` refused."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, UnicodeError):
        return "it is not text"
    if hasattr(error, "lineno") and hasattr(error, "colno"):
        return f"line {error.lineno}, column {error.colno}"
    return "a number in it is too long" if "digits" in str(error) else str(error)


_ONE_MORE = " takes one more package: "


class PackageMissingError(CouldNotCheckError):
    """A part of pidoctor takes a package that is not installed beside it.

    The command names the package itself and pidoctor's own Python. An extra of pidoctor would be
    asked of a package index, where another project may have that name.
    """

    def __init__(self, what: str, package: str) -> None:
        python = shlex.quote(sys.executable or "python3")
        super().__init__(f"{what}{_ONE_MORE}{python} -m pip install {package}")


def missing_package(told: str) -> tuple[str, str]:
    """What a :class:`PackageMissingError` told, and its command apart; "" for any other error."""
    what, said, command = told.partition(_ONE_MORE)
    return f"{what}{said}".rstrip(": "), command
