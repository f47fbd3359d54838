"""Wheel files on this machine: found by name, believed by hash, kept for the next install."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from packaging.utils import parse_wheel_filename

from pidoctor.catalog.location import user_cache
from pidoctor.catalog.wheels import Wheel
from pidoctor.errors import UsageError
from pidoctor.readiness.space import Kept
from pidoctor.safe_files import sha256_of

_HASH = re.compile("[0-9a-f]{64}")
_IN_USE_S = 3600
"""Seconds after its last use in which a wheel may still be read by an install that runs."""

LIMIT = 1_000_000_000
"""Bytes of wheels that are kept: an install of TensorFlow 2.20 has 300 MB, and the cards of many
boards hold 8 to 16 GB."""


class Cache:
    """Verified wheels by hash, shared by all environments of a user: FOLDER/SHA256/FILENAME."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of_user(cls) -> Cache | None:
        """The user's cache, or None for a user without a home; makes nothing."""
        folder = user_cache() / "wheels"
        return cls(folder) if folder.is_absolute() else None

    def path(self, wheel: Wheel) -> Path:
        return self.folder / wheel.sha256 / wheel.filename

    def keep(self, wheel: Wheel, file: Path) -> Path:
        """Move the verified ``file`` into the cache and return its new path.

        Where the cache takes no more, the file stays where it is and is used from there.
        """
        import tempfile

        target = self.path(wheel)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=target.parent)
            os.close(descriptor)
        except OSError:
            return file
        try:
            shutil.copyfile(file, name) if _other_disk(file, target) else os.replace(file, name)
            os.replace(name, target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            return file
        file.unlink(missing_ok=True)
        return target

    def used(self) -> Iterator[tuple[float, int, Path]]:
        """When each wheel was last used (seconds since 1970), its bytes and its folder."""
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry in entries:
                if _HASH.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                    with suppress(OSError), os.scandir(entry) as files:
                        size = sum(file.stat(follow_symlinks=False).st_size for file in files)
                        yield entry.stat().st_mtime, size, Path(entry.path)

    def note(self, used: Iterable[str]) -> None:
        """That the wheels with the hashes ``used`` are used now."""
        for name in used:
            with suppress(OSError):
                os.utime(self.folder / name)

    def trim(self, used: Collection[str]) -> None:
        """Remove the wheels that were not used for longest, until no more than LIMIT bytes are
        kept; none with the hashes ``used``, and none that another install may be using."""
        self.note(used)
        total, now = 0, time.time()
        for when, size, folder in sorted(self.used(), reverse=True):
            total += size
            if total > LIMIT and folder.name not in used and abs(now - when) > _IN_USE_S:
                shutil.rmtree(folder, ignore_errors=True)


def kept(cache: Cache | None, found: Container[str], venv: Path) -> Kept:
    """What earlier installs kept; ``found`` are the hashes of a plan's wheels among it."""
    disk = next((p for p in (venv, *venv.absolute().parents) if p.exists()), venv)
    try:
        if cache is None or cache.folder.stat().st_dev != disk.stat().st_dev:
            return Kept(found)
    except OSError:
        return Kept(found)
    return Kept(found, str(cache.folder), sum(size for _, size, _ in cache.used()))


def _other_disk(file: Path, target: Path) -> bool:
    return file.stat().st_dev != target.parent.stat().st_dev


def find(wheels: Iterable[Wheel], folders: Iterable[Path], cache: Cache | None) -> dict[str, Path]:
    """The files of ``wheels`` in the folders and the cache, by hash; only verified ones."""
    places = list(folders)
    found: dict[str, Path] = {}
    for wheel in wheels:
        candidates = [folder / wheel.filename for folder in places]
        if cache is not None:
            candidates.append(cache.path(wheel))
        for path in candidates:
            if matches(path, wheel):
                found[wheel.sha256] = path
                break
    return found


def matches(path: Path, wheel: Wheel) -> bool:
    """Whether ``path`` is the file of ``wheel``: same hash."""
    try:
        if not path.is_file() or (wheel.size and path.stat().st_size != wheel.size):
            return False
        return sha256_of(path) == wheel.sha256
    except (OSError, UsageError):
        return False


def collect(files: Mapping[str, Path], wheels: Iterable[Wheel], folder: Path) -> None:
    """Make ``folder`` a place from which any pip or uv installs ``wheels``.

    It holds a link per wheel, under a name whose tag every installer accepts. Which wheels run
    here has been decided by evidence; a pip that does not know a tag, or believes one that is
    wrong, must not decide it again. The content, and so its hash, is the wheel's.
    """
    folder.mkdir()
    for wheel in wheels:
        (folder / neutral_name(wheel.filename)).symlink_to(files[wheel.sha256].absolute())


def neutral_name(filename: str) -> str:
    """The name of a wheel with the tag ``py3-none-any``."""
    parse_wheel_filename(filename)
    name, version = filename.split("-")[:2]
    return f"{name}-{version}-py3-none-any.whl"


def check_folder(folder: Path) -> Path:
    """``folder`` if it is one; UsageError otherwise."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder of wheels")
    return folder.absolute()
