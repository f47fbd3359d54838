"""Writing so that a power cut leaves the old or the new content, never half of it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

# O_NONBLOCK: opening a FIFO must not wait for a writer that never comes.
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def write_json(path: Path, data: Any, mode: int = 0o644) -> None:
    """Replace ``path`` by ``data`` as JSON, durably and at once. A symlink there is replaced."""
    temporary = path.with_name(path.name + ".tmp")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    sync_folder(path.parent)


def read_json(path: Path, limit: int) -> Any:
    """The JSON document in the regular file ``path``, of at most ``limit`` bytes.

    OSError where there is no such file, ValueError where it is something else: a link, a FIFO, a
    device, too large, no JSON.
    """
    try:
        descriptor = os.open(path, _READ)
    except FileNotFoundError:
        raise
    except OSError as error:
        if path.is_symlink():
            raise ValueError("it is a link") from error
        raise
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is no regular file")
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError("it is too large")
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def rename(source: Path, target: Path) -> None:
    """Rename, durably: both folders are on the card when this returns."""
    os.rename(source, target)
    sync_folder(target.parent)
    if source.parent != target.parent:
        sync_folder(source.parent)


def sync_folder(folder: Path) -> None:
    """Bring the entries of ``folder`` to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
