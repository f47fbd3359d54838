"""What an install will do, as inert steps: what ``--dry-run`` prints is what runs."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import parse_wheel_filename
from packaging.version import Version

from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import UsageError
from pidoctor.install import fetch, supply
from pidoctor.install.base_python import WorkingPython, ask
from pidoctor.install.failure import InstallError, missing_package
from pidoctor.install.path_rules import is_there, refuse_links_out
from pidoctor.install.pip_or_uv import Pip, pips, seed, uv_for
from pidoctor.install.place import Place, python_of
from pidoctor.install.step import InstallStep, set_for
from pidoctor.install.wheelhouse import Cache, check_folder, find
from pidoctor.profile.profile import Profile
from pidoctor.resolve.plan import Plan
from pidoctor.safe_files import sha256_of


@dataclass(frozen=True)
class Job:
    """What to install and where: ``plan`` into ``venv``, for ``base_python`` if that is new.

    ``offline`` forbids downloads. ``wheels_dir`` is a folder in which wheels are looked for before
    the ``cache``, which is the user's when None. ``machine`` goes into the receipt.
    """

    plan: Plan
    venv: Path
    base_python: str
    offline: bool = False
    wheels_dir: Path | None = None
    cache: Cache | None = None
    machine: Profile | None = None


@dataclass(frozen=True)
class Recipe:
    """The steps for one plan and one environment, and what they were made from.

    ``exists`` tells a change of an environment from a new one; ``satisfied`` that it already
    holds what the plan asks for. ``found`` are the files of wheels already here, by hash.
    """

    plan: Plan
    place: Place
    interpreter: WorkingPython
    exists: bool
    satisfied: bool
    found: Mapping[str, Path]
    missing: tuple[Wheel, ...]
    cache: Cache | None
    seed: Path | None
    share_system: bool
    create: InstallStep | None
    downloader: Pip | None
    system: InstallStep | None
    fill: InstallStep

    @property
    def environment(self) -> Path:
        """Where the environment lies while it is being filled."""
        return self.place.venv if self.exists else self.place.staging

    @property
    def requirements(self) -> str:
        """The content of the requirements file that fills the environment."""
        text = fetch.requirements(self.plan.wheels)
        if self.seed is not None:
            text += f"pip=={self.seed.name.split('-')[1]} --hash=sha256:{sha256_of(self.seed)}\n"
        return text

    def by_pip(self, wheels: Sequence[Wheel]) -> tuple[str, InstallStep]:
        """The download of these wheels by pip, with the content of its requirements file."""
        if self.downloader is None:
            raise _no_pip(self.interpreter)
        lines = self.plan.sources.lines
        return fetch.step(wheels, self.downloader, self.interpreter, self.place, lines)

    @property
    def _downloads(self) -> tuple[InstallStep, ...]:
        if not self.missing:
            return ()
        by_pip = replace(
            self.by_pip(self.missing)[1], title="Download with pip what cannot be had so"
        )
        return fetch.own_step(self.missing, self.place), by_pip

    @property
    def steps(self) -> tuple[InstallStep, ...]:
        """Everything that an install does, in order."""
        place = self.place
        if self.satisfied:
            return (InstallStep("Nothing to install: prove the environment by an inference"),)
        keep = InstallStep(f"Keep {place.venv} as it is now, for undo", writes=(str(place.backup),))
        share = InstallStep(
            "Let it see the system's Python packages", writes=(f"{place.venv}/pyvenv.cfg",)
        )
        name = InstallStep(f"Give it its name: {place.venv}", writes=(str(place.venv),))
        return (
            *((self.create,) if self.create else ()),
            *self._downloads,
            InstallStep("Verify the SHA-256 of every wheel"),
            *((self.system,) if self.system else ()),
            *((keep,) if self.exists else ()),
            *((share,) if self.share_system else ()),
            self.fill,
            InstallStep("Prove it by an inference; if that fails, put everything back"),
            *(() if self.exists else (name,)),
        )


def make_recipe(job: Job, anew: bool = False) -> Recipe:
    """The recipe for ``job``; reads the machine and the environment, changes nothing there.

    ``anew`` installs what is installed already once more.

    Raises UsageError for an environment that cannot be used, InstallError when there is no tool to
    install with, or a wheel or a package of the system is missing offline.
    """
    plan = job.plan.anew() if anew else job.plan
    place, cache = Place.of(job.venv), job.cache or Cache.of_user()
    exists = is_there(place.venv)
    if exists:
        refuse_links_out(place.venv)
    python = _ask_environment(place.venv) if exists else ask(job.base_python)
    _check_python(plan, python)
    folders = [check_folder(job.wheels_dir)] if job.wheels_dir else []
    satisfied = exists and not anew and plan.holds_in(python.installed.get)
    found = {} if satisfied else find(plan.wheels, folders, cache)
    missing = tuple(w for w in plan.wheels if w.sha256 not in found and not satisfied)
    if missing and job.offline:
        raise InstallError(supply.missing_offline(missing, job.wheels_dir, job.plan.request))
    if plan.missing_system_packages and job.offline:
        packages = plan.missing_system_packages
        raise InstallError(supply.packages_offline(packages, job.wheels_dir))
    refused = supply.nowhere(missing, job.machine) if job.machine else None
    if refused is not None:
        raise InstallError(refused)
    tools = _tools_for_change(python, job) if exists else _tools_for_new(python, place)
    if missing and tools.downloader is None:
        raise _no_pip(python)
    return Recipe(
        plan=plan,
        place=place,
        interpreter=python,
        exists=exists,
        satisfied=satisfied,
        found=found,
        missing=missing,
        cache=cache,
        seed=tools.seed,
        share_system=exists and bool(plan.system_packages) and not _shares_system(place.venv),
        create=None if exists else _create(python, place, plan, tools),
        downloader=tools.downloader,
        system=_system(plan),
        fill=_fill(tools, place, exists, anew),
    )


@dataclass(frozen=True)
class _Tools:
    """Which program does what; no ``downloader`` where nothing at hand can download.

    ``filler`` is a pip, or the path of uv. ``seed`` is the wheel of pip that a new environment
    gets along with the packages; without it, ``ensurepip`` tells whether venv puts a pip there.
    """

    downloader: Pip | None
    filler: Pip | str
    seed: Path | None = None
    ensurepip: bool = False


def _tools_for_new(base: WorkingPython, place: Place) -> _Tools:
    """The tools for a new environment: venv's own ensurepip is the slowest way to a pip."""
    uv, outside = uv_for(base), pips(base)
    able = [pip for pip in outside if pip.installs_elsewhere]
    inside = Pip((str(python_of(place.staging)), "-IB", "-m", "pip"), Version("0"))
    if uv or able:
        wheel = seed(base) if outside else None  # without a pip outside, the new one downloads
        lacks_pip = wheel is None and base.ensurepip
        downloader = outside[0] if outside else inside if lacks_pip else None
        return _Tools(downloader, uv or able[0], wheel, lacks_pip)
    if base.ensurepip:
        return _Tools(outside[0] if outside else inside, inside, None, True)
    raise _no_pip(base)


