"""The state of an environment: its Python, and installed packages that are damaged."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterator, Sequence

from pidoctor.checks.case import Case
from pidoctor.platforms.pep440 import version_of
from pidoctor.platforms.versions import minor_of
from pidoctor.profile.environment import Damage, InstalledPackage
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import listed

_RECORDS = "https://packaging.python.org/specifications/recording-installed-packages/"


def environment_python(case: Case) -> Iterator[Finding]:
    """The Python that an environment was made with is gone, or became another version."""
    environment, python = case.profile.environment, case.profile.python
    folder, made_for = environment.folder.value, environment.made_for.value
    if folder is None or environment.kind.value == "yet to be made":
        return
    quoted = shlex.quote(folder)
    anew = _anew(folder)
    if not python.version.is_known:
        if environment.kind.value == "conda":
            install = f"conda install -y -p {quoted} python=3.11"
            anew = Remedy("Let conda install a Python in it.", (install,))
        yield Finding(
            "environment-python-gone",
            Severity.ERROR,
            f"The environment {folder} does not work: its Python cannot be used any more.",
            f"{python.version.source}: {python.version.detail or python.version.state.value}",
            anew,
        )
    elif made_for and minor_of(made_for) != minor_of(python.version.or_else("")):
        yield Finding(
            "environment-python-changed",
            Severity.ERROR,
            f"The environment {folder} was made for Python {minor_of(made_for)}, and its Python is "
            f"{python.version.value} now, which does not see the packages installed before.",
            f"{environment.made_for.source}: version {made_for}",
            anew,
        )


def _anew(folder: str) -> Remedy:
    """A new environment in the place of one that does not work."""
    quoted = shlex.quote(folder)
    return Remedy(
        "Keep the old folder aside and make a new environment.",
        (f"mv {quoted} {quoted}-old", f"pidoctor install --venv {quoted}"),
    )


def damages(case: Case) -> Iterator[Finding]:
    """One finding for each thing that is wrong with what is installed."""
    left: dict[str, list[str]] = {}
    unseen: list[Damage] = []
    for damage in case.profile.environment.damages.or_else(()):
        if damage.kind == "half-removed":
            left.setdefault(damage.name, []).append(damage.path)
        elif damage.kind == "metadata-not-seen":
            unseen.append(damage)
        elif damage.kind in _TOLD:
            yield _TOLD[damage.kind](case, damage)
    for item in case.profile.environment.by_name().values():
        if version_of(item.version) is None:
            yield _no_version(case, item)
    yield from map(_half_removed, left.values())
    if unseen:
        yield _not_seen(unseen)


def incomplete(case: Case, among: Container[str]) -> Iterator[Finding]:
    """Those of ``among`` that lack files which they brought."""
    for damage in case.profile.environment.damages.or_else(()):
        if damage.kind == "files-missing" and damage.name in among:
            yield _files_missing(case, damage)


def _half_removed(paths: Sequence[str]) -> Finding:
    names = listed([path.rsplit("/", 1)[-1] for path in paths])
    return Finding(
        "package-half-removed",
        Severity.WARNING,
        f'pip was interrupted here and left {names}; pip says "Ignoring invalid distribution" '
        "because of it.",
        paths[0].rpartition("/")[0],
        Remedy("Delete what is left over.", (shlex.join(["rm", "-r", *paths]),)),
    )


def _not_seen(unseen: Sequence[Damage]) -> Finding:
    """Nothing is said against the packages: only we could not look."""
    names = listed([damage.name for damage in unseen])
    return Finding(
        "package-metadata-not-seen",
        Severity.WARNING,
        f"What {names} {'requires' if len(unseen) == 1 else 'require'} could not be checked: "
        f"{unseen[0].path}: {unseen[0].detail}.",
        unseen[0].path.rpartition("/")[0],
    )


def _two_versions(case: Case, damage: Damage) -> Finding:
    return Finding(
        "package-two-versions",
        Severity.WARNING,
        f"{damage.name} is installed in two versions in one directory ({damage.detail}); which "
        "files are whose cannot be told.",
        damage.path,
        _again(case, damage.name, damage.path, "Install one of them again."),
        _RECORDS,
    )


def _unreadable(case: Case, damage: Damage) -> Finding:
    return Finding(
        "package-metadata-unreadable",
        Severity.WARNING,
        f"The metadata of {damage.name} cannot be read, so what it requires is not known.",
        damage.path,
        _again(case, damage.name, damage.path),
        _RECORDS,
    )


def _no_version(case: Case, item: InstalledPackage) -> Finding:
    return Finding(
        "package-metadata-unreadable",
        Severity.WARNING,
        f"The version of {item.name}, {item.version!r}, is none that an installer understands, so "
        "what it requires is left out.",
        item.folder,
        _again(case, item.name, item.folder),
        "https://packaging.python.org/specifications/version-specifiers/",
    )


def _files_missing(case: Case, damage: Damage) -> Finding:
    decisive = damage.name == "numpy" or damage.name in case.catalog.named
    return Finding(
        "package-files-missing",
        Severity.ERROR if decisive else Severity.WARNING,
        f"{damage.name} is not complete: {damage.detail}.",
        damage.path,
        _again(case, damage.name, damage.path),
    )


def _moved(case: Case, damage: Damage) -> Finding:
    folder = case.profile.environment.folder.or_else("")
    typed = f"{shlex.quote(folder)}/bin/python -m pip"
    return Finding(
        "environment-moved",
        Severity.WARNING,
        f"The environment was copied or moved here from {damage.detail}: its commands, pip among "
        "them, still start the Python of that place, and so install there or not at all.",
        damage.path,
        Remedy(
            "Install pip again by the Python that is here; bin/activate names the old place, "
            f"so start programs as {shlex.quote(folder)}/bin/python.",
            (f"{typed} install --force-reinstall --no-deps pip",),
        ),
    )


def _gone(case: Case, damage: Damage) -> Finding:
    taken = case.profile.environment.folder.value or case.profile.python.executable.or_else("")
    return Finding(
        "environment-not-there",
        Severity.WARNING,
        f"{damage.name} names {damage.path}, and no environment is there: it was deleted or moved "
        f"after it was activated. This is about {taken} instead.",
        damage.name,
        Remedy("Forget it in this shell.", (f"unset {damage.name}",)),
    )


def _shadowed(case: Case, damage: Damage) -> Finding:
    decisive = damage.name == "numpy" or damage.name in case.catalog.named
    return shadowed_finding(damage, Severity.ERROR if decisive else Severity.WARNING)


def shadowed_finding(damage: Damage, severity: Severity) -> Finding:
    """What PYTHONPATH puts before a package of the environment."""
    return Finding(
        "pythonpath-shadows",
        severity,
        f"Programs import {damage.name} {damage.detail} from {damage.path}, which PYTHONPATH puts "
        "before that of the environment; only the latter is judged here.",
        f"PYTHONPATH, {damage.path}",
        Remedy(
            "Take it out of the variable, here and where it is set (~/.bashrc, ~/.profile, the "
            "service's file).",
            ("unset PYTHONPATH",),
        ),
    )


def _at_start(case: Case, damage: Damage) -> Finding:
    dies = damage.kind == "dies-at-start"
    folder = case.profile.environment.folder.or_else("")
    by_file = damage.path != case.profile.python.executable.value
    whose = f"because of {damage.path}" if by_file else "before it runs any file of a program"
    what = "dies at its start" if dies else "reports an error at its start"
    return Finding(
        "environment-python-dies" if dies else "python-start-file",
        Severity.ERROR if dies else Severity.WARNING,
        f"The Python of {folder} {what} {whose}: {damage.detail}.",
        damage.path,
        _passed_over(damage.path) if by_file else _anew(folder),
        "https://docs.python.org/3/library/site.html",
    )


def _passed_over(path: str) -> Remedy:
    """A file that Python is not to run at its start."""
    quoted = shlex.quote(path)
    return Remedy(
        "Rename the file, so that Python passes over it; a package that brought it is to be "
        "installed again.",
        (f"mv {quoted} {quoted}.off",),
    )


_TOLD = {
    "dies-at-start": _at_start,
    "fails-at-start": _at_start,
    "gone": _gone,
    "moved": _moved,
    "shadowed": _shadowed,
    "two-versions": _two_versions,
    "unreadable-metadata": _unreadable,
    "files-missing": _files_missing,
}


def _again(case: Case, name: str, path: str, text: str = "Install it again.") -> Remedy:
    """How a package is installed again, in the version that is imported now where that can be asked
    for, by whoever put it there: pip must not write over what the system's package manager looks
    after. ``path`` is a file or folder of it."""
    item = case.profile.environment.by_name().get(name)
    if item and item.origin == "apt":
        return Remedy(
            "It came with a package of the system: the command tells which, and "
            "`sudo apt-get install --reinstall` with its name brings the files back.",
            (shlex.join(["dpkg", "-S", path]),),
        )
    if item and item.origin == "system":
        return Remedy("Let the system's package manager, which brought it, install it again.")
    version = case.installed(name)
    package = shlex.quote(name if version_of(version) is None else f"{name}=={version}")
    command = case.pip("install")
    anew = "--reinstall" if command.startswith("uv ") else "--force-reinstall"
    return Remedy(text, (f"{command} {anew} --no-deps {package}",))
