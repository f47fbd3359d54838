"""The wheels index: what wheels exist for a package, and what was read off their ELF files.

One JSON file per package (``wheels-index/NAME.json``), loaded on demand. The fields are explained
in wheels-index/README.md. A tag is what a wheel claims; :class:`Evidence` is what its files show.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import Version

from pidoctor.errors import PidoctorError
from pidoctor.platforms.versions import parse_version

SCHEMA = "pidoctor-index/1"
_LARGEST = 64 << 20  # bytes of an index file; the largest has 2 MB
_SHA256 = re.compile(r"[0-9a-f]{64}")


class CatalogError(PidoctorError):
    """An index file that cannot be used: unreadable, malformed, or of a newer schema."""

    exit_code = 2


class ArmLevels(NamedTuple):
    """What 32-bit ARM code was compiled for: the values of its build attributes Tag_CPU_arch,
    Tag_FP_arch and Tag_Advanced_SIMD_arch, 0 where it states none.

    https://github.com/ARM-software/abi-aa/blob/main/addenda32/addenda32.rst
    """

    cpu_arch: int
    fp_arch: int
    simd_arch: int


class Library(NamedTuple):
    """One ELF file of a wheel and what it needs from the machine.

    ``required`` is true when the package's entry point cannot be imported without it: it is an
    extension module on the way, or reached from one through NEEDED. Versions are strings such as
    "2.34", empty when the file names none. ``cpu_features`` are those that its code uses without
    a guard, as /proc/cpuinfo spells them ("atomics", "asimddp"); ``optional_features`` those found
    only in code that is most likely chosen at run time.
    """

    path: str
    required: bool
    machine: str  # aarch64, armv7l, armv6l, x86_64, i686
    glibc: str  # highest version needed by a strong symbol reference
    glibcxx: str
    cxxabi: str
    needed: tuple[str, ...]  # sonames that the wheel does not bundle
    align: int  # smallest alignment of a LOAD segment, bytes
    exec_stack: bool
    cpu_features: tuple[str, ...]
    optional_features: tuple[str, ...] = ()
    arm: ArmLevels | None = None


class NumpyApi(NamedTuple):
    """The NumPy C API that a wheel was compiled against.

    ``abi`` is 1 or 2 (a wheel compiled against 1 does not run with NumPy 2); ``feature`` the C API
    version it demands at import (for example 0x10 for NumPy 1.23), 0 where it could not be told.
    """

    abi: int
    feature: int


class Evidence(NamedTuple):
    """What a wheel's files show, and which wheel they were read from (perhaps a sibling)."""

    read_from: str
    unpacked_size: int
    numpy_api: NumpyApi | None
    libraries: tuple[Library, ...]


class Wheel(NamedTuple):
    """One wheel file. ``evidence`` is None where none was read (pure Python, or not yet)."""

    name: str  # normalised project name
    version: str
    filename: str
    sha256: str
    size: int
    requires_python: str
    requires_dist: tuple[str, ...]
    yanked: str  # the reason; empty when not yanked, "yanked" when no reason was given
    source: str  # "index" or "piwheels"
    evidence: Evidence | None


@dataclass(frozen=True)
class IndexedProject:
    """All wheels of one package, newest version last as in the file."""

    name: str
    retrieved: str  # date of the last refresh, ISO 8601
    wheels: tuple[Wheel, ...]
    other_versions: Mapping[str, str]  # published for other platforms only: version -> which
    left_out: frozenset[str] = frozenset()  # published, and not held here: no answer needs them
    extras: frozenset[str] = frozenset()  # those whose requirements are held

    @cached_property
    def has_releases(self) -> bool:
        """Whether some version is no pre-release; a package of daily builds has none."""
        versions = (*self.by_version, *self.other_versions)
        return not all(Version(version).is_prerelease for version in versions)

    @cached_property
    def by_version(self) -> dict[str, tuple[Wheel, ...]]:
        """The wheels of each version, newest version first."""
        versions: dict[str, list[Wheel]] = {}
        for wheel in self.wheels:
            versions.setdefault(wheel.version, []).append(wheel)
        ordered = sorted(versions, key=Version, reverse=True)
        return {version: tuple(versions[version]) for version in ordered}


def parse_project(data: Any, where: str) -> IndexedProject:
    """The project that an index file's JSON describes; raises :class:`CatalogError`."""
    if not isinstance(data, Mapping):
        raise CatalogError(f"{where}: not a wheels index file")
    if data.get("schema") != SCHEMA:
        raise CatalogError(
            f"{where}: schema {str(data.get('schema'))[:40]!r} is not {SCHEMA}; "
            "it was written by another version of pidoctor"
        )
    try:
        evidence = {key: parse_evidence(item) for key, item in data["evidence"].items()}
        wheels = tuple(
            _wheel(data["name"], version, entry, release, evidence)
            for version, release in data["versions"].items()
            for entry in release["wheels"]
        )
        others = data.get("other_versions", {})
        selection = data.get("selection", {})
        left_out = frozenset(selection.get("left_out", ()))
        extras = frozenset(selection.get("extras", ()))
        _texts(
            data["name"],
            data["retrieved"],
            *others,
            *others.values(),
            *evidence,
            *left_out,
            *extras,
        )
        for version in (*data["versions"], *others):
            Version(version)
        return IndexedProject(data["name"], data["retrieved"], wheels, others, left_out, extras)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise CatalogError(f"{where}: malformed ({type(error).__name__})") from error


