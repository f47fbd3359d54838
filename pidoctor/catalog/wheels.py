"""The wheels index: what wheels exist for a package, and what was read off their ELF files.

One JSON file per package (``wheels-index/NAME.json``), loaded on demand. The fields are explained
in wheels-index/README.md. A tag is what a wheel claims; :class:`Evidence` is what its files show.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from packaging.version import Version

from pidoctor.building import build
from pidoctor.decoding import DecodeError, Form, Line, decode
from pidoctor.errors import PidoctorError, why_not_json
from pidoctor.platforms.pep440 import version_of
from pidoctor.platforms.versions import parse_version
from pidoctor.records import NamedTuple, dataclass
from pidoctor.value_rules import Amount, Rule

T = TypeVar("T")
SCHEMA = "pidoctor-index/1"
SOURCE_ONLY = "published as source only, which pip has to build; plain Python needs no compiler"
"""Why a package is not checked of which a version has no wheel at all."""
_LARGEST = 64 << 20  # bytes of an index file; the largest has 2 MB


def is_source_only(why: str) -> bool:
    """Whether that is why nothing is known of a package, whatever else is said of who needs it."""
    return why.startswith(SOURCE_ONLY)


@lru_cache(maxsize=4096)
def _is_level(text: str) -> bool:
    """Whether a text is a version of a library's symbols, or empty."""
    try:
        return not text or bool(parse_version(text))
    except ValueError:
        return False


ReleaseNumber = Annotated[str, Form("a version", version_of)]
Level = Annotated[str, Form('a version such as "2.34", or nothing', _is_level)]
Sha256 = Annotated[str, Form("a SHA-256", re.compile(r"[0-9a-f]{64}").fullmatch)]
WheelName = Annotated[
    str, Form("a wheel's file name", re.compile(r"[!-,.0-~]+(-[!-,.0-~]+){4,5}\.whl").fullmatch)
]


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

    path: Line
    required: bool
    machine: Line  # aarch64, armv7l, armv6l, x86_64, i686
    glibc: Level  # highest version needed by a strong symbol reference
    glibcxx: Level
    cxxabi: Level
    needed: tuple[Line, ...]  # sonames that the wheel does not bundle
    align: int  # smallest alignment of a LOAD segment, bytes
    exec_stack: bool
    cpu_features: tuple[Line, ...]
    optional_features: tuple[Line, ...] = ()
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

    read_from: Line
    unpacked_size: int
    numpy_api: NumpyApi | None
    libraries: tuple[Library, ...]


class Wheel(NamedTuple):
    """One wheel file, or a source archive; ``evidence`` is None where none was read (pure Python,
    or not yet)."""

    name: str  # normalised project name
    version: str
    filename: str
    sha256: Annotated[str, Rule("pattern", "^[0-9a-f]{64}$")]
    size: Amount
    requires_python: str
    requires_dist: tuple[str, ...]
    yanked: str  # the reason; empty when not yanked, "yanked" when no reason was given
    source: str  # "index" or "piwheels"
    evidence: Evidence | None

    @property
    def is_source(self) -> bool:
        """Whether pip has to build it first."""
        return not self.filename.endswith(".whl")


class WheelRow(NamedTuple):
    """A wheel as an index file writes it."""

    file: WheelName
    sha256: Sha256
    size: int
    requires_dist: tuple[Line, ...] | None = None
    yanked: Line = ""
    source: Line = "index"
    evidence: Line | None = None


class ReleaseRow(NamedTuple):
    """A version as an index file writes it."""

    requires_python: Line
    requires_dist: tuple[Line, ...]
    wheels: tuple[WheelRow, ...]


class SelectionRow(NamedTuple):
    """Why versions are missing in an index file."""

    left_out: tuple[Line, ...] = ()
    extras: tuple[Line, ...] = ()


class IndexFile(NamedTuple):
    """A file of the wheels index."""

    name: Line
    retrieved: Line
    evidence: Mapping[Line, Evidence]
    versions: Mapping[ReleaseNumber, ReleaseRow]
    other_versions: Mapping[ReleaseNumber, Line] = {}
    selection: SelectionRow = SelectionRow()


@dataclass(frozen=True)
class IndexedProject:
    """All wheels of one package, by version, newest version first; with ``whole``, which is a
    page of a package index as it is now, its source archives too."""

    name: str
    retrieved: str  # date of the last refresh, ISO 8601
    by_version: Mapping[str, tuple[Wheel, ...]]
    other_versions: Mapping[str, str]  # published for other platforms only: version -> which
    left_out: frozenset[str] = frozenset()  # published, and not held here: no answer needs them
    extras: frozenset[str] = frozenset()  # those whose requirements are held
    whole: bool = False
    looked_at: str = ""  # where no package of that name is

    @cached_property
    def has_releases(self) -> bool:
        """Whether some version is no pre-release; a package of daily builds has none."""
        versions = (*self.by_version, *self.other_versions)
        return not all(Version(version).is_prerelease for version in versions)

    @cached_property
    def wheels(self) -> tuple[Wheel, ...]:
        """All wheels, newest version last."""
        oldest_first = reversed([*self.by_version])
        return tuple(wheel for version in oldest_first for wheel in self.by_version[version])


