"""pidoctor for programs: the few functions that the command line is made of too.

::

    from pidoctor import api

    machine = api.probe(target="pi4-4gb/bookworm-64")      # or nothing: this machine
    answer = api.resolve(machine.profile, "tensorflow")    # a Plan, or Impossible
    result = api.check(machine, "tensorflow")              # findings, and the answer in a sentence
    answer = api.inspect_model("detect.tflite", machine.profile)  # which runtimes run it there
    for diagnosis in api.diagnose("install.log"):          # the causes of a failed install
        print(diagnosis.cause, diagnosis.fix.commands)

Everything that these return is frozen. Sizes are bytes, times seconds. Nothing is printed, nothing
is written, and no network is used. What cannot be answered raises a
:class:`~pidoctor.errors.PidoctorError` with one line for people: UsageError where the request is
wrong (a target that nobody knows, a capture that cannot be read), CouldNotCheckError where the
answer cannot be known.
"""

from __future__ import annotations

import io
import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # importing this module is free: each function imports what it needs
    from pidoctor.asked import Asked
    from pidoctor.catalog.catalog import Catalog
    from pidoctor.envelope import Result
    from pidoctor.model.answer import ModelAnswer
    from pidoctor.probe.probed import ProbeResult
    from pidoctor.profile.profile import Profile
    from pidoctor.readiness.space import Kept
    from pidoctor.resolve.explanation import Explanation
    from pidoctor.resolve.plan import Plan, Resolution
    from pidoctor.resolve.request import Project
    from pidoctor.result import Finding
    from pidoctor.triage.diagnosis import Diagnosis

__all__ = ["check", "diagnose", "inspect_model", "probe", "resolve"]


_OF_A_SYSTEM = ("etc", "usr", "nix")  # folders of a root


def probe(
    *,
    target: str | None = None,
    capture: str | Path | None = None,
    root: str | Path | None = None,
    python: str | None = None,
    venv: str | None = None,
) -> ProbeResult:
    """Look at a machine: at most one of ``target``, ``capture``, ``root``, else this one.

    ``target`` is a name as ``pidoctor targets`` lists them, ``capture`` a file of ``pidoctor
    capture`` or a support bundle, ``root`` the folder of a mounted card or a chroot. ``python``
    is the interpreter and ``venv`` the environment in question; without them the active one, the
    nearest ``.venv``, or the system's own. The result has the ``profile``, and as ``failures``
    what could not be read.
    """
    from pidoctor.errors import UsageError

    named = [place for place in (target, capture, root) if place is not None]
    if len(named) > 1:
        raise UsageError("name one machine: a target, a capture or a root")
    if venv is not None and named:
        raise UsageError("--venv is for this machine; another one is asked about as it is")
    if target is not None:
        return _targeted(target, python)
    if capture is not None:
        return _captured(Path(capture))
    if root is not None:
        return _mounted(Path(root), python)
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.environment_choice import existing
    from pidoctor.probe.machine import probe as look

    host = LiveHost()
    return look(host, choice=existing(host, venv, python))


def _targeted(target: str, python: str | None) -> ProbeResult:
    from pidoctor.errors import UsageError
    from pidoctor.probe.probed import ProbeResult
    from pidoctor.profile.named_targets import target as profile_of

    if python:
        version = python if python[:2] == "3." and python[2:].isdigit() else "3.12"
        there = shlex.quote(f"{target}/py{version}")
        raise UsageError(f"--python does not go with --target; write --target {there}")
    return ProbeResult(profile_of(target), ())


def _mounted(root: Path, python: str | None) -> ProbeResult:
    from pidoctor.errors import UsageError
    from pidoctor.host.directory import DirectoryHost
    from pidoctor.probe.machine import probe as look

    if not root.is_dir():
        raise UsageError(f"--root {root}: not a directory")
    if not any((root / folder).is_dir() for folder in _OF_A_SYSTEM):
        raise UsageError(
            f"--root {root}: no Linux system is in it (it has no etc and no usr); of a card "
            "mount the large partition, not the one that it boots from"
        )
    return look(DirectoryHost(root), python, origin=f"root {root}")


