"""The answer of a command in one sentence, and the one command to type now."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pidoctor import units
from pidoctor.asked import Asked
from pidoctor.profile.fact import State
from pidoctor.records import NamedTuple
from pidoctor.resolve.plan import Impossible, Plan
from pidoctor.resolve.reasons import OLD_AFTER_DAYS
from pidoctor.result import Finding, Severity
from pidoctor.value_rules import Text

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.triage.cases import LogCase


class Conclusion(NamedTuple):
    """Either is None where there is nothing to say."""

    verdict: Text | None = None
    next: Text | None = None


def conclude(result: Result) -> Conclusion:
    """What a result comes to; what its command has said itself stands."""
    if result.error:
        return Conclusion(result.verdict, result.next)
    rule = _RULES.get(result.command)
    found = rule(result) if rule else Conclusion()
    return Conclusion(result.verdict or found.verdict, result.next or found.next)


def concluded(result: Result) -> Result:
    """The result with its verdict and next command filled in."""
    verdict, then = conclude(result)
    return replace(result, verdict=verdict, next=then)


def errors(result: Result) -> list[Finding]:
    """The findings that stop the request."""
    return [f for f in result.findings or () if f.severity is Severity.ERROR]


def _first_command(findings: list[Finding]) -> str | None:
    commands = (command for f in findings if f.remedy for command in f.remedy.commands)
    return next(commands, None)


def sentence(text: str) -> str:
    """``text`` with a capital and a full stop."""
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?" else f"{text}."


def _asked(result: Result) -> Asked:
    return result.asked or Asked(result.resolution.request if result.resolution else "auto")


def _named(plan: Plan) -> str:
    return f"{plan.runtime} {plan.version}"


# --- what is asked about a machine -----------------------------------------------------------


def _check(result: Result) -> Conclusion:
    asked, wrong = _asked(result), errors(result)
    if result.answers is not None:
        return Conclusion()  # it was said of all of them together
    if result.resolution is None:
        return Conclusion(sentence(wrong[0].message) if wrong else None, _first_command(wrong))
    plan = result.plan
    if plan is None:
        return _impossible(result)
    if wrong:
        problems = units.count(len(wrong), "problem is", "problems are")
        then = _first_command(wrong)
        if plan.is_satisfied and asked.here:
            return Conclusion(
                f"{_named(plan)} is installed already; {problems} to be solved.", then
            )
        there = "" if asked.here or then is None else "; the next command is for that machine"
        return Conclusion(f"{_named(plan)} fits {asked.place} once {problems} solved{there}.", then)
    if plan.unchecked or plan.unread:
        found = list(result.findings or ())
        then = _first_command(found) if plan.unchecked else _carried_out(asked)
        said = f"{_named(plan)} fits {asked.place}. {not_checked(plan)}"
        return Conclusion(said, then)
    if plan.is_satisfied and asked.here:
        return _satisfied(result, plan)
    return Conclusion(f"{_fits(plan, asked)}{_on_cpu(result)}.", _carried_out(asked))


def _on_cpu(result: Result) -> str:
    """That a device which was named in the question is of no use."""
    from pidoctor.profile.devices import is_named

    seen = result.profile.accelerators.or_else(()) if result.profile else ()
    unused = [device.name for device in seen if is_named(device) and not device.usable]
    return f" on its CPU; TensorFlow Lite cannot use {units.listed(unused)}" if unused else ""


def _fits(plan: Plan, asked: Asked) -> str:
    """That a plan was found, for one requirement or for several together."""
    if not asked.project:
        return f"{_named(plan)} fits {asked.place}"
    return f"{asked.subject} fits {asked.place}, all together, with {_named(plan)}"


def not_checked(plan: Plan) -> str:
    """Of which packages, and lines that name a folder or an address, nothing can be said."""
    lines = units.count(plan.unread, "address or folder", "addresses or folders")
    names = [*plan.unchecked, *([lines] if plan.unread else [])]
    several = len(plan.unchecked) + plan.unread > 1
    return f"Whether {units.listed(names)} {'fit' if several else 'fits'} could not be checked."


def _satisfied(result: Result, plan: Plan) -> Conclusion:
    """The environment holds what was asked for: say so, and when that was last proven."""
    environment = result.profile.environment if result.profile else None
    where = environment.folder.or_else("the environment") if environment else "the environment"
    day = environment.proven.or_else("")[:10] if environment else ""
    if day:
        return Conclusion(f"{_named(plan)} is installed in {where}; proven on {day}.")
    there = environment if environment and environment.folder.is_known else None
    elsewhere = there.proven.detail if there and there.proven.state is State.ABSENT else ""
    why = elsewhere or "it was not proven by a run yet"
    said = f"{_named(plan)} is installed in {where}, and fits; {why}."
    return Conclusion(said, shlex.join(["pidoctor", "smoke", *_asked(result).more]))


def _carried_out(asked: Asked) -> str:
    """Installed here; for another machine a file that installs the plan there."""
    if asked.here:
        return install_command(asked)
    return asked.command("lock", "-o", asked.lock_file)


def install_command(asked: Asked) -> str:
    """The install that answers the question with all its options, as --offline."""
    return asked.command("install", *(word for word in asked.further if word not in asked.flags))


def _impossible(result: Result) -> Conclusion:
    """Why nothing fits, and the command of the first way out, where one does it."""
    asked, answer = _asked(result), result.resolution
    said = f"{asked.subject} does not run on {asked.place} as it is."
    if not isinstance(answer, Impossible):
        return Conclusion(said, _explain_command(result))
    if result.explanation is not None:
        from pidoctor.report.explaining import why_not

        said = why_not(answer, result.explanation, asked)
    first = answer.changes[0].command if answer.changes else ""
    return Conclusion(
        said, first or (None if result.command == "explain" else _explain_command(result))
    )


def _explain_command(result: Result) -> str:
    """The same asked of ``explain``, without an environment that is not there."""
    asked, environment = _asked(result), result.profile and result.profile.environment
    if environment and not environment.folder.is_known:
        asked = asked.without_environment()
    return asked.command("explain")


# --- what changes an environment -------------------------------------------------------------


def _install(result: Result) -> Conclusion:
    plan, outcome, asked = result.plan, result.outcome, _asked(result)
    if plan is None:
        return _impossible(result)
    if outcome is None:
        wrong = errors(result)
        if wrong:
            problems = units.count(len(wrong), "problem is", "problems are")
            said = f"Nothing would be installed before {problems} solved."
            said = said if result.steps else f"Not installed. {wrong[0].message}"
            return Conclusion(said, _first_command(wrong))
        if plan.is_satisfied:
            said = f"{_named(plan)} is in {result.environment} already; nothing would be installed."
            return Conclusion(said, shlex.join(["pidoctor", "smoke", *asked.more]))
        said = f"{_named(plan)} would be installed into {result.environment}; nothing was changed."
        return Conclusion(said, install_command(asked))
    told = _OUTCOMES[outcome.status]
    said = told.format(what=_named(plan), environment=outcome.environment, left=outcome.left)
    if outcome.exit_code:
        # Once what the finding says is done, the same is tried again. A run that ended badly would
        # end so again: what else there is helps more.
        ran = outcome.proof is not None
        again = _explain_command(result) if ran else install_command(asked)
        return Conclusion(said.rstrip(), _first_command(list(result.findings or ())) or again)
    return Conclusion(said)


_OUTCOMES = {  # of an install, pidoctor/install/outcome.py
    "installed": "{what} is installed in {environment}, and it computed the right answer.",
    "already": "{what} was in {environment} already, and it computed the right answer again.",
    "failed": "Not installed. {left}",
    "rolled-back": "Not installed. {left}",
}


def _smoke(result: Result) -> Conclusion:
    proof = result.proof
    if proof is None:
        return Conclusion()
    from pidoctor.proof.proof import shown

    if proof.is_without_runtime and proof.death is not None:
        return Conclusion(proof.death.message, install_command(_asked(result)))
    what = " ".join(filter(None, (proof.runtime, proof.version))) or "The runtime"
    then = None
    if proof.death is not None:
        remedy = proof.death.remedy
        mending = remedy.commands[0] if remedy and remedy.commands else None
        then = mending or _first_command(list(result.findings or ()))
    return Conclusion(f"{what} {shown(proof)}.", then)


# --- what writes files -----------------------------------------------------------------------


def _lock(result: Result) -> Conclusion:
    plan, written = result.plan, result.written
    if plan is None or written is None:
        return _impossible(result)
    wheels = units.count(len(plan.wheels), "wheel")
    asked = _asked(result)
    said = f"{_named(plan)} for {asked.place}: {wheels}, each with its hash."
    if not written.output:
        return Conclusion(said)
    if not asked.here:
        said += f" With {written.output} copied there, the next command installs it."
    return Conclusion(said, _install_lock(plan, asked, written.output))


def _install_lock(plan: Plan, asked: Asked, file: str) -> str:
    """What installs a lock into a new environment: pip refuses to write into the system's Python
    on today's systems (PEP 668)."""
    folder, packages = asked.new_environment or ".venv", plan.system_packages
    site = ("--system-site-packages",) if packages else ()
    python = f"{folder}/bin/python"
    pip = (python, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", file)
    steps = [(plan.python, "-m", "venv", *site, folder), pip]
    if file.endswith(".toml"):
        made = ("uv", "venv", "--python", plan.python, *site, folder)
        steps = [made, ("uv", "pip", "install", "--python", folder, "-r", file)]
    if packages:
        steps.insert(0, ("sudo", "apt-get", "install", "-y", *packages))
    return " && ".join(map(shlex.join, steps))


def _download(result: Result) -> Conclusion:
    if result.downloaded is None:
        return _impossible(result)
    files = units.count(len(result.downloaded.files), "wheel")
    folder = result.downloaded.directory
    asked = Asked(_asked(result).requirement)
    how_to = f" {folder}/HOWTO.txt says how to go on." if result.downloaded.beside else ""
    return Conclusion(
        f"{files} in {folder}, each verified by its hash.{how_to}",
        asked.command("install", "--offline", "--wheels", folder),
    )


def _capture(result: Result) -> Conclusion:
    output = result.written.output if result.written else None
    if output is None:
        return Conclusion()
    return Conclusion(
        f"This machine is in {output}; it can be asked about on any other.",
        shlex.join(["pidoctor", "check", "--capture", output]),
    )


def _report(result: Result) -> Conclusion:
    output = result.written.output if result.written else None
    return Conclusion(f"The support bundle is {output}; look through it before you send it.")


# --- what is known ---------------------------------------------------------------------------


def _targets(result: Result) -> Conclusion:
    names = result.targets or ()
    if not names:
        return Conclusion("No target has that in its name.", "pidoctor targets")
    return Conclusion(
        f"{units.count(len(names), 'target')} can be asked about.",
        f"pidoctor check --target {shlex.quote(names[0])}",
    )


def _matrix(result: Result) -> Conclusion:
    cells = result.matrix or ()
    fits = sum(cell.status == "plan" for cell in cells)
    return Conclusion(f"Something fits {fits} of {units.count(len(cells), 'combination')}.")


def _triage(result: Result) -> Conclusion:
    if result.cases is not None:
        return Conclusion(_of_many_logs(result.cases))
    if not result.diagnoses:
        return Conclusion()
    first = result.diagnoses[0]
    return Conclusion(first.explanation or first.cause, next(iter(first.fix.commands), None))


def _of_many_logs(cases: Sequence[LogCase]) -> str:
    unread = sum(case.error is not None for case in cases)
    fine = sum(case.cause == "no-problem" for case in cases)
    unknown = sum(case.shown == "unknown" for case in cases)
    said = _counted(
        ("shows a known cause", "show a known cause", len(cases) - unread - fine - unknown),
        ("shows no failure", "show no failure", fine),
        ("is not explained", "are not explained", unknown),
        ("could not be read", "could not be read", unread),
    )
    return f"Of {units.count(len(cases), 'log')} {said}." if said else "There was no log to read."


def _counted(*counts: tuple[str, str, int]) -> str:
    """What is said of one, what of several, and how many: "38 work, 3 failed and 1 is new"."""
    return units.listed([units.count(n, one, several) for one, several, n in counts if n])


def _fleet(result: Result) -> Conclusion:
    fleet = result.fleet
    if fleet is None:
        return Conclusion()
    said = _counted(
        ("works", "work", fleet.of("works")),
        ("fits and was not tried", "fit and were not tried", fleet.of("fits")),
        ("failed", "failed", fleet.of("fails")),
        ("cannot as it is", "cannot as they are", fleet.of("cannot")),
        ("is not known", "are not known", fleet.of("unknown")),
    )
    boards = units.count(fleet.boards, "board")
    return Conclusion(f"Of {boards} {said}." if said else "Nothing of any board was found.")


def _index(result: Result) -> Conclusion:
    index = result.index
    if index is None:
        return Conclusion()
    if index.status is not None:
        days = index.status.age_days
        age = "of unknown age" if days is None else f"{units.count(days, 'day')} old"
        age = "of today" if days == 0 else age
        if days is not None and days > OLD_AFTER_DAYS:
            missing = "what was published since is not in it"
            return Conclusion(f"The wheels index is {age}; {missing}.", "pidoctor index update")
        return Conclusion(f"The wheels index is {age}.")
    if index.update is not None:
        changes = units.count(len(index.update.changes), "change")
        if not index.update.left:
            return Conclusion(f"The wheels index is up to date, with {changes}.")
        left = units.count(index.update.left, "wheel")
        said = f"The wheels index has {changes}; there was no time to read {left}."
        return Conclusion(said, "pidoctor index update")
    if index.verify is not None:
        problems = len(index.verify.problems)
        differs = units.count(problems, "thing differs", "things differ")
        return Conclusion(
            f"{differs} from the sources." if problems else "All is as the index says."
        )
    wrong = sum(bool(audit.disagreements) for audit in index.audits or ())
    if wrong:
        names = units.count(wrong, "wheel needs", "wheels need")
        return Conclusion(f"{names} something else than the file name says.")
    return Conclusion("The file names say what the files need.")


_RULES: dict[str, Callable[[Result], Conclusion]] = {
    "check": _check,
    "explain": _check,
    "install": _install,
    "smoke": _smoke,
    "lock": _lock,
    "download": _download,
    "capture": _capture,
    "report": _report,
    "targets": _targets,
    "matrix": _matrix,
    "triage": _triage,
    "fleet": _fleet,
    "index": _index,
}
