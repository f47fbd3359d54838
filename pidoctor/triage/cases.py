"""Many logs in one go: each its own case, and one that cannot be read stops nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.triage.diagnosis import UNKNOWN, Diagnosis
from pidoctor.triage.watched_command import COULD_NOT_TELL, NO_PROBLEM, PROBLEM, run_triage


class LogCase(NamedTuple):
    """A log and its first diagnosis; ``error`` says why it could not be read.

    ``made`` is the date of the file, ISO 8601, or None.
    """

    log: str
    diagnosis: Diagnosis | None = None
    error: str | None = None
    made: str | None = None

    @property
    def cause(self) -> str:
        return self.diagnosis.cause if self.diagnosis else "not-read"

    @property
    def shown(self) -> str:
        """What the log is counted under: the cause, or the title where the contract has none."""
        told = self.diagnosis and self.cause == UNKNOWN and self.diagnosis.has_a_cause
        return self.diagnosis.title if self.diagnosis and told else self.cause


class Group(NamedTuple):
    """The cases of one cause, or of one wording that nothing explains."""

    name: str
    cases: tuple[LogCase, ...]

    @property
    def newest(self) -> str:
        """The date of its newest log."""
        return max(case.made or "" for case in self.cases)

    def by_month(self) -> dict[str, int]:
        """How many logs of each month, the oldest first; those without a date left out."""
        months = Counter(case.made[:7] for case in self.cases if case.made)
        return dict(sorted(months.items()))


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


def diagnose_each(logs: Iterable[str], profile: Any = None) -> Iterator[LogCase]:
    """One case per log."""
    for log in logs:
        try:
            found, _ = run_triage(log, profile)
        except UsageError as error:
            yield LogCase(log, error=str(error))
        except Exception as error:  # of any kind: the other logs are read all the same
            yield LogCase(log, error=f"{type(error).__name__}: {error}")
        else:
            yield LogCase(log, found[0], made=_date(log) or None)


def _date(log: str) -> str:
    """The day on which a file was last written; empty for what is no file."""
    try:
        return date.fromtimestamp(Path(log).stat().st_mtime).isoformat() if log != "-" else ""
    except (OSError, OverflowError, ValueError):
        return ""


def exit_code(cases: Sequence[LogCase]) -> int:
    """1 where a log shows a problem, else 3 where one could not be judged, else 0."""
    causes = {case.cause for case in cases}
    if causes - {"no-problem", UNKNOWN, "not-read"}:
        return PROBLEM
    return COULD_NOT_TELL if causes & {UNKNOWN, "not-read"} or not causes else NO_PROBLEM


def by_cause(cases: Sequence[LogCase]) -> list[Group]:
    """The cases by cause, the commonest first."""
    return _grouped(cases, lambda case: case.shown)


def unexplained(cases: Sequence[LogCase]) -> list[Group]:
    """The wordings that nothing explains, alike ones together: the newest first, then the most.

    Alike are those that differ in numbers, paths and quoted names, or in a few of their words.
    """
    unknown = [case for case in cases if case.shown == UNKNOWN and _wording(case)]
    groups: list[Group] = []
    for group in _grouped(unknown, _wording):
        words = set(group.name.split())
        near = (n for n, other in enumerate(groups[:MAX_CLUSTERS]) if _alike(words, other.name))
        place = next(near, None)
        if place is None:
            groups.append(group)
        else:
            groups[place] = Group(groups[place].name, groups[place].cases + group.cases)
    return sorted(groups, key=lambda group: (group.newest, len(group.cases)), reverse=True)


MAX_CLUSTERS = 200
"""Groups of wordings that a further one is compared with."""

_VARIES = expression(r"(?<!\w)/\S+|0x[0-9a-f]+|\d[\d.]*|'[^']*'|\"[^\"]*\"")


def _alike(words: set[str], name: str) -> bool:
    others = set(name.split())
    return len(words & others) * 3 >= len(words | others) * 2


def _wording(case: LogCase) -> str:
    evidence = case.diagnosis.evidence if case.diagnosis else ()
    return _VARIES.sub("…", evidence[-1].text if evidence else "")


def _grouped(cases: Sequence[LogCase], key: Any) -> list[Group]:
    groups: dict[str, list[LogCase]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    found = [Group(name, tuple(its)) for name, its in groups.items()]
    return sorted(found, key=lambda group: -len(group.cases))
