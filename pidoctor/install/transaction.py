"""An install that either ends with a proof or leaves everything as it was."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType
from typing import Callable

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import PidoctorError
from pidoctor.install import fetch
from pidoctor.install.checks import check_memory, check_rights, check_space
from pidoctor.install.environment_files import copy, own_bytes
from pidoctor.install.failure import InstallError, failure, from_os_error, from_tool
from pidoctor.install.fetching import Fetching
from pidoctor.install.journal import CHANGING, COMMITTED, PREPARING, Journal, stamp
from pidoctor.install.killed import was_killed, why_killed
from pidoctor.install.manifest import write_manifest
from pidoctor.install.outcome import ALREADY, FAILED, INSTALLED, ROLLED_BACK, Outcome
from pidoctor.install.ownership import Owner, give, hand_over, owner_of
from pidoctor.install.path_rules import check_path
from pidoctor.install.place import Place, python_of
from pidoctor.install.process import Progress, Task, read_log, run_all
from pidoctor.install.receipt import make_receipt, read_receipt, record_proof, write_receipt
from pidoctor.install.recipe import Job, Recipe, make_recipe
from pidoctor.install.recovery import recover, settle, tidy, told_of
from pidoctor.install.relocate import relocate, share_system_packages
from pidoctor.install.situation import look
from pidoctor.install.state import hold
from pidoctor.install.step import InstallStep
from pidoctor.install.wheelhouse import collect, matches
from pidoctor.mutex import Lock
from pidoctor.profile.profile import Profile
from pidoctor.progress import Announced
from pidoctor.proof.proof import PASSED, Proof
from pidoctor.result import Finding

Prove = Callable[[str], Proof]


def silent(_: str) -> None:
    """The progress of an install that nobody watches."""


def install(job: Job, prove: Prove, progress: Progress = silent) -> Outcome:
    """Carry out ``job``.

    ``prove`` is asked with the environment's interpreter before the install counts as done. A
    failure, a failed proof, Ctrl-C and SIGTERM leave the environment as it was; after a SIGKILL
    or a power cut :func:`recovery.recover` does that. UsageError: something is at ``job.venv``
    that cannot be used. LockedError: another install of it runs. ``progress`` gets what is being
    done, line by line, and indented what the tools say.
    """
    check_path(job.venv)
    message = recover(job.venv)
    if message:
        progress(message)
    transaction = Transaction(Place.of(job.venv), prove, progress)
    with _interruptible():
        return transaction.carry_out(job)


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM and SIGHUP end what is in here as Ctrl-C does."""

    def interrupt(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    before = {number: signal.signal(number, interrupt) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


_ENDING = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Signals that end a program wait until this is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *_ENDING})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Transaction:
    """One install under way."""

    def __init__(self, place: Place, prove: Prove, progress: Progress) -> None:
        self._place = place
        self._journal = Journal(place)
        self._prove = prove
        self._progress = progress
        self._doing = "starting"
        self._touched = False
        self._before = stamp(place.venv)
        self._owner = owner_of(place)
        self._proof: Proof | None = None
        self._machine: Profile | None = None

    def _ended(
        self,
        status: str,
        receipt: dict[str, object] | None = None,
        findings: tuple[Finding, ...] = (),
        left: str = "",
    ) -> Outcome:
        """The outcome, as things stand now; ``left`` is what a failed install did to them."""
        place = self._place
        kept = own_bytes(place.previous) if place.previous.exists() else 0
        python = python_of(place.venv)
        return Outcome(status, place.venv, python, self._proof, receipt, findings, kept, left)

    def carry_out(self, job: Job) -> Outcome:
        """Install ``job``; always leaves a sound environment."""
        self._machine = job.machine
        try:
            recipe = make_recipe(job)
            if recipe.satisfied:
                self._say("Everything is installed already; proving it again")
                self._proof = self._prove(str(python_of(self._place.venv)))
                record_proof(self._place.venv, self._proof, self._machine)
                if self._proof.status == PASSED:
                    return self._ended(ALREADY, read_receipt(self._place.venv))
                self._say("It does not pass its proof; installing it anew")
                recipe = make_recipe(job, anew=True)
            parents = _make_parents(self._place.venv.parent, self._owner)
            with hold(self._place) as lock:
                return self._under_lock(recipe, lock, parents)
        except (InstallError, OSError) as error:
            found = filter(None, [_finding_of(error, self._doing)])
        return self._ended(FAILED, findings=tuple(found), left=self._untouched())

    def _untouched(self) -> str:
        """That the environment was not touched, where that is so."""
        same = not self._touched and stamp(self._place.venv) == self._before
        return f"{self._place.venv} was not touched." if same else ""

    def _under_lock(self, recipe: Recipe, lock: Lock, parents: Sequence[Path]) -> Outcome:
        finding: Finding | None = None
        try:
            self._install(recipe, lock)
        except BaseException as error:
            finding = _finding_of(error, self._doing)
            if finding is None:
                with _undisturbed():
                    self._settle(lock, parents, None)
                raise
        with _undisturbed():
            return self._settle(lock, parents, finding)

    def _install(self, recipe: Recipe, lock: Lock) -> None:
        """Everything up to the point of no return, which is the last line."""
        place = self._place
        check_rights(recipe)
        check_memory()
        check_space(recipe, self._progress)
        self._journal.write(PREPARING)
        (place.work / "tmp").mkdir(parents=True)
        with self._fetching(recipe) as fetching:
            if recipe.create:
                place.staging.parent.mkdir()
                self._execute(recipe.create, lock)
            files = self._fetch(recipe, fetching, lock)
        if recipe.system:
            self._execute(recipe.system, lock)
        self._collect(recipe, files)
        if recipe.exists:
            self._keep()
        if recipe.share_system:
            share_system_packages(place.venv)
        self._execute(recipe.fill, lock)
        if not recipe.exists:
            relocate(place.staging, place.staging, place.venv)
        receipt = self._proven(recipe)
        write_receipt(recipe.environment, receipt)
        write_manifest(recipe.environment)
        hand_over(recipe.environment, self._owner, place.backup if recipe.exists else None)
        self._commit()

    def _fetching(self, recipe: Recipe) -> AbstractContextManager[Fetching | None]:
        """The download of what is missing, which begins now, while the environment is made."""
        downloads = self._place.downloads
        downloads.mkdir()
        # For a Python without ssl pip tells why it is of no use, as check does.
        if not recipe.missing or not recipe.interpreter.ssl:
            return nullcontext()
        prefix = recipe.interpreter.prefix
        return Fetching(recipe.missing, recipe.plan.sources, prefix, downloads)

    def _fetch(self, recipe: Recipe, fetching: Fetching | None, lock: Lock) -> dict[str, Path]:
        """Download what is missing and verify it; the files of all wheels, by hash."""
        files = dict(recipe.found)
        if recipe.cache:
            recipe.cache.note(files)
        got: Collection[Wheel] = ()
        if fetching is not None:
            title = fetch.own_step(recipe.missing, self._place).title
            self._say(Announced(title, fetching.arrival, fetching.parts))
            got = fetching.wait(self._progress)
        left = [wheel for wheel in recipe.missing if wheel not in got]
        if left:
            self._fetch_by_pip(recipe, left, lock)
        for wheel in recipe.missing:
            file = self._place.downloads / wheel.filename
            files[wheel.sha256] = recipe.cache.keep(wheel, file) if recipe.cache else file
        if recipe.cache:
            recipe.cache.trim(files)
        return files

    def _fetch_by_pip(self, recipe: Recipe, wheels: Sequence[Wheel], lock: Lock) -> None:
        """Download wheels as pip does, whose words tell what is wrong where that fails too."""
        listed, step = recipe.by_pip(wheels)
        Path(step.writes[0]).write_text(listed, "utf-8")
        if step.arrival:
            step.arrival.folder.mkdir()
        self._execute(step, lock)
        for wheel in wheels:
            if not matches(self._place.downloads / wheel.filename, wheel):
                raise failure(
                    "wrong-hash",
                    f"What was downloaded as {wheel.filename} is not the file that is in the "
                    "wheels index.",
                    f"expected SHA-256 {wheel.sha256}",
                    "Do not use that file. If your package index is a mirror, ask who runs it.",
                )

    def _collect(self, recipe: Recipe, files: dict[str, Path]) -> None:
        work = self._place.work
        collect(files, recipe.plan.wheels, work / "wheels")
        if recipe.seed:
            (work / "wheels" / recipe.seed.name).symlink_to(recipe.seed)
        (work / "requirements.txt").write_text(recipe.requirements, "utf-8")

    def _keep(self) -> None:
        """Copy the environment, and only then say that it may be changed."""
        self._doing = "keeping the environment as it is"
        copy(self._place.venv, self._place.backup)
        os.sync()
        self._journal.write(CHANGING)
        self._touched = True

    def _proven(self, recipe: Recipe) -> dict[str, object]:
        python = str(python_of(recipe.environment))
        self._say("Proving it by an inference")
        self._proof = self._prove(python)
        if self._proof.status != PASSED:
            self._touched = True
            raise _failed_proof(self._proof)
        final = str(python_of(self._place.venv))
        new = not recipe.exists
        return make_receipt(recipe.plan, self._proof, final, new, self._machine)

    def _commit(self) -> None:
        """Make the proven state the one that counts; all its content is on the disk before."""
        self._doing = "finishing"
        os.sync()
        self._journal.write(COMMITTED)

    def _execute(self, step: InstallStep, lock: Lock) -> None:
        """Run the command of a step."""
        self._say(Announced(step.title, step.arrival, at_terminal=step.at_terminal))
        self._progress(f"$ {step.line}")
        variables = dict(step.variables)
        task = Task(step.argv, variables, step.at_terminal, step.arrival, step.removes)
        (ended,) = run_all([task], lock.descriptor, self._progress)
        if ended.status != 0:
            told = (*ended.output, *(read_log(step.log) if step.log else ()))
            if was_killed(ended.status):
                told = (*told, *why_killed(ended.status))
            raise from_tool(step.argv, ended.status, told)

    def _settle(self, lock: Lock, parents: Sequence[Path], finding: Finding | None) -> Outcome:
        """Keep the new state if it was committed, put the old one back if not."""
        place, kept, phase = self._place, None, PREPARING
        try:
            situation = look(place)
            if situation is not None:
                phase = situation.phase
                kept = settle(situation)
            tidy(place, lock)
        except (OSError, PidoctorError) as error:
            return self._ended(FAILED, findings=_unsettled(error, finding))
        if phase == COMMITTED:
            return self._ended(INSTALLED, read_receipt(place.venv))
        for folder in parents:
            with suppress(OSError):  # somebody uses it by now
                folder.rmdir()
        findings = (finding,) if finding else ()
        if not self._touched:
            return self._ended(FAILED, findings=findings, left=self._untouched())
        now = "is as it was before" if self._before else "was not made"
        return self._ended(
            ROLLED_BACK, findings=findings, left=f"{place.venv} {now}.{told_of(kept)}"
        )

    def _say(self, text: str) -> None:
        self._doing = text
        self._progress(text)


