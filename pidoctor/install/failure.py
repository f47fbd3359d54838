"""What went wrong with an install, in one sentence, and what helps."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Sequence
from importlib import resources

from pidoctor.errors import PidoctorError
from pidoctor.report.text import one_line
from pidoctor.result import Finding, Remedy, Severity


class InstallError(PidoctorError):
    """An install that cannot go on, described by its ``finding``."""

    exit_code = 1

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def failure(
    identifier: str, message: str, evidence: str = "", remedy: Remedy | str = ""
) -> InstallError:
    """An InstallError with a finding of severity error; a remedy may be just words."""
    if isinstance(remedy, str):
        remedy = Remedy(remedy)
    help_ = remedy if remedy.text or remedy.commands else None
    return InstallError(Finding(identifier, Severity.ERROR, message, evidence, help_))


def missing_package(identifier: str, message: str, evidence: str, package: str) -> InstallError:
    """A failure that a package of the distribution mends."""
    remedy = Remedy(
        "Install Debian's package, and run the same command again.",
        (f"sudo apt-get install -y {package}",),
        safe=True,
    )
    return failure(identifier, message, evidence, remedy)


def from_os_error(error: OSError, doing: str) -> InstallError:
    """The failure that an error of the operating system means."""
    where = one_line(str(error.filename)) if error.filename else "this disk"
    evidence = one_line(f"{doing}: {error.strerror or error}: {where}")
    if error.errno in (errno.EACCES, errno.EPERM):
        return failure(
            "permission-denied",
            "This user may not write there.",
            evidence,
            "Choose a folder of your own with --venv; an environment never needs root.",
        )
    known = _known([os.strerror(error.errno)] if error.errno else [], evidence)
    return known or failure("disk-error", "Reading or writing the disk failed.", evidence)


def from_tool(argv: Sequence[str], status: int, output: Sequence[str]) -> InstallError:
    """The failure that a tool's ``output`` tells."""
    tool = next((name for name in ("apt-get", "venv", "pip", "uv") if name in argv), argv[0])
    if status in (-9, 137):
        return failure(
            "out-of-memory",
            f"{tool} was killed, most likely because the memory ran out.",
            f"{tool} ended with SIGKILL",
            "Close other programs or add swap, and run the same command again.",
        )
    return _known(output) or _diagnosed(output) or _in_its_own_words(tool, status, output)


def _known(output: Sequence[str], evidence: str = "") -> InstallError | None:
    """The first of the failures in ``failures.json`` that a line of ``output`` shows."""
    text = resources.files("pidoctor.install").joinpath("failures.json").read_text("utf-8")
    for row in json.loads(text):
        pattern = re.compile(row["pattern"])
        for line in output:
            if pattern.search(line):
                shown = evidence or one_line(line)
                return failure(row["id"], row["message"], shown, row["remedy"])
    return None


def _diagnosed(output: Sequence[str]) -> InstallError | None:
    """What triage makes of ``output``, without its commands: those are for who runs pip alone."""
    from pidoctor.triage.diagnose import STRONG, triage

    first = triage([line.encode() + b"\n" for line in output])[0]
    if first.confidence < STRONG or first.cause == "unknown":
        return None
    evidence = one_line(first.evidence[0].text) if first.evidence else ""
    return failure(first.cause, first.explanation, evidence, first.fix.text)


def _in_its_own_words(tool: str, status: int, output: Sequence[str]) -> InstallError:
    errors = [line for line in output if line.lstrip().lower().startswith(("error", "fatal"))]
    said = one_line((errors or list(output) or ["it said nothing"])[-1])
    return failure("tool-failed", f"{tool} failed: {said}", f"{tool} ended with status {status}")