def _tools_for_change(python: WorkingPython, job: Job) -> _Tools:
    """The tools for an environment that exists: uv, its own pip, or one that reaches into it."""
    uv, own = uv_for(python), pips(python)
    if not own:
        base = ask(job.base_python)
        own = pips(base) if base.minor == python.minor else ()
    able = [pip for pip in own if pip.command[0] == python.executable or pip.installs_elsewhere]
    if not (uv or able):
        raise _no_pip(python)
    return _Tools(own[0] if own else None, uv or able[0])


def _no_pip(python: WorkingPython) -> InstallError:
    return missing_package(
        "no-pip",
        f"{python.executable} has neither pip nor what it takes to make one.",
        "looked for pip, ensurepip and uv",
        "python3-venv",
    )


def _ask_environment(venv: Path) -> WorkingPython:
    try:
        return ask(str(python_of(venv)))
    except UsageError as error:
        raise UsageError(
            f"{venv} is an environment whose Python does not work any more ({error}); "
            "`pidoctor check` says why. Mend it, move it away, or choose another place with --venv"
        ) from error


def _check_python(plan: Plan, python: WorkingPython) -> None:
    """UsageError when a wheel of the plan is for another Python than ``python``."""
    for wheel in plan.wheels:
        tags = parse_wheel_filename(wheel.filename)[3]
        own = f"cp{python.minor.replace('.', '')}"
        if not any(tag.interpreter in (own, "py3") or tag.abi in ("abi3", "none") for tag in tags):
            raise UsageError(
                f"{python.executable} is Python {python.version}, "
                f"but the plan is for another one ({wheel.filename})"
            )


