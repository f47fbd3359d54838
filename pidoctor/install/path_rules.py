"""Which folders an environment may lie in: its scripts name the path, and a shell reads it."""

from __future__ import annotations

import os
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.install.environment_files import is_mount
from pidoctor.install.place import Place
from pidoctor.probe.storage import nearest_existing
from pidoctor.report.text import one_line

# What ends a quoted word or starts something else in the shells whose activate scripts venv writes
# (sh, csh, fish), what ends the first line of a script, and what parts the folders in PATH.
_UNUSABLE = '"$`\\:'
# Beside the environment lie folders of its name and some more, and a name has at most 255 bytes.
_LONGEST_NAME = 200
# PATH_MAX is 4096; the longest path in a wheel of TensorFlow is below 300.
_LONGEST_PATH = 3000


def check_path(venv: Path) -> None:
    """UsageError, with one line, where no environment can be made or changed at ``venv``."""
    path = Place.of(venv).venv
    if not path.name:
        raise UsageError("--venv names no folder of its own; give one, as in --venv .venv")
    shown = one_line(os.fspath(path))
    found = sorted({mark for mark in os.fspath(path) if mark in _UNUSABLE or not _plain(mark)})
    if found:
        raise UsageError(
            f"{shown}: an environment cannot lie in a folder whose name has "
            f"{' or '.join(map(_named, found))} in it, because its scripts would not work; "
            "choose another with --venv"
        )
    if len(os.fsencode(path.name)) > _LONGEST_NAME or len(os.fsencode(path)) > _LONGEST_PATH:
        raise UsageError(f"the name of the folder is too long for an environment: {shown[:80]}...")
    there = nearest_existing(LiveHost(), os.fspath(path.parent))
    kept = os.statvfs(there)
    if not kept.f_blocks:  # as /proc and /sys
        raise UsageError(f"{shown}: no files can be kept there; choose another with --venv")
    is_read_only = kept.f_flag & os.ST_RDONLY  # which has a trouble of its own
    if not is_read_only and not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(
            f"{one_line(there)}: you may not write there; choose another place with --venv"
        )
    if is_mount(path):
        raise UsageError(
            f"{shown} is a mount point, so an install there could not be undone; "
            f"choose a folder in it: --venv {shown}/env"
        )


def _plain(mark: str) -> bool:
    return mark.isprintable() or "\udc80" <= mark <= "\udcff"  # bytes that are no UTF-8


def _named(mark: str) -> str:
    return {"\n": "a line break", "\t": "a tab"}.get(mark) or (
        mark if mark.isprintable() else "a control character"
    )
