"""Many logs in one go: each its own case, and one that cannot be read stops nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pidoctor.errors import UsageError
from pidoctor.triage.diagnosis import Diagnosis
from pidoctor.triage.watched_command import COULD_NOT_TELL, NO_PROBLEM, PROBLEM, run_triage

if TYPE_CHECKING:
    from pidoctor import shapes


class Case(NamedTuple):
    """A log and its first diagnosis; ``error`` says why it could not be read."""

    log: str
    diagnosis: Diagnosis | None = None
    error: str | None = None

    @property
    def cause(self) -> str:
        return self.diagnosis.cause if self.diagnosis else "not-read"

    def to_json(self) -> shapes.Case:
        return {
            "log": self.log,
            "error": self.error,
            "diagnosis": self.diagnosis.to_json() if self.diagnosis else None,
        }


class Group(NamedTuple):
    """The cases of one cause, or of one wording that no cause explains."""

    name: str
    cases: tuple[Case, ...]


def logs_in(sources: Sequence[str]) -> Iterator[str]:
    """The files meant: those named, and every file in a folder named, in order.

    Links and what is no regular file are left out in folders. Raises UsageError where a source is
    not there.
    """
    for source in sources:
        path = Path(source)
        if path.is_dir():
            yield from (str(file) for file in sorted(_files(path)))
        elif source == "-" or path.exists():
            yield source
        else:
            raise UsageError(f"{source}: there is no such file")


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and not path.is_symlink() and path.is_file():
            yield path


def diagnose_each(logs: Iterable[str], profile: Any = None) -> Iterator[Case]:
    """One case per log."""
    for log in logs:
        try:
            found, _ = run_triage(log, profile)
        except UsageError as error:
            yield Case(log, error=str(error))
        except Exception as error:  # of any kind: the other logs are read all the same
            yield Case(log, error=f"{type(error).__name__}: {error}")
        else:
            yield Case(log, found[0])


def exit_code(cases: Sequence[Case]) -> int:
    """1 where a log shows a problem, else 3 where one could not be judged, else 0."""
    causes = {case.cause for case in cases}
    if causes - {"no-problem", "unknown", "not-read"}:
        return PROBLEM
    return COULD_NOT_TELL if causes & {"unknown", "not-read"} or not causes else NO_PROBLEM


def by_cause(cases: Sequence[Case]) -> list[Group]:
    """The cases by cause, the commonest first."""
    return _grouped(cases, lambda case: case.cause)


def unexplained(cases: Sequence[Case]) -> list[Group]:
    """The wordings that no cause explains, numbers and paths aside, the commonest first."""
    unknown = [case for case in cases if case.cause == "unknown" and case.diagnosis]
    return _grouped([case for case in unknown if _wording(case)], _wording)


def _wording(case: Case) -> str:
    evidence = case.diagnosis.evidence if case.diagnosis else ()
    text = evidence[-1].text if evidence else ""
    return re.sub(r"/\S+|0x[0-9a-f]+|\d+", "…", text)


def _grouped(cases: Sequence[Case], key: Any) -> list[Group]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    found = [Group(name, tuple(its)) for name, its in groups.items()]
    return sorted(found, key=lambda group: -len(group.cases))