def _shares_system(venv: Path) -> bool:
    if not (venv / "pyvenv.cfg").is_file():
        return True  # conda's Python has no other one behind it
    for line in (venv / "pyvenv.cfg").read_text("utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip().lower() == "include-system-site-packages":
            return value.strip().lower() == "true"
    return False


def _create(base: WorkingPython, place: Place, plan: Plan, tools: _Tools) -> InstallStep:
    if not base.venv:
        raise missing_package(
            "no-venv",
            f"{base.executable} cannot make virtual environments.",
            "it has no module venv",
            "python3-venv",
        )
    return InstallStep(
        "Create the environment",
        (
            *(base.executable, "-I", "-m", "venv"),
            *(() if tools.ensurepip else ("--without-pip",)),
            *(("--system-site-packages",) if plan.system_packages else ()),
            str(place.staging),
        ),
        writes=(str(place.staging),),
    )


def _system(plan: Plan) -> InstallStep | None:
    packages = plan.missing_system_packages
    if not packages:
        return None
    sudo = () if os.geteuid() == 0 else ("sudo",)
    return InstallStep(
        f"Install the system's {', '.join(packages)}",
        (*sudo, "apt-get", "install", "-y", *packages),
        at_terminal=True,
    )


def _fill(tools: _Tools, place: Place, exists: bool, anew: bool) -> InstallStep:
    environment = place.venv if exists else place.staging
    python = str(python_of(environment))
    wheels = place.work / "wheels"
    # In an address, because what follows a # in a path is taken for a fragment.
    links = wheels.as_uri() if "#" in str(wheels) else str(wheels)
    source = (
        *("--no-deps", "--no-index", "--find-links", links),
        *("--require-hashes", "--requirement", str(place.work / "requirements.txt")),
    )
    variables = [("TMPDIR", str(place.work / "tmp"))]
    argv: tuple[str, ...]
    if isinstance(tools.filler, str):
        # Beside the target, for hard links. The user's own choice may be links into this cache.
        cache = ("--cache-dir", str(place.work / "uv-cache"))
        argv = (
            *(tools.filler, "--no-config", "--offline", *cache, "pip", "install"),
            *("--python", python, "--link-mode", "hardlink"),
            *(("--reinstall",) if anew else ()),
            *source,
        )
    else:
        variables.append(("PIP_CONFIG_FILE", os.devnull))  # every wheel is here already
        inside = tools.filler.command[0] == python
        argv = (
            *tools.filler.command,
            *(() if inside else ("--python", python)),
            *("--isolated", "--disable-pip-version-check", "--no-input"),
            # Python compiles what it imports, when it does: a tenth of what a package holds.
            *("install", "--no-warn-script-location", "--no-compile"),
            *(("--force-reinstall",) if anew else ()),
            *source,
        )
    return InstallStep(
        "Install the packages into the environment",
        argv,
        tuple(variables),
        (str(place.work / "requirements.txt"), str(environment)),
        removes=set_for("UV" if isinstance(tools.filler, str) else "PIP"),
    )
