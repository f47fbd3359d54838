"""The interpreter that TensorFlow Lite is wanted for.

Its file header and its folders are read from outside, as on a mounted card; only what it alone
knows (version, ABI, prefix, C library) is asked by running the payload inside it.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from pidoctor.expressions import expression
from pidoctor.host.base import (
    Completed,
    Host,
    HostError,
    MissingError,
    SearchPattern,
    UnreadableError,
)
from pidoctor.platforms.interpreter import abi_tag
from pidoctor.probe import payload
from pidoctor.probe.distributions import named_in
from pidoctor.probe.elf_header import Elf, read_elf
from pidoctor.probe.installers import Installers, can_make_environments, probe_installers
from pidoctor.probe.reading import clean, entry, reading
from pidoctor.probe.storage import absolute
from pidoctor.probe.virtual_environment import base_interpreter, folder_of, sees_system, settings
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import Python
from pidoctor.records import NamedTuple

# Where packages of an installation lie; Debian's own are in dist-packages.
SITE_FOLDERS = (
    "{prefix}/local/lib/{python}/dist-packages",
    "{prefix}/lib/{python}/site-packages",
    "{prefix}/lib64/{python}/site-packages",
    "{prefix}/lib/python3/dist-packages",
    "{prefix}/lib/{python}/dist-packages",
)
TIME_LIMIT = 60.0  # seconds; a Pi Zero with a busy card takes several to start Python
DPKG_STATUS = "/var/lib/dpkg/status"
APK_DATABASE = "/lib/apk/db/installed"
SYSTEM_PYTHON = "/usr/bin/python3"
_ERROR = expression(r"(?:[\w.]+: )*\w*(?:Error|Exception|Exit|Interrupt): ")
_LATER = frozenset({"ssl"})  # answers that captures made by older versions lack


class PythonReading(NamedTuple):
    """What the target interpreter showed, some of it of use to other probes."""

    executable: Fact[str]
    elf: Fact[Elf]
    answers: Fact[Mapping[str, Any]]

    @property
    def libc(self) -> Fact[str]:
        """What its C library calls itself ("glibc 2.36"); empty for another one."""
        return self.answers.map(lambda answers: str(answers["libc"]))

    @property
    def prefix(self) -> str:
        """The folder that it, or the virtual environment it belongs to, is installed in."""
        return str(self.answers.or_else({}).get("prefix", "/usr"))


def examine(
    host: Host, wanted: str | None, may_run: bool = True, itself: bool = False
) -> PythonReading:
    """Read the header of the wanted interpreter (or the host's own choice) and ask it.

    Without ``may_run`` no other program is started: its files have to do. The interpreter of an
    environment is run only with ``itself``; the one behind it can answer in its place.
    """
    executable = reading("the Python to be used", lambda: _executable(host, wanted))

    def elf(path: str) -> Fact[Elf]:
        return reading(f"ELF header of {path}", lambda: read_elf(host, host.real_path(path)))

    header = executable.then(elf)

    def answers(path: str) -> Fact[Mapping[str, Any]]:
        def ask() -> Mapping[str, Any]:
            # The one behind it does not answer for what stands in its place, which is not run.
            if header.state is State.UNPARSABLE and base_interpreter(host, path) is not None:
                raise ValueError("is not a working Python: a script, or a damaged file")
            return _answers(host, path, may_run, itself)

        return reading(path, ask)

    return PythonReading(executable, header, executable.then(answers))


def probe_python(
    host: Host, interpreter: PythonReading, architecture: Fact[str], may_run: bool = True
) -> Python:
    """The interpreter's facts; ``architecture`` is that of the wheels it takes."""
    answers = interpreter.answers

    def answer(name: str) -> Fact[Any]:
        return answers.map(lambda found: found[name])

    folders = site_packages(host, interpreter)
    packages = installed_packages(host, folders)
    stdlib = str(answers.or_else({}).get("stdlib", ""))
    tools = probe_installers(host, stdlib, folders.or_else([]))
    executable = interpreter.executable.or_else("")
    return Python(
        executable=interpreter.executable,
        version=answer("version"),
        implementation=answer("implementation"),
        abi=answer("abi"),
        architecture=architecture,
        bits=interpreter.elf.map(lambda elf: elf.bits),
        float_abi=_float_abi(interpreter.elf),
        pip=entry(packages, "pip"),
        venv=_venv(host, answers, executable, tools, may_run),
        ssl=_ssl(answers),
        externally_managed=_marker(host, answers, stdlib),
        is_system=answers.map(lambda _: _is_system(host, executable)),
        packages=packages,
    )


def _venv(
    host: Host,
    answers: Fact[Mapping[str, Any]],
    executable: str,
    tools: Installers,
    may_run: bool,
) -> Fact[bool]:
    def able(version: str) -> bool:
        return can_make_environments(host, executable, version, tools, may_run)

    return answers.then(lambda found: reading(answers.source, lambda: able(str(found["version"]))))


def _executable(host: Host, wanted: str | None) -> str:
    if not wanted:
        return host.interpreter()
    if "/" in wanted:
        path = absolute(host, wanted)
        if host.exists(path):
            return path
        gone = "the Python of this environment is gone" if folder_of(host, path) else ""
        raise MissingError(path, gone or "does not exist")
    for folder in (host.environ("PATH") or "/usr/local/bin:/usr/bin:/bin").split(":"):
        if folder and host.exists(posixpath.join(folder, wanted)):
            return posixpath.join(folder, wanted)
    raise MissingError(wanted, "not found on PATH")


def _answers(host: Host, path: str, may_run: bool, itself: bool = False) -> Mapping[str, Any]:
    """What the payload says, in this process where this is the interpreter, else run in it."""
    base = None if itself else base_interpreter(host, path)
    if base is not None:
        return {**_answers(host, base, may_run), "prefix": folder_of(host, path)}
    if host.runs_here(path):
        import sys

        return payload.facts(sys.base_prefix)
    if not (host.can_run and may_run):
        return _answers_from_files(host, path)
    completed = host.run((path, "-I", "-", payload.TAG), TIME_LIMIT, payload_source())
    if completed.timed_out:
        raise UnreadableError(path, f"did not answer within {TIME_LIMIT:.0f} s")
    lines = completed.stdout.decode("utf-8", "replace").splitlines()
    tagged = [line for line in lines if line.startswith(payload.TAG + " ")]
    if not tagged:
        raise ValueError(f"is not a working Python 3.6 or newer: {last_words(completed)}")
    return _checked(json.loads(tagged[-1].partition(" ")[2]))


def last_words(ended: Completed) -> str:
    """What a Python that ended too early said of it: its error, else its last line, else how."""
    lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    said = [line for line in lines if _ERROR.match(line)] or lines
    how = "signal" if ended.returncode < 0 else "exit status"
    return clean(said[-1]) if said else f"{how} {abs(ended.returncode)}"


def _checked(answers: Any) -> Mapping[str, Any]:
    """The answers, if they have the shape of :func:`payload.facts`; an interpreter can lie."""
    if not isinstance(answers, dict):
        raise ValueError("its answer makes no sense")
    expected = payload.facts("")
    for name in _LATER - answers.keys():
        del expected[name]
    if any(type(answers.get(name)) is not type(value) for name, value in expected.items()):
        raise ValueError("its answer makes no sense")
    return {
        name: clean(answers[name], 4096) if isinstance(value, str) else answers[name]
        for name, value in expected.items()
    }


def payload_source() -> bytes:
    """The source of the payload, to be sent to an interpreter."""
    import pkgutil

    source = pkgutil.get_data("pidoctor.probe", "payload.py")
    if source is None:
        raise UnreadableError("pidoctor/probe/payload.py", "is not in this copy of pidoctor")
    return source


def _answers_from_files(host: Host, path: str) -> Mapping[str, Any]:
    """The same facts where nothing can be run: from file names and the package database."""
    real = host.real_path(path)
    named = re.fullmatch(r"python(\d)\.(\d+)(t?)", posixpath.basename(real))
    if not named:
        raise UnreadableError(real, "the file's name does not tell its version")
    minor, threads = f"{named.group(1)}.{named.group(2)}", named.group(3)
    prefix = posixpath.dirname(posixpath.dirname(real)).rstrip("/") or "/usr"
    return {
        "version": _packaged_version(host, minor) or minor,
        "implementation": "cpython",
        "abi": f"{abi_tag(minor)}{threads}",
        "prefix": prefix,
        "base_prefix": prefix,
        "stdlib": f"{prefix}/lib/python{minor}{threads}",
        "libc": "",
    }


def _packaged_version(host: Host, minor: str) -> str:
    """The full version of a distribution's Python ("3.11.2"), from its package database."""
    release = re.escape(minor).encode() + rb"\.\d{1,3}"
    package = re.escape(minor).encode()
    dpkg = rb"\nPackage: python%b-minimal\n(?:[^\n]+\n){0,40}?Version: (%b)" % (package, release)
    apk = rb"\nP:python3\nV:(%b)" % release
    for database, pattern in ((DPKG_STATUS, dpkg), (APK_DATABASE, apk)):
        try:
            found = host.search(database, SearchPattern(f"python{minor}", pattern))
        except HostError:
            continue
        if found:
            return found[0].decode("ascii")
    return ""


def site_packages(host: Host, interpreter: PythonReading) -> Fact[list[str]]:
    """The folders of installed packages, in the order in which they are looked at."""
    return interpreter.answers.map(lambda found: _site_folders(host, found))


def system_packages(host: Host, interpreter: PythonReading) -> Fact[Mapping[str, str]]:
    """The packages of the installation behind the interpreter, whether it sees them or not."""
    folders = interpreter.answers.map(
        lambda found: _site_folders(host, {**found, "prefix": found["base_prefix"]})
    )
    return reading("the system's packages", partial(_packages, host, folders))


def _site_folders(host: Host, answers: Mapping[str, Any]) -> list[str]:
    prefix, base = str(answers["prefix"]), str(answers["base_prefix"])
    version = re.match(r"\d+\.\d+", str(answers["version"]))
    python = f"python{version.group(0)}" if version else "python3"
    prefixes = [prefix]
    if prefix != base and sees_system(settings(host, prefix)):
        prefixes.append(base)
    folders = (
        folder
        for root in prefixes
        for folder in (
            *((f"{host.home()}/.local/lib/{python}/site-packages",) if root == base else ()),
            *(pattern.format(prefix=root, python=python) for pattern in SITE_FOLDERS),
        )
        if host.exists(folder)
    )
    once: dict[str, str] = {}
    for folder in folders:  # lib64 of a virtual environment is a link to its lib
        once.setdefault(host.real_path(folder), folder)
    return list(once.values())


def installed_packages(host: Host, folders: Fact[list[str]]) -> Fact[Mapping[str, str]]:
    """Versions by normalised name, in the site-packages ``folders``."""
    return reading("site-packages", partial(_packages, host, folders))


def _packages(host: Host, folders: Fact[list[str]]) -> Mapping[str, str]:
    """Installed distributions by normalised name; the first folder that has one wins."""
    if folders.value is None:
        raise UnreadableError(folders.source, folders.detail)
    packages: dict[str, str] = {}
    for folder in folders.value:
        for name, version in named_in(host, folder):
            packages.setdefault(name, version)
    return packages


def _ssl(answers: Fact[Mapping[str, Any]]) -> Fact[bool]:
    if answers.value is not None and "ssl" not in answers.value:
        return Fact.unreadable(answers.source, "it was not asked")
    return answers.map(lambda found: bool(found["ssl"]))


def _marker(host: Host, answers: Fact[Mapping[str, Any]], stdlib: str) -> Fact[str]:
    """The PEP 668 marker; it does not count inside a virtual environment."""
    path = f"{stdlib}/EXTERNALLY-MANAGED"

    def marker(found: Mapping[str, Any]) -> Fact[str]:
        if found["prefix"] != found["base_prefix"]:
            return Fact.absent(path, "a virtual environment")
        return Fact.known(path, path) if host.exists(path) else Fact.absent(path)

    return answers.then(marker)


def _is_system(host: Host, executable: str) -> bool:
    """Whether this is the distribution's own Python, or an environment made from it."""
    return host.exists(SYSTEM_PYTHON) and host.real_path(executable) == host.real_path(
        SYSTEM_PYTHON
    )


def _float_abi(elf: Fact[Elf]) -> Fact[str]:
    if elf.value is not None and not elf.value.float_abi:
        return Fact.absent(elf.source, "not 32-bit ARM")
    return elf.map(lambda found: found.float_abi)
