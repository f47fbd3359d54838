"""The settings of a project: ``[tool.pidoctor]`` in pyproject.toml, or a pidoctor.toml.

::

    [tool.pidoctor]
    requirements = ["tflite-runtime", "-r requirements.txt"]
    models = ["models/detect.tflite"]
    targets = ["pi4-4gb/bookworm-64", "pi-zero-2w/bookworm-32"]
    accelerators = ["coral-usb"]

They stand for what is not given on the command line. Files are named as seen from the file of the
settings. Every fault is told with the file and the dotted path.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable

from pidoctor.errors import UsageError
from pidoctor.records import NamedTuple

if TYPE_CHECKING:
    from pidoctor.resolve.request import Project

OWN_FILE, SHARED_FILE = "pidoctor.toml", "pyproject.toml"
_TABLE = "tool.pidoctor"


class Settings(NamedTuple):
    """The keys of the table; all may be left out.

    ``requirements`` are lines as in a requirements file, ``models`` names of .tflite files,
    ``targets`` machines that the project is for, ``accelerators`` ids of devices that it needs.
    """

    requirements: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    accelerators: tuple[str, ...] = ()


class ProjectSettings(NamedTuple):
    """Settings that were read and hold: their file, and what they ask for."""

    file: Path
    requirement: str | Project
    models: tuple[Path, ...] = ()
    targets: tuple[str, ...] = ()
    accelerators: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The file, seen from the current directory."""
        return os.path.relpath(self.file)

    @property
    def is_mine(self) -> bool:
        """Whether nobody else than this user or root can have written it."""
        return os.lstat(self.file).st_uid in (os.geteuid(), 0)


def find_settings() -> ProjectSettings | None:
    """The settings of the current directory or of the nearest one above it that has some.

    Raises :class:`UsageError` with a line for each fault.
    """
    try:
        folder = Path.cwd()
    except FileNotFoundError:
        return None  # it is gone, which the command itself says
    for above in (folder, *folder.parents):
        for name in (OWN_FILE, SHARED_FILE):
            found = _read(above / name) if os.path.isfile(above / name) else None
            if found is not None:
                return found
    return None


def _read(path: Path) -> ProjectSettings | None:
    """The settings in a file; None for a pyproject.toml without any."""
    # Most folders have no such file, and what reads requirements takes long to import.
    from pidoctor.requirements.text import LIMIT, load_toml
    from pidoctor.safe_files import open_regular

    shared = path.name == SHARED_FILE
    try:
        with open_regular(path, LIMIT) as file:
            data = file.read(LIMIT)
    except UsageError:
        if shared:
            return None  # nothing says that it is about pidoctor
        raise
    if shared and b"pidoctor" not in data:
        return None  # most are not, and need not be parsed

    shown = Path(os.path.relpath(path))
    try:
        tables = load_toml(shown, data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(f"{shown}: is not a text file in UTF-8") from None
    table: Any = tables
    for key in _TABLE.split(".") if shared else ():
        table = table.get(key) if isinstance(table, Mapping) else None
    return None if table is None else _settings(path, shown, table, tables if shared else {})


def _settings(path: Path, shown: Path, table: Any, around: Mapping[str, Any]) -> ProjectSettings:
    from pidoctor.decoding import DecodeError, decode
    from pidoctor.resolve.request import AUTO

    root = _TABLE if path.name == SHARED_FILE else ""
    faults: list[str] = []
    try:
        settings = decode(Settings, table, str(shown), root=root)
    except DecodeError as error:
        faults += error.faults
        settings = Settings(**_sound_keys(table))  # what is wrong with the others is told too
    where = f"{shown}: {root}." if root else f"{shown}: "
    faults += _faults(settings, path.parent, where)
    requirement: str | Project = AUTO
    try:
        requirement = _requirement(settings, shown, where, around)
    except UsageError as error:
        faults[:0] = str(error).splitlines()
    if faults:
        raise DecodeError(faults)
    return ProjectSettings(
        path,
        requirement,
        tuple(path.parent / name for name in settings.models),
        settings.targets,
        _accelerators(settings),
    )


def _sound_keys(table: Any) -> dict[str, tuple[str, ...]]:
    """The keys that are as they should be."""
    return {
        key: tuple(value)
        for key, value in (table.items() if isinstance(table, Mapping) else ())
        if key in Settings._fields
        and isinstance(value, list)
        and all(isinstance(item, str) for item in value)
    }


def _accelerators(settings: Settings) -> tuple[str, ...]:
    """The ids of the devices, which may be named in any spelling."""
    if not settings.accelerators:
        return ()
    from pidoctor.profile.devices import named

    return tuple(named(name).id for name in settings.accelerators)


def _requirement(
    settings: Settings, shown: Path, where: str, around: Mapping[str, Any]
) -> str | Project:
    """What the settings ask for; where they say nothing of it, the project's own dependencies."""
    from pidoctor.requirements.files import names_dependencies, read_files, read_lines
    from pidoctor.requirements.project import project_of
    from pidoctor.resolve.request import AUTO

    lines = [(n, line) for n, line in enumerate(settings.requirements) if line.strip() != AUTO]
    if not settings.requirements and names_dependencies(around):
        read = read_files([str(shown)])
    elif len(lines) == 1 and not lines[0][1].lstrip().startswith("-"):
        return lines[0][1].strip()
    elif not lines:
        return AUTO
    else:
        read = read_lines(shown, ((f"{where}requirements[{n}]", line) for n, line in lines))
    return project_of(read)


def _faults(settings: Settings, folder: Path, where: str) -> Iterator[str]:
    """What is wrong with models, targets and accelerators."""
    from pidoctor.profile.devices import named
    from pidoctor.profile.named_targets import target
    from pidoctor.safe_files import open_regular

    judges: Mapping[str, Callable[[str], object]] = {
        "models": lambda name: open_regular(folder / name).close(),
        "targets": target,
        "accelerators": named,
    }
    for key, judge in judges.items():
        for number, name in enumerate(getattr(settings, key)):
            try:
                judge(name)
            except UsageError as error:
                yield f"{where}{key}[{number}]: {str(error).removeprefix('--with ')}"
