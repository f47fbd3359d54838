"""What went wrong with an install, in one sentence, and what helps."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pidoctor.catalog.troubles import load_troubles
from pidoctor.errors import PidoctorError
from pidoctor.expressions import expression
from pidoctor.report.text import one_line
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.time_limit import TIMEOUT_VARIABLE


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
    known = _diagnosed([f"{type(error).__name__}: {error}"], evidence)
    return known or failure("disk-error", "Reading or writing the disk failed.", evidence)


@contextmanager
def told_as_failure(doing: str) -> Iterator[None]:
    """InstallError for an error of the operating system in the block."""
    try:
        yield
    except OSError as error:
        raise from_os_error(error, doing) from error


def from_tool(argv: Sequence[str], status: int, output: Sequence[str]) -> InstallError:
    """The failure that a tool's ``output`` and its end tell."""
    from pidoctor.triage.ending import notice, signal_of

    names = [*argv, *(os.path.basename(word) for word in argv)]
    tool = next((name for name in ("apt-get", "venv", "uv", "pip") if name in names), argv[0])
    told = [*output, notice(status)] if signal_of(status) else output
    return _diagnosed(told) or _not_on_index(output) or _in_its_own_words(tool, status, output)


def _diagnosed(output: Sequence[str], evidence: str = "") -> InstallError | None:
    """The trouble that ``output`` shows for sure, as `pidoctor triage` would name it."""
    from pidoctor.triage.diagnose import STRONG, triage

    lines = (f"{line}\n".encode("utf-8", "replace") for line in output)
    first = next((d for d in triage(lines) if d.cause not in _OF_A_PLAN), None)
    if first is None or first.confidence < STRONG or first.cause in ("unknown", "no-problem"):
        return None
    said = one_line(first.evidence[0].text) if first.evidence else ""
    lost = re.search(r" after connection broken by '(.*?)[\"']+\)+[\"')]*: /\S*$", said)
    shown = evidence or (f"{_CLASSES.split(lost[1])[-1]}{_asked(output)}" if lost else said)
    return failure(first.cause, first.explanation, shown, _for_us(first.cause) or first.fix)


def _asked(output: Sequence[str]) -> str:
    """Which servers pip asked, in brackets; it says so where they are not its default."""
    said = (line.partition("Looking in indexes: ")[2] for line in output)
    addresses = one_line(next(filter(None, said), ""))
    return f" (asked: {addresses})" if addresses else ""


def _for_us(cause: str) -> Remedy | None:
    """The remedy of a trouble for somebody who ran pidoctor, where that differs from pip's."""
    trouble = load_troubles().get(cause)
    if trouble is None or all(advice.when.get("tool") != _TOOL for advice in trouble.remedies):
        return None
    return trouble.remedy({"tool": (_TOOL,)}, {})


_TOOL = "pidoctor"  # in whose terms remedies are told here
# The names of classes with which pip tells why a connection was lost.
_CLASSES = expression(r"\w+\([\"']?|<[^>]*>[:,] '?|port=\d+\): |\d+, '")


_OF_A_PLAN = frozenset(
    {
        "no-wheel-for-python",
        "no-wheel-for-arch",
        "no-wheel-for-32bit-os",
        "no-wheel-for-glibc",
        "no-wheel-for-musl",
        "requested-version-unavailable",
        "unknown-package-name",
        "pip-too-old",
    }
)
"""Why a tool finds nothing: the plan was made for this machine, so it is none of these."""


def _not_on_index(output: Sequence[str]) -> InstallError | None:
    """The index that this user's pip asks does not have what the plan names."""
    said = ("No matching distribution found", "Could not find a version that satisfies")
    line = next((line for line in output if any(words in line for words in said)), None)
    if line is None:
        return None
    return _known("not-on-this-index", one_line(line))


def stalled(seconds: float) -> InstallError:
    """The failure of a download from which nothing came for ``seconds``."""
    evidence = f"Nothing arrived in {seconds:g} seconds ({TIMEOUT_VARIABLE} sets how long to wait)"
    return _known("network-timeout", evidence, tool=(_TOOL,))


def without_end(expected: int) -> InstallError:
    """The failure of a download that is far larger than the ``expected`` bytes."""
    message = "The download was stopped: the server sends more than the packages have."
    evidence = f"They have {expected / 1e6:.1f} MB, and more than twice as much came"
    told = "Tell the person who runs the package index. What came was removed."
    return failure("download-without-end", message, evidence, told)


def _known(identifier: str, evidence: str, **shown: Sequence[str]) -> InstallError:
    """The failure that is a trouble of the catalog, with the remedy for what is ``shown``."""
    trouble = load_troubles()[identifier]
    return failure(trouble.id, trouble.explanation, evidence, trouble.remedy(shown, {}))


def _in_its_own_words(tool: str, status: int, output: Sequence[str]) -> InstallError:
    from pidoctor.triage.ending import notice

    errors = [line for line in output if line.lstrip().lower().startswith(("error", "fatal"))]
    silent = f"it said nothing, and ended with: {notice(status)}"
    said = one_line((errors or list(output) or [silent])[-1])
    return failure("tool-failed", f"{tool} failed: {said}", f"{tool} ended with status {status}")
