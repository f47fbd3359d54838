"""What went wrong with an install, in one sentence, and what helps."""

from __future__ import annotations

import errno
from collections.abc import Sequence

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
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return failure(
            "disk-full",
            "The disk is full.",
            evidence,
            "Free some space (`df -h` shows where), or install on a larger disk with --venv.",
        )
    if error.errno == errno.EROFS:
        return failure(
            "read-only-target",
            "The disk is mounted read-only.",
            evidence,
            "A worn-out card makes itself read-only, and an overlay file system (raspi-config) "
            "does too. Install elsewhere with --venv, or make the disk writable.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return failure(
            "not-permitted",
            "This user may not write there.",
            evidence,
            "Choose a folder of your own with --venv; an environment never needs root.",
        )
    return failure("disk-error", "Reading or writing the disk failed.", evidence)


def from_tool(argv: Sequence[str], status: int, output: Sequence[str]) -> InstallError:
    """The failure that the end of a tool's ``output`` tells."""
    tool = next((name for name in ("apt-get", "venv", "pip", "uv") if name in argv), argv[0])
    if status in (-9, 137):
        return failure(
            "out-of-memory",
            f"{tool} was killed, most likely because the memory ran out.",
            f"{tool} ended with SIGKILL",
            "Close other programs or add swap, and run the same command again.",
        )
    errors = [line for line in output if line.lstrip().lower().startswith(("error", "fatal"))]
    said = one_line((errors or list(output) or ["it said nothing"])[-1])
    return failure("tool-failed", f"{tool} failed: {said}", f"{tool} ended with status {status}")
