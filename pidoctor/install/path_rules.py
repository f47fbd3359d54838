"""Where an environment can be made or changed: its scripts name the path, and a shell reads it."""

from __future__ import annotations

import os
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.install.environment_files import is_mount, links_out
from pidoctor.install.place import Place, mark_of
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
    if not is_read_only and not _may_change(there):
        raise UsageError(f"you may not write in {one_line(there)}; {_choose()}")
    if not is_read_only and path.is_dir() and not _may_change(path):
        from pidoctor.install.ownership import owner_of  # only what is refused needs it

        owner = owner_of(Place(path)).name
        raise UsageError(f"{shown} belongs to {owner}, and you may not change it; {_choose()}")
    if is_mount(path):
        raise UsageError(
            f"{shown} is a mount point, so an install there could not be undone; "
            f"choose a folder in it: --venv {shown}/env"
        )


def is_there(venv: Path) -> bool:
    """Whether there is an environment at ``venv`` that can be changed; False where a new one can be
    made. UsageError, with one line, where neither is so."""
    check_path(venv)
    if venv.is_symlink():
        raise UsageError(
            f"{venv} is a link to {os.path.realpath(venv)}; give that path itself with --venv"
        )
    if not venv.exists() or (venv.is_dir() and not any(venv.iterdir())):
        return False
    if not venv.is_dir() or mark_of(venv) is None:
        raise UsageError(f"{venv} exists and is no virtual environment; {_choose()}")
    if (venv / "condabin").is_dir():
        raise UsageError(
            f"{venv} is conda's base environment, which conda itself runs from; make one of its "
            "own: conda create -n tflite python=3.11, then conda activate tflite"
        )
    return True


def refuse_links_out(venv: Path) -> None:
    """UsageError where folders of the environment lie elsewhere. It is walked through, which takes
    a while on a card: an install asks, a look at the machine does not."""
    outward = links_out(venv)
    if outward:
        raise UsageError(
            f"{outward[0]} leads out of the environment, to {os.path.realpath(outward[0])}; "
            f"installing would write there; {_choose()}"
        )


def elsewhere(room: int = 0) -> str:
    """A new environment in the user's home, as it is typed; empty where none can be made there, or
    none that takes ``room`` bytes."""
    home = LiveHost().home()
    names = (f"tflite-{number}" if number > 1 else "tflite" for number in range(1, 100))
    name = next((each for each in names if not os.path.lexists(os.path.join(home, each))), "")
    usable = name and home != "/" and os.path.isdir(home) and _may_change(home)
    return f"~/{name}" if usable and LiveHost().disk_usage(home).free >= room else ""


def _choose() -> str:
    """What to do where an environment cannot lie, with a place where one can."""
    place = elsewhere()
    return f"choose another place{f', as in --venv {place}' if place else ' with --venv'}"


def _may_change(folder: str | Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _plain(mark: str) -> bool:
    return mark.isprintable() or "\udc80" <= mark <= "\udcff"  # bytes that are no UTF-8


def _named(mark: str) -> str:
    return {"\n": "a line break", "\t": "a tab"}.get(mark) or (
        mark if mark.isprintable() else "a control character"
    )