def newest_first(wheels: Iterable[Wheel]) -> dict[str, tuple[Wheel, ...]]:
    """Wheels by version, newest version first."""
    versions: dict[str, list[Wheel]] = {}
    for wheel in wheels:
        versions.setdefault(wheel.version, []).append(wheel)
    ordered = sorted(versions, key=Version, reverse=True)
    return {version: tuple(versions[version]) for version in ordered}


class _Shipped(Mapping[str, tuple[Wheel, ...]]):
    """The wheels of a file that ships, by version; each version is read when it is asked for."""

    def __init__(self, data: Any, where: str) -> None:
        self._data, self._where = data, where
        self._read: dict[str, tuple[Wheel, ...]] = {}
        self._versions = sorted(data["versions"], key=Version, reverse=True)

    def __getitem__(self, version: str) -> tuple[Wheel, ...]:
        if version not in self._read:
            row, part = self._data["versions"][version], self._data
            with suppress(TypeError, KeyError, AttributeError):  # the whole is said to be damaged
                named = {wheel.get("evidence") for wheel in row["wheels"]} - {None}
                evidence = {name: part["evidence"][name] for name in named}
                part = {**part, "versions": {version: row}, "evidence": evidence}
            file = read_document(IndexFile, part, self._where, ships=True)
            self._read[version] = tuple(_wheels(file, self._where))
        return self._read[version]

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)


def parse_project(data: Any, where: str, ships: bool = False) -> IndexedProject:
    """The project that an index file's JSON describes; raises :class:`CatalogError`."""
    if not isinstance(data, Mapping):
        raise CatalogError(f"{where}: not a wheels index file")
    if data.get("schema") != SCHEMA:
        raise CatalogError(
            f"{where}: schema {str(data.get('schema'))[:40]!r} is not {SCHEMA}; "
            "it was written by another version of pidoctor"
        )
    versions = data.get("versions")
    lazily = ships and isinstance(versions, dict) and all(map(version_of, versions))
    head = {**data, "versions": {}, "evidence": {}} if lazily else data
    file = read_document(IndexFile, head, where, ships)
    return IndexedProject(
        file.name,
        file.retrieved,
        _Shipped(data, where) if lazily else newest_first(_wheels(file, where)),
        file.other_versions,
        frozenset(file.selection.left_out),
        frozenset(file.selection.extras),
    )


def read_document(kind: type[T], data: Any, where: str, ships: bool = False) -> T:
    """A document of the wheels index; raises :class:`CatalogError`, which names the first fault.

    One that ``ships`` was held against its form by tests, as the data tables were: its form is
    looked at only where it does not become a ``kind``, which a damaged card may bring about.
    """
    try:
        if ships:
            with suppress(TypeError, ValueError, KeyError, AttributeError):
                return build(kind, data)
        return decode(kind, data, where, exact=False)
    except DecodeError as error:
        more = len(error.faults) - 1
        raise CatalogError(
            error.faults[0] + (f" (and {more} more faults)" if more else "")
        ) from error


def _wheels(file: IndexFile, where: str) -> Iterator[Wheel]:
    for version, release in file.versions.items():
        for row in release.wheels:
            if row.evidence is not None and row.evidence not in file.evidence:
                raise CatalogError(
                    f"{where}: {row.file}: the evidence {row.evidence} is not in the file"
                )
            yield Wheel(
                file.name,
                version,
                row.file,
                row.sha256,
                row.size,
                release.requires_python,
                release.requires_dist if row.requires_dist is None else row.requires_dist,
                row.yanked,
                row.source,
                None if row.evidence is None else file.evidence[row.evidence],
            )


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

    def file_refused(self, name: str) -> str:
        """Why a package's file at an address of its own could not be read; empty where nobody
        tried, or it was."""
        del name
        return ""

    def file_unread(self, name: str) -> str:
        """Why nothing is known of a package whose file has an address of its own."""
        return self.file_refused(name) or "from an address of its own, which was not read"

    def knows_extra(self, name: str, extra: str) -> bool:
        """Whether it is known what an extra of a package that is held asks for."""
        project = self.project(name)
        return project is not None and extra in project.extras

    def extras_of(self, wheel: Wheel) -> tuple[str, ...] | None:
        """The extras that a wheel offers, normalised; None where that is not known."""
        del wheel
        return None

    def lacking(self, name: str) -> str:
        """Why versions of a package may be had without a wheel that is known: a source of wheels
        did not answer."""
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

    def read_ahead(self, names: Iterable[str], first: Callable[[str], Wheel | None]) -> None:
        """Read together what else would be read of these packages one after the other: their pages,
        and what the wheel of each requires that will be tried ``first``."""

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
            if error.errno == errno.ENAMETOOLONG:
                return None
            raise CatalogError(f"{path}: cannot be read ({error.strerror})") from error
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise CatalogError(f"{path}: not JSON: {why_not_json(error)}") from error
        return parse_project(data, str(path), ships=self.folder == shipped_index())