def _make_parents(folder: Path, owner: Owner) -> list[Path]:
    """Make ``folder`` and the folders above it; those that were missing, deepest first."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        give(path, owner)
    return missing


def _failed_proof(proof: Proof) -> InstallError:
    death = proof.death
    return failure(
        "proof-failed",
        death.message if death else "The runtime does not give the right answer.",
        death.evidence if death else "",
    )


def _finding_of(error: BaseException, doing: str) -> Finding | None:
    """What the user is told about ``error``; None for a mistake in pidoctor."""
    if isinstance(error, InstallError):
        return error.finding
    if isinstance(error, OSError):
        return from_os_error(error, doing).finding
    if isinstance(error, KeyboardInterrupt):
        return failure("interrupted", "The install was interrupted.", f"while: {doing}").finding
    if isinstance(error, PidoctorError):
        return failure("not-proven", str(error), f"while: {doing}").finding
    return None


def _unsettled(error: OSError | PidoctorError, finding: Finding | None) -> tuple[Finding, ...]:
    if isinstance(error, OSError):
        reason = from_os_error(error, "putting things in order").finding
        later = failure(
            "not-settled",
            "The environment could not be put in order; `pidoctor recover` tries again.",
            reason.evidence,
            reason.remedy or "",
        ).finding
    else:
        later = failure("not-settled", str(error)).finding
    return (finding, later) if finding else (later,)
