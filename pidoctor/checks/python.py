"""The interpreter: is it there, can it make environments, is its pip new enough."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.catalog.systems import load_systems
from pidoctor.checks.case import Case
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import ROOT
from pidoctor.result import Finding, Remedy, Severity


def interpreter(case: Case) -> Iterator[Finding]:
    """No interpreter, or one that does not answer."""
    python = case.profile.python
    if python.version.is_known or case.profile.environment.folder.is_known:
        return  # of an environment it is told by the check of its Python
    if python.executable.state is State.ABSENT:
        yield Finding(
            "no-python",
            Severity.ERROR,
            "There is no Python to install TensorFlow Lite for.",
            f"{python.executable.source}: {python.executable.detail or 'not found'}",
            _install_python(case.profile.system.package_manager),
        )
        return
    dies = python.version.state is State.UNPARSABLE  # it was run, and gave no answer
    yield Finding(
        "python-dies" if dies else "python-not-known",
        Severity.ERROR if dies else Severity.NOTE,
        f"{case.interpreter} {python.version.detail}."
        if dies
        else "The Python could not be examined, so nothing can be said of what it needs.",
        f"{python.version.source}: {python.version.detail or python.version.state.value}",
        Remedy("Name another interpreter with --python, or install this one again."),
    )


def venv(case: Case) -> Iterator[Finding]:
    """Debian splits ensurepip off into python3-venv; a pip from outside can stand in for it."""
    python = case.profile.python
    if python.venv.value is not False:
        return
    remedy = Remedy("Use another Python (--python), or install this one's venv and ensurepip.")
    if python.is_system.value is not False:
        remedy = apt(case, "python3-venv", "Install the missing module.") or remedy
    yield Finding(
        "venv-module-missing",
        Severity.ERROR,
        f"{case.interpreter} cannot make virtual environments: venv or ensurepip is missing.",
        f"{python.venv.source}: no venv, or no ensurepip and no pip 22.3 or newer to stand in",
        remedy,
        "https://packages.debian.org/python3-venv",
    )


def ssl_missing(case: Case) -> Iterator[Finding]:
    """A Python built where OpenSSL's headers were not: its pip cannot talk to an index."""
    python = case.profile.python
    if python.ssl.value is not False:
        return
    yield Finding(
        "python-built-without-ssl",
        Severity.ERROR,
        f"{case.interpreter} was built without SSL, so its pip cannot download from a package "
        "index.",
        f"{python.ssl.source}: no module _ssl",
        Remedy(
            "Use the system's Python, or build this one again with OpenSSL's headers "
            "(libssl-dev). Or install from a folder of wheels: "
            "pidoctor install --offline --wheels DIR.",
            ("pidoctor install --python /usr/bin/python3",),
        ),
        "https://devguide.python.org/getting-started/setup-building/#install-dependencies",
    )


def pip_missing(case: Case) -> Iterator[Finding]:
    """A system without pip is no obstacle: every new environment brings its own."""
    python = case.profile.python
    if python.pip.state is State.ABSENT and python.venv.value:
        yield Finding(
            "pip-missing",
            Severity.NOTE,
            f"{case.interpreter} has no pip; none is needed, a virtual environment brings its own.",
            python.pip.source,
        )


def pip_too_old(case: Case) -> Iterator[Finding]:
    """A pip that does not know a platform tag acts as if the wheel did not exist."""
    pip = case.profile.python.pip.value
    if pip is None or case.plan is None:
        return
    from pidoctor.units import listed

    hidden = [
        (wheel.name, needed)
        for wheel in case.plan.wheels
        for needed in [_first_pip(wheel.filename)]
        if needed and _release(pip) < _release(needed)
    ]
    if not hidden:
        return
    newest = max((needed for _, needed in hidden), key=_release)
    names = listed(sorted({name for name, _ in hidden}))
    yield Finding(
        "pip-too-old",
        Severity.WARNING,
        f"pip {pip} cannot see the wheels of {names}; it takes pip {newest} or newer.",
        f"{case.profile.python.pip.source}: pip {pip}",
        Remedy(
            "Make a virtual environment and upgrade the pip in it.",
            (f"{case.python} -m venv .venv", ".venv/bin/python -m pip install --upgrade pip"),
        ),
        "https://pip.pypa.io/en/stable/news/",
    )


def externally_managed(case: Case) -> Iterator[Finding]:
    """PEP 668: pip refuses to install into the distribution's Python."""
    marker = case.profile.python.externally_managed
    if marker.is_known:
        yield Finding(
            "externally-managed-environment",
            Severity.NOTE,
            "pip may not install into the system's Python (PEP 668); "
            "pidoctor installs into a virtual environment, where it may.",
            str(marker.value),
            link="https://peps.python.org/pep-0668/",
        )


def _install_python(manager: Fact[str]) -> Remedy:
    """By the system's package manager; an image that has none is built with Python or without."""
    command = load_systems().python_command(manager.or_else(""))
    if command:
        return Remedy("Install the system's Python.", (command,), safe=True)
    return Remedy(
        "Install Python 3 with the system's package manager; an image made with Yocto or Buildroot "
        "gets it when it is built. If it is there already, name it: --python PATH."
    )


def apt(case: Case, packages: str, text: str) -> Remedy | None:
    """The remedy of installing Debian packages, on a system that has apt or may have it."""
    system = case.profile.system
    if system.has_no_packages or system.package_manager.or_else("apt") != "apt":
        return None
    # Containers, where one is root, have no sudo, and their images come without lists of packages.
    begin = "apt-get update && " if case.profile.rights.value == ROOT else "sudo "
    return Remedy(text, (f"{begin}apt-get install -y {packages}",), safe=True)


def _first_pip(filename: str) -> str:
    """The oldest pip that accepts one of a wheel's platform tags; empty when any does."""
    from pidoctor.catalog.troubles import load_machine_signs

    levels = load_machine_signs().pip_levels
    platforms = filename[: -len(".whl")].rsplit("-", 1)[1].split(".")
    needed = [
        next((level.pip for level in levels if platform.startswith(level.platform)), "")
        for platform in platforms
    ]
    return min(needed, key=_release)


def _release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version, which decide between pips."""
    import re

    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
