"""What the command line needs of triage: a file, standard input or a command, and the answer.

Exit codes: 0 where the log shows no problem, 1 where it shows one, 3 where the cause is unknown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from pidoctor.errors import UsageError
from pidoctor.safe_files import open_regular
from pidoctor.triage.clean import CHUNK
from pidoctor.triage.diagnose import triage
from pidoctor.triage.diagnosis import UNKNOWN, Diagnosis
from pidoctor.triage.ending import notice

if TYPE_CHECKING:
    from pidoctor.host.command import Running
    from pidoctor.triage.likely_cause import LikelyCause
    from pidoctor.triage.log_facts import Facts


def judge(asked: str, facts: Facts) -> Sequence[LikelyCause]:
    """The resolver's answer; it is imported only where a log asks for it."""
    from pidoctor.triage.ranking import judge as by_the_wheels

    return by_the_wheels(asked, facts)


NO_PROBLEM, PROBLEM, COULD_NOT_TELL = 0, 1, 3


def run_triage(source: str, profile: Any = None) -> tuple[list[Diagnosis], int]:
    """Diagnose a file, or standard input for `-`; `profile` fills in what the log does not show.

    Raises UsageError if the file is not there or is no file that can be read.
    """
    if source == "-":
        return run_stream(sys.stdin.buffer, profile)
    path = Path(source)
    if path.is_dir():
        raise UsageError(f"{source} is a folder; name the log file in it")
    if source.startswith("/dev/fd/"):  # what a shell hands over for <(COMMAND)
        with path.open("rb") as file:
            return run_stream(file, profile)
    if not path.exists():
        raise UsageError(f"{source}: there is no such file")
    try:
        with open_regular(path) as file:
            return run_stream(file, profile)
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}") from None


def run_stream(file: BinaryIO, profile: Any = None) -> tuple[list[Diagnosis], int]:
    """Diagnose an open binary file."""
    found = triage(iter(lambda: file.read(CHUNK), b""), profile, judge)
    if found[0].cause == "no-problem":
        return found, NO_PROBLEM
    return found, COULD_NOT_TELL if found[0].cause == UNKNOWN else PROBLEM


def run_and_triage(
    argv: Sequence[str], profile: Any = None, echo: BinaryIO | None = None
) -> tuple[list[Diagnosis], int]:
    """Run a command, pass its output through as it comes, diagnose it; the command's exit code.

    The output goes to ``echo``, standard output when None.

    A death by signal n is 128 + n, as in a shell.
    """
    from pidoctor.host.command import Command, Running

    try:
        child = Running(Command(argv, stdin=None, limit=0, joined=True, at_terminal=True))
    except FileNotFoundError:
        raise UsageError(f"{argv[0]}: there is no such command") from None
    except OSError as error:
        raise UsageError(f"{argv[0]} cannot be run: {error.strerror}") from None
    with child:
        found = triage(_with_death(child, echo or sys.stdout.buffer), profile, judge)
        code = child.completed.returncode
    return found, code if code >= 0 else 128 - code


def _with_death(child: Running, echo: BinaryIO) -> Iterator[bytes]:
    """The output, passed on as it comes, and what a shell would have printed of the end."""
    for chunk in child:
        echo.write(chunk)
        echo.flush()
        yield chunk
    code = child.completed.returncode
    yield f"\n{notice(code) or 'exit code: 0'}\n".encode()


def markdown(diagnoses: Sequence[Diagnosis]) -> str:
    """A reply ready to paste into a ticket."""
    return "\n\n".join(_section(diagnosis) for diagnosis in diagnoses) + "\n"


def _section(diagnosis: Diagnosis) -> str:
    sure = f" ({diagnosis.certainty})" if diagnosis.certainty else ""
    lines = [f"**{diagnosis.cause}**{sure}", "", diagnosis.explanation]
    if diagnosis.evidence:
        quotes = [f"line {e.line}: {_harmless(e.text)}" for e in diagnosis.evidence]
        lines += ["", "```text", *quotes, "```"]
    lines += ["", diagnosis.fix.text]
    if diagnosis.fix.commands:
        lines += ["", "```sh", *map(_harmless, diagnosis.fix.commands), "```"]
    if diagnosis.alternatives:
        lines += ["", f"It could also be: {', '.join(diagnosis.alternatives)}."]
    return "\n".join(lines)


def _harmless(text: str) -> str:
    """Text from a log that cannot end the block of code it stands in."""
    return text.replace("```", "'''")
