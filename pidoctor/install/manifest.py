"""What an environment held when its install was done, and what came or changed since."""

from __future__ import annotations

import configparser
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pidoctor.expressions import expression
from pidoctor.install.durable import read_json, rename, sync_folder, write_json
from pidoctor.install.place import Place

SCHEMA = "pidoctor-manifest/1"
_LIMIT = 64 << 20
_OURS = frozenset(
    name + end
    for name in ("pidoctor-receipt.json", "pidoctor-manifest.json", "pidoctor-proof.json")
    for end in ("", ".tmp")
) | {"pyvenv.cfg.tmp"}
_DATA = expression(r"^[^/]+\.data/(purelib|platlib)/")  # the wheel format's other two roots
_METADATA_LIMIT = 1 << 20
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Changes:
    """What others did in an environment since its install, as paths below it.

    ``known`` is False where no manifest tells: then everything counts as somebody's.
    """

    added: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    known: bool = True

    @property
    def paths(self) -> tuple[str, ...]:
        return (*self.added, *self.edited)

    def __bool__(self) -> bool:
        return bool(self.paths) or not self.known


def contents(environment: Path) -> dict[str, str]:
    """For each file its size in bytes and time of change in nanoseconds, or where a link leads.

    Without bytecode, which Python writes by itself, and what pidoctor keeps there.
    """
    found = {}
    for root, folders, names in os.walk(environment):
        folders[:] = [name for name in folders if name != "__pycache__"]
        links = [name for name in folders if os.path.islink(os.path.join(root, name))]
        below = os.path.relpath(root, environment)
        before = "" if below == os.curdir else f"{below}{os.sep}"
        for name in (*names, *links):
            if before + name not in _OURS:
                found[before + name] = _told(os.path.join(root, name))
    return found


def _told(path: str) -> str:
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return f"-> {os.readlink(path)}"
    return f"{status.st_size} {status.st_mtime_ns}"


def write_manifest(environment: Path) -> None:
    """Write down what ``environment`` holds, in itself."""
    write_json(Place(environment).manifest, {"schema": SCHEMA, "files": contents(environment)})


def changes_since_install(environment: Path) -> Changes:
    """What was added and edited since the manifest was written."""
    then = _read(environment)
    return Changes(known=False) if then is None else _compare(contents(environment), then)


def _read(environment: Path) -> dict[str, str] | None:
    try:
        data = read_json(Place(environment).manifest, _LIMIT)
    except (OSError, ValueError):
        return None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        return None
    found = data.get("files")
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else None


def _compare(now: Mapping[str, str], then: Mapping[str, str]) -> Changes:
    return Changes(
        tuple(sorted(path for path in now if path not in then)),
        tuple(sorted(path for path in now if path in then and now[path] != then[path])),
    )


def changes_by_others(changed: Path, before: Path, wheels: Path) -> Changes:
    """What is in ``changed`` neither from ``before`` nor from the wheels in the folder ``wheels``.

    ``changed`` is an environment in which an install was interrupted, ``before`` what it was made
    from: what the installer wrote there is nobody's work.
    """
    found = _compare(contents(changed), contents(before))
    if not found:
        return found
    written = _Written(wheels)

    def others(paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(path for path in paths if not written.has(changed, path))

    return Changes(others(found.added), others(found.edited))


class _Written:
    """What installers write for some wheels."""

    def __init__(self, folder: Path) -> None:
        self._members: dict[str, tuple[int, int]] = {}  # size and CRC-32
        self._scripts: set[str] = set()
        self._metadata: set[str] = set()
        for path in sorted(folder.glob("*.whl")):
            try:
                with zipfile.ZipFile(path) as wheel:
                    self._learn(wheel)
            except (OSError, ValueError, zipfile.BadZipFile):
                continue  # then its files count as somebody's, and are kept

    def _learn(self, wheel: zipfile.ZipFile) -> None:
        for member in wheel.infolist():
            name = _DATA.sub("", member.filename)
            self._members[name] = (member.file_size, member.CRC)
            top, _, rest = name.partition("/")
            if top.endswith(".dist-info"):
                self._metadata.add(top)
                if rest == "entry_points.txt" and member.file_size <= _METADATA_LIMIT:
                    self._scripts.update(_script_names(wheel.read(member)))
            elif ".data/scripts/" in member.filename:
                self._scripts.add(name.rpartition("/")[2])

    def has(self, environment: Path, path: str) -> bool:
        """Whether the file is one of theirs, whole or half written, and not edited by anybody."""
        parts = Path(path).parts
        if path == "pyvenv.cfg":  # pidoctor changes it, and whoever else does is stopped before
            return True
        if parts[0] == "bin":
            return len(parts) == 2 and parts[1] in self._scripts
        if "site-packages" not in parts:
            return False
        below = parts[parts.index("site-packages") + 1 :]
        if below[0].startswith("~") or below[0] in self._metadata:  # pip renames what it replaces
            return True
        member = self._members.get("/".join(below))
        return member is not None and _matches(environment / path, *member)


def _script_names(entry_points: bytes) -> Iterator[str]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(entry_points.decode("utf-8", "replace"))
    except configparser.Error:
        return
    for section in ("console_scripts", "gui_scripts"):
        if parser.has_section(section):
            yield from (name.strip() for name in parser.options(section))


def _matches(path: Path, size: int, crc: int) -> bool:
    """Whether the file has this content, or is the beginning of a file that has it."""
    status = os.lstat(path)
    if not stat.S_ISREG(status.st_mode) or status.st_size > size:
        return False
    if status.st_size < size:
        return True
    found = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found = zlib.crc32(chunk, found)
    return found == crc


def keep_aside(environment: Path, changes: Changes, target: Path) -> bool:
    """Move what others changed from ``environment`` to ``target``; whether there was anything.

    Can be repeated after a kill. Where nothing tells what was changed, all of it is kept.
    """
    if not changes.known:
        if not os.path.lexists(environment):
            return target.is_dir()
        rename(environment, target)
        return True
    folders = {target.parent}
    for path in changes.paths:
        to = target / path
        to.parent.mkdir(parents=True, exist_ok=True)
        os.rename(environment / path, to)
        folders.add(to.parent)
    for folder in folders:
        sync_folder(folder)
    return target.is_dir()