def _captured(path: Path) -> ProbeResult:
    """The machine in a capture, or in a support bundle, which holds a capture."""
    from pidoctor.errors import UsageError
    from pidoctor.host.capture_format import parse_capture
    from pidoctor.host.captured import CaptureHost, load_capture
    from pidoctor.probe.machine import probe as look
    from pidoctor.report.bundle import CAPTURE, load_bundle
    from pidoctor.safe_files import is_zip

    if not (path.is_file() and is_zip(path)):
        return look(load_capture(path), origin=f"capture {path.name}")
    files = load_bundle(path).files
    if CAPTURE not in files:
        raise UsageError(f"{path}: this bundle holds no capture of its machine")
    return look(CaptureHost(parse_capture(files[CAPTURE], str(path)), f"bundle {path.name}"))


def resolve(  # noqa: PLR0913 - all but two are keywords that few need
    profile: Profile,
    requirement: str | Project = "auto",
    *,
    beyond_tags: bool = False,
    replacing: bool = False,
    catalog: Catalog | None = None,
    asked: Asked | None = None,
) -> Resolution:
    """The plan for ``requirement`` on a machine, or Impossible with the changes that would help.

    ``requirement`` is "auto" (TFLite inference by whichever runtime fits), or a runtime with a PEP
    440 specifier ("tensorflow>=2.16"), or a project: several that must be satisfied together
    (``pidoctor.requirements.project``). ``beyond_tags`` also accepts a wheel whose tag asks for a
    newer glibc than its ELF files need; ``replacing`` accepts that what is installed may stop
    working. ``catalog`` is what is known of boards and wheels; without it, what pidoctor ships,
    with the user's own newer index. ``asked`` is how the question was put, for the commands of the
    changes.
    """
    from pidoctor.asked import Asked
    from pidoctor.resolve.plan import Impossible
    from pidoctor.resolve.request import request_on
    from pidoctor.resolve.resolver import settled

    known = catalog or _catalog()
    asked_for = request_on(profile, requirement, beyond_tags, known)._replace(replace=replacing)
    resolution = settled(profile, asked_for, known)
    if isinstance(resolution, Impossible):
        from pidoctor.report.typed_changes import with_commands
        from pidoctor.resolve.ways_out import helped

        asked = asked or Asked.of(str(requirement), profile.origin)
        return with_commands(helped(profile, asked_for, known, resolution), asked, profile)
    from pidoctor.resolve.for_devices import noted

    return noted(profile, asked_for, known, resolution)


def _catalog() -> Catalog:
    from pidoctor.catalog.catalog import open_catalog
    from pidoctor.catalog.location import open_index

    return open_catalog(open_index())


def check(  # noqa: PLR0913 - all but two are keywords that few need
    machine: ProbeResult,
    requirement: str | Project = "auto",
    *,
    beyond_tags: bool = False,
    catalog: Catalog | None = None,
    asked: Asked | None = None,
    kept: Callable[[Plan], Kept] | None = None,
    accelerators: Sequence[str] = (),
) -> Result:
    """What stands in the way of ``requirement`` on a machine that :func:`probe` looked at.

    ``exit_code`` is 0 where it can be installed, 1 where something must be done first, 3 where
    that cannot be known. ``asked`` is how the question was put, for the commands in the answer;
    ``kept`` says which wheels earlier installs kept; ``accelerators`` are ids of needed devices.
    """
    from pidoctor.asked import Asked
    from pidoctor.checks.case import Case, nothing_kept
    from pidoctor.checks.registry import run_checks
    from pidoctor.envelope import Result
    from pidoctor.errors import CouldNotCheckError
    from pidoctor.report.conclusion import concluded
    from pidoctor.result import Finding, Severity

    started = time.perf_counter()
    known = catalog or _catalog()
    asked = asked or Asked.of(str(requirement), machine.profile.origin)
    undecided: tuple[Finding, ...] = ()
    resolution, around = None, None
    try:
        resolution, around = explained(machine.profile, requirement, beyond_tags, known, asked)
    except CouldNotCheckError as error:
        undecided = (Finding("not-decidable", Severity.ERROR, str(error)),)
    resolved = time.perf_counter()
    seen = (machine.profile, resolution, machine.failures, known.index, kept or nothing_kept)
    findings = run_checks(Case(*seen, tuple(accelerators)))
    if not any(it.id in ("environment-python-gone", "python-dies") for it in findings):
        findings = undecided + findings  # else that is why nothing can be decided
    return concluded(
        Result(
            "check",
            exit_code=_exit_code(findings, resolution),
            profile=machine.profile,
            findings=findings,
            resolution=resolution,
            explanation=around,
            timings={"resolve_s": resolved - started, "checks_s": time.perf_counter() - resolved},
            asked=asked,
        )
    )


