"""The answer of ``explain`` in sentences: why not, since when, until when, and what instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from packaging.version import Version

from pidoctor.asked import Asked
from pidoctor.platforms.pep440 import version_of
from pidoctor.resolve.plan import Candidate, Impossible
from pidoctor.resolve.verdict import Reason
from pidoctor.units import listed

if TYPE_CHECKING:
    from pidoctor.resolve.explanation import Explanation
    from pidoctor.resolve.history import History

_NOT_FOR_IT = (Reason.ARCHITECTURE, Reason.BITNESS)


def why_not(answer: Impossible, around: Explanation, asked: Asked) -> str:
    """Why nothing fits, in a sentence or two: the reason, the source of wheels that was not looked
    at, and the nearest thing that works."""
    reason = _reason(answer, around, asked)
    unread = f"{around.unread}." if around.unread and around.unread not in reason else ""
    said = (reason, unread, _instead(answer, around, asked))
    return " ".join(filter(None, said))


def _reason(answer: Impossible, around: Explanation, asked: Asked) -> str:
    nearest = answer.nearest
    if answer.colliding:
        return _does_not_run(asked, answer.message)
    if nearest is not None and not answer.is_known:
        if asked.project or nearest.reason is Reason.NOT_KNOWN:
            what = f"Whether {asked.subject.replace('What', 'what', 1)} runs on {asked.place}"
            return f"{what} could not be checked: {_told(nearest)}."
        return f"Nothing can be said of {asked.subject}: it is {nearest.detail}."
    if len(around.histories) > 1 or asked.project:
        return _of_several(answer, around, asked)
    known = around.histories[0]
    if nearest is None:
        asked_for = answer.request[len(known.name) :]
        return f"No version of {known.name} is {asked_for}{_span(known)}."
    if not known.first:
        return f"No version of {known.name} has a wheel for {_processor(answer, known)}."
    if nearest.reason is Reason.NOT_PUBLISHED:
        bound = _bound(answer, known.first, known.last, f"a wheel for {known.architecture}")
        return f"{asked.subject}: {nearest.detail}{bound}."
    if nearest.reason in _NOT_FOR_IT:
        what = f"{asked.subject} has no wheel for {_processor(answer, known)}"
        return f"{what}{_bound(answer, known.first, known.last)}."
    if nearest.reason is Reason.PYTHON and not known.last_for_python:
        return _no_python(known)
    if nearest.reason is Reason.PYTHON and answer.request != known.name:
        what = f"{asked.subject} has no wheel for Python {known.python}"
        return f"{what}{_bound(answer, known.first_for_python, known.last_for_python)}."
    return _does_not_run(asked, _told(nearest))


def _of_several(answer: Impossible, around: Explanation, asked: Asked) -> str:
    """One clause for each runtime where nothing but their wheels is the matter."""
    nearest = answer.nearest
    if asked.project or nearest is None or nearest.reason.nearness > Reason.ABI.nearness:
        return _does_not_run(asked, _told(nearest) if nearest else answer.message)
    without = [known.name for known in around.histories if not known.first]
    here = around.histories[0].architecture
    clauses = [
        f"{known.name} has none for Python {known.python} ({_range_of(known.of_all)} only)"
        for known in around.histories
        if known.first and not known.last_for_python
    ]
    if without:
        clauses.append(f"{listed(without)} {'have' if len(without) > 1 else 'has'} none for {here}")
    if not clauses:
        return _does_not_run(asked, _told(nearest))
    what = f"No TensorFlow Lite runtime has a wheel for {here} with Python {answer.python}"
    return f"{what}: {'; '.join(clauses)}."


def _does_not_run(asked: Asked, detail: str) -> str:
    return f"{asked.subject} does not run on {asked.place} as it is: {detail}."


def _told(candidate: Candidate) -> str:
    return f"{candidate.name} {candidate.version}: {candidate.detail}"


def _processor(answer: Impossible, known: History) -> str:
    """The processor; where only the system is 32-bit, that too."""
    if answer.nearest is not None and answer.nearest.reason is Reason.BITNESS:
        return f"{known.architecture}; the kernel is 64-bit, but Python is not"
    return known.architecture


def _bound(answer: Impossible, first: str, last: str, what: str = "one") -> str:
    """Where the versions that would do begin or end, seen from those that were asked for."""
    asked = [*filter(None, (version_of(candidate.version) for candidate in answer.rejected))]
    if asked and max(asked) < Version(first):
        return f"; the first version with {what} is {first}"
    if asked and min(asked) > Version(last):
        return f"; the last version with {what} is {last}"
    return f"; versions with {what} go from {first} to {last}"


def _no_python(known: History) -> str:
    what = f"a wheel for {known.architecture} with Python {known.python}"
    follows = f", and {known.followed_by} follows it" if known.followed_by else ""
    return (
        f"No version of {known.name} has {what}: the last, {known.last}, is for Python "
        f"{_range_of(known.pythons)}{follows}."
    )


def _span(known: History) -> str:
    return (
        f"; those for {known.architecture} go from {known.first} to {known.last}"
        if known.first
        else ""
    )


def _range_of(several: Sequence[str]) -> str:
    return f"{several[0]} to {several[-1]}" if len(several) > 1 else "".join(several)


def _instead(answer: Impossible, around: Explanation, asked: Asked) -> str:
    """The nearest thing that runs there."""
    if around.newest is not None and around.newest.runs and answer.request != around.newest.name:
        return f"The newest that runs on {asked.place} is {around.newest.version}."
    for change in answer.changes:
        if change.kind == "runtime" and change.result:
            runtime = change.result.split(",")[0]
            return f".tflite models run there with {runtime}."
    machines = (change for change in answer.changes if not change.request)
    return next((f"What would help: {change.text.rstrip('.')}." for change in machines), "")


# --- the history -------------------------------------------------------------------------------


def sentences(around: Explanation, asked: Asked) -> Iterator[str]:
    """Since when and until when each runtime has wheels for this machine, and what it asks for."""
    for known in around.histories:
        yield _history(known)
    if around.unread:
        yield f"{around.unread}: it may have others."
    newest = around.newest
    if newest is not None and newest.asks_for:
        where = "here" if asked.here else f"on {asked.place}"
        runs = f"The newest version that runs {where}" if newest.runs else "The newest version"
        yield f"{runs}, {newest.name} {newest.version}, asks for {listed(newest.asks_for)}."
    second = around.runner_up
    if second is not None:
        yield (
            f"The runner-up is {second.name} {second.version}, which would run too; "
            f"{second.why_not}."
        )


def _history(known: History) -> str:
    if not known.first:
        return f"{known.name}: no version has a wheel for {known.architecture}."
    since = f"{known.name} has wheels for {known.architecture} {_range(known.first, known.last)}"
    if not known.last_for_python:
        python = f"none for Python {known.python} ({_range_of(known.of_all)} only)"
    elif (known.first, known.last) == (known.first_for_python, known.last_for_python):
        python = f"for Python {known.python} as well"
    else:
        python = (
            f"for Python {known.python} {_range(known.first_for_python, known.last_for_python)}"
        )
    follows = f"; {known.followed_by} follows it" if known.followed_by else ""
    return f"{since}, {python}{follows}."


def _range(first: str, last: str) -> str:
    return f"from {first} to {last}" if first != last else f"in {first}"
