"""Whole folders: copied by hard links, removed at once, checked for links that lead out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pidoctor.install.durable import rename


def copy(source: Path, target: Path) -> None:
    """Copy ``source`` to ``target``, which must not exist, sharing the content of packages.

    Files inside a package are hard links: installers replace such files, they do not write into
    them. All others (scripts, pyvenv.cfg, receipts, .pth files, metadata) are real copies. Links
    stay links. Where the file system knows no hard links, everything is copied.
    """
    target.mkdir()
    for entry in sorted(os.scandir(source), key=lambda item: item.name):
        path, copied = Path(entry.path), target / entry.name
        if entry.is_symlink():
            copied.symlink_to(os.readlink(path))
        elif entry.is_dir():
            copy(path, copied)
        elif entry.is_file():
            _copy_file(path, copied, shared=_in_package(path))
    shutil.copystat(source, target)


def _in_package(path: Path) -> bool:
    """Whether the file is in a folder of site-packages that is a package's code or data."""
    parts = path.parts
    if "site-packages" not in parts:
        return False
    below = parts[parts.index("site-packages") + 1 :]
    return len(below) > 1 and not below[0].endswith((".dist-info", ".egg-info"))


def _copy_file(source: Path, target: Path, shared: bool) -> None:
    if shared:
        try:
            os.link(source, target)
        except OSError:
            pass  # no hard links here, or too many of this file: copy, and report what that says
        else:
            return
    shutil.copy2(source, target, follow_symlinks=False)


def remove(path: Path, discard: Path) -> None:
    """Remove ``path``, a folder or nothing: it disappears by one rename, then its content goes."""
    if discard.exists():
        shutil.rmtree(discard)
    if path.exists():
        discard.parent.mkdir(exist_ok=True)
        rename(path, discard)
        shutil.rmtree(discard)


def own_bytes(folder: Path) -> int:
    """The bytes that removing ``folder`` would free: those of files not shared by hard links."""
    total = 0
    for path in _files(folder):
        status = path.lstat()
        if status.st_nlink == 1:
            total += status.st_blocks * 512
    return total


def _files(folder: Path) -> Iterator[Path]:
    for root, _, names in os.walk(folder):
        for name in names:
            yield Path(root, name)


def links_out(folder: Path) -> list[Path]:
    """The links below ``folder`` to folders outside it: writing below them would leave it."""
    real = os.path.realpath(folder)
    found = []
    for root, folders, _ in os.walk(folder):
        for name in folders:
            path = os.path.join(root, name)
            if os.path.islink(path):
                leads_to = os.path.realpath(path)
                if leads_to != real and not leads_to.startswith(real + os.sep):
                    found.append(Path(path))
    return sorted(found)