def _exit_code(findings: Sequence[Finding], resolution: Resolution | None) -> int:
    from pidoctor.resolve.plan import Plan
    from pidoctor.result import ExitCode, Severity

    problems = any(finding.severity is Severity.ERROR for finding in findings)
    if isinstance(resolution, Plan):
        unknown = bool(resolution.unchecked or resolution.unread) and not problems
    else:
        told = not any(finding.id == "not-decidable" for finding in findings)
        unknown = not (told if resolution is None else resolution.is_known)
    if unknown:
        return ExitCode.COULD_NOT_CHECK
    return ExitCode.PROBLEM if problems else ExitCode.FINE


def explained(  # noqa: PLR0913, PLR0917 - all of them decide the answer
    profile: Profile,
    requirement: str | Project,
    beyond_tags: bool,
    known: Catalog,
    asked: Asked,
    replacing: bool = False,
) -> tuple[Resolution, Explanation | None]:
    """What :func:`resolve` says, and what lies around it where there is no plan."""
    from pidoctor.resolve.explanation import explain
    from pidoctor.resolve.plan import Plan
    from pidoctor.resolve.request import request_on

    resolution = resolve(
        profile,
        requirement,
        beyond_tags=beyond_tags,
        replacing=replacing,
        catalog=known,
        asked=asked,
    )
    if isinstance(resolution, Plan):
        return resolution, None
    wanted = request_on(profile, requirement, beyond_tags, known)
    return resolution, explain(profile, wanted, known, resolution)


def inspect_model(
    model: str | Path,
    profile: Profile,
    *,
    shapes: Sequence[str] = (),
    catalog: Catalog | None = None,
) -> ModelAnswer:
    """What a .tflite file holds, and how it does on each runtime that the machine can install.

    The file is read, never run. ``model`` is the path of a .tflite file, or of a bundle (.zip,
    .task) that holds one; ``shapes`` are those that its inputs will have, as ``NAME=1,1280``. In
    the answer ``best.verdict`` is "runs", "runs-with", "cannot" or "undecided" with its reason;
    ``content`` has the tensors with their types and shapes (-1: a dimension that is only known when
    it runs), ``arena`` is bytes, ``changes`` is what would make it run, cheapest first. What is no
    such file raises UsageError, a machine of which too little is known CouldNotCheckError.
    """
    from pidoctor.fitting import examine_model
    from pidoctor.resolve.request import AUTO, request_on

    known = catalog or _catalog()
    request = request_on(profile, AUTO, False, known)
    return examine_model(Path(model), profile, request, known, shapes)


def diagnose(log: str | Path | bytes, profile: Profile | None = None) -> tuple[Diagnosis, ...]:
    """The causes that a log shows, in the order in which they are to be fixed.

    ``log`` is the path of a file, or what is in it as bytes; ``profile`` fills in what the log
    does not say of its machine. A log without a failure gives one diagnosis, "no-problem"; one
    that shows a failure nobody knows gives "unknown".
    """
    from pidoctor.triage.watched_command import run_stream, run_triage

    if isinstance(log, bytes):
        found, _ = run_stream(io.BytesIO(log), profile)
    else:
        found, _ = run_triage(str(log), profile)
    return tuple(found)
