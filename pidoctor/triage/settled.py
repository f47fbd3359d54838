"""Whether a failure in a log is over: only a later success of the same thing says so."""

from __future__ import annotations

from collections.abc import Sequence

from pidoctor.expressions import expression
from pidoctor.triage.log_facts import SATISFIED, Facts, installed_in, plain_name, same_command
from pidoctor.triage.log_reader import Hit, Scan
from pidoctor.triage.missing_module import name_of
from pidoctor.triage.sessions import part_of
from pidoctor.triage.symptoms import NOTHING_FOUND

ENDED_WELL = "ended-well"
"""The sign of an exit status of 0, which proves something only where nothing failed before."""

COMMAND_RAN, PROGRAM_RAN = "command-ran", "program-ran"
"""Signs of a command that was typed: that it ended well is seen by what follows."""

BUILD_FAILED = "build-failed"
"""The sign of a package that was built, and could not be."""

_APT_SET_UP = expression(r"^(?:Setting up|status (?:installed|unpacked)) ([a-z0-9][a-z0-9+.-]*)")
_APT_HISTORY = expression(r"(?:^Install:|,) ([a-z0-9][a-z0-9+.-]*):\w+ \(")
_RETRIED = expression(r"\bRetrying \(Retry\(.*: /(?:\S*/)?simple/([A-Za-z0-9][\w.-]*)/?$")


def is_proof(success: Hit, seen: Scan) -> bool:
    """Whether a sign of success says that something ended, and not that it was begun.

    A command that answers has ended where its answer stands, a program where the prompt is back.
    """
    if success.symptom.id == COMMAND_RAN:
        return seen.last > success.number
    if success.symptom.id == PROGRAM_RAN:
        return any(at > success.number for at in seen.facts.prompts)
    return True


def succeeded(success: Hit, failed: Sequence[Hit], facts: Facts) -> bool:
    """Whether a later success is one of what failed.

    It is where it names a package that failed, or that the command which failed was to install.
    Where it names none (a result, an exit status), it is if no other command came between; the
    same one again is the one.
    """
    if success.symptom.id == ENDED_WELL:  # many a program reports its failure, and ends with 0
        return False
    names = _names(success.text)
    wanted = _wanted(failed, facts)
    if names:
        return bool(names & wanted)
    failed_command = _typed(failed[-1].number, facts)
    between = [at for at in facts.prompts if failed[-1].number < at <= success.number]
    again = all(_typed(at, facts) == failed_command for at in between)
    return again and facts.asked_before(success.number) == facts.asked_before(failed[-1].number)


def got_through(failed: Sequence[Hit], seen: Scan) -> bool:
    """Whether pip only tried pages of its index again, and then ended at another package.

    It goes on when a page has come, and has them all before it builds. One that never came ends the
    install with the words that nothing was found for its own package: no try was left, or (in a
    shortened log) at once.
    """
    tried = [_RETRIED.search(hit.text) for hit in failed]
    pages = {plain_name(page.group(1)): page.string for page in tried if page}
    later = [hit for hit in reversed(seen.hits) if hit.number > failed[-1].number]
    ended_at = {
        plain_name(hit.groups.get("requirement", "")): hit.number
        for hit in later
        if hit.symptom.cause == NOTHING_FOUND and hit.groups.get("requirement")
    }
    left = all("(total=0," not in page for page in pages.values())
    built = left and any(hit.symptom.id == BUILD_FAILED for hit in later)
    lost = any(
        "(total=0," in pages[name] or number == failed[-1].number + 1
        for name, number in ended_at.items()
        if name in pages
    )
    return all(tried) and (built or bool(ended_at)) and not lost


def all_over(failures: Sequence[Hit], successes: Sequence[Hit], facts: Facts) -> bool:
    """Whether each command that failed succeeded later."""
    last = {part_of(facts.parts, hit.number).line: hit for hit in failures} if facts.parts else {}
    return all(
        any(succeeded(hit, [failed], facts) for hit in successes if hit.number > failed.number)
        for failed in last.values()
    )


def _typed(line: int, facts: Facts) -> str:
    """The command that a line is of, in the form in which commands are compared."""
    command = part_of(facts.parts, line).command if facts.parts else None
    return same_command(command.typed) if command else ""


def _names(text: str) -> frozenset[str]:
    """The packages that a line tells the success of."""
    told = (pattern.match(text) for pattern in (_APT_SET_UP, SATISFIED))
    names = {name for name, _ in installed_in(text)} | {plain_name(t.group(1)) for t in told if t}
    if text.startswith("Install: "):  # apt's history
        names |= set(_APT_HISTORY.findall(text))
    return frozenset(names)


def _wanted(failed: Sequence[Hit], facts: Facts) -> frozenset[str]:
    """What failed: the package that the failure names, and what its command was to install."""
    groups = [hit.groups for hit in failed]
    names = {plain_name(g[key]) for g in groups for key in ("requirement", "package") if g.get(key)}
    names |= {name_of(g["module"]) for g in groups if g.get("module")}
    return frozenset(names) | facts.asked_before(failed[-1].number)