def _wheel(
    name: str,
    version: str,
    entry: Mapping[str, Any],
    release: Mapping[str, Any],
    evidence: Mapping[str, Evidence],
) -> Wheel:
    wheel = Wheel(
        name=name,
        version=version,
        filename=entry["file"],
        sha256=entry["sha256"],
        size=entry["size"],
        requires_python=release["requires_python"],
        requires_dist=tuple(entry.get("requires_dist", release["requires_dist"])),
        yanked=entry.get("yanked", ""),
        source=entry.get("source", "index"),
        evidence=evidence[entry["evidence"]] if "evidence" in entry else None,
    )
    _texts(wheel.filename, wheel.sha256, wheel.requires_python, wheel.yanked, wheel.source)
    _texts(*wheel.requires_dist)
    _only(int, wheel.size)
    if not wheel.filename.endswith(".whl") or wheel.filename.count("-") not in (4, 5):
        raise ValueError("not a wheel's file name")
    if not _SHA256.fullmatch(wheel.sha256) or "/" in wheel.filename:
        raise ValueError("no SHA-256, or a path where a name belongs")
    return wheel


def parse_evidence(item: Mapping[str, Any]) -> Evidence:
    """The evidence that an entry of an index file's ``evidence`` describes."""
    numpy = item["numpy_api"]
    if numpy is not None:
        _only(int, numpy["abi"], numpy["feature"])
    _texts(item["read_from"])
    _only(int, item["unpacked_size"])
    return Evidence(
        read_from=item["read_from"],
        unpacked_size=item["unpacked_size"],
        numpy_api=None if numpy is None else NumpyApi(numpy["abi"], numpy["feature"]),
        libraries=tuple(_library(library) for library in item["libraries"]),
    )


def _library(item: Mapping[str, Any]) -> Library:
    library = Library(
        path=item["path"],
        required=item["required"],
        machine=item["machine"],
        glibc=item["glibc"],
        glibcxx=item["glibcxx"],
        cxxabi=item["cxxabi"],
        needed=tuple(item["needed"]),
        align=item["align"],
        exec_stack=item["exec_stack"],
        cpu_features=tuple(item["cpu_features"]),
        optional_features=tuple(item.get("optional_features", ())),
        arm=ArmLevels(**item["arm"]) if "arm" in item else None,
    )
    _texts(library.path, library.machine, *library.needed, *library.cpu_features)
    _texts(*library.optional_features)
    _only(int, library.align, *(library.arm or ()))
    _only(bool, library.required, library.exec_stack)
    for version in (library.glibc, library.glibcxx, library.cxxabi):
        if version:
            parse_version(version)
    return library


def _only(kind: type, *values: object) -> None:
    for value in values:
        if type(value) is not kind:
            raise TypeError(f"{type(value).__name__} where {kind.__name__} belongs")


def _texts(*values: str) -> None:
    """Raises for what is no text (by ``join``), and for a control character.

    A line break in a hash would be a line of its own in a lock file.
    """
    if not "".join(values).isprintable():
        raise ValueError("a control character")


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def shipped_index() -> Path:
    """The folder of the index that comes with pidoctor, in a wheel or in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "wheels-index"
    return installed if installed.is_dir() else package.parent / "wheels-index"


class WheelsIndex:
    """Lazy access to a folder of index files; each package is read once.

    ``note`` is a sentence for the user about where the index comes from; empty when all is well.
    """

    def __init__(self, folder: Path, note: str = "") -> None:
        self.folder = folder
        self.note = note
        self._projects: dict[str, IndexedProject | None] = {}

    def project(self, name: str) -> IndexedProject | None:
        """The package ``name`` (normalised), or None when the index does not hold it."""
        if name not in self._projects:
            self._projects[name] = self._load(name)
        return self._projects[name]

    def known(self, name: str) -> IndexedProject | None:
        """The same without looking anything up for it."""
        return self.project(name)

    def described(self, wheel: Wheel) -> Wheel:
        """The wheel with what it requires; an index that looks that up late does it now."""
        return wheel

    def unread(self, name: str) -> str:
        """Why nothing is known of a package; empty where it is known, or not held."""
        return "" if self.project(name) else "the wheels index does not hold it"

    def knows_extra(self, name: str, extra: str) -> bool:
        """Whether it is known what an extra of a package that is held asks for."""
        project = self.project(name)
        return project is not None and extra in project.extras

    def lacking(self, name: str) -> str:
        """Why a package may have more wheels than are known: a source that did not answer."""
        del name
        return ""

    def doubt(self, wheel: Wheel) -> str:
        """What could not be read of a wheel that is held; empty as a rule."""
        del wheel
        return ""

    def look_closer(self, wheels: Iterable[Wheel]) -> bool:
        """Read more of these wheels, where more can be read: whether anything new was learnt."""
        del wheels
        return False

    def widen(self) -> bool:
        """Look for versions that are not held, where that can be done: whether there are any."""
        return False

    def forget(self) -> None:
        """Reads every package again when it is next asked for."""
        self._projects.clear()

    def names(self) -> list[str]:
        """The packages that the index holds, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def _read(self, path: Path) -> bytes:
        """The content of an index file. Opening a named pipe there does not wait for a writer."""
        with open(path, "rb", opener=_without_waiting) as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise CatalogError(f"{path}: larger than {_LARGEST >> 20} MiB")
        return content

    def _load(self, name: str) -> IndexedProject | None:
        path = self.folder / f"{name}.json"
        try:
            text = self._read(path)
        except (FileNotFoundError, ValueError):  # ValueError: no file can have that name
            return None
        except OSError as error:
            raise CatalogError(f"{path}: cannot be read ({error.strerror})") from error
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CatalogError(f"{path}: not JSON ({type(error).__name__})") from error
        return parse_project(data, str(path))
