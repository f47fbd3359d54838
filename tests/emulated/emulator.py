"""Making the kernel run ARM programs: QEMU registered with binfmt_misc."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from . import cache

#: Whether every kind of root and board is tried, or one that stands for those like it.
_BINFMT = Path("/proc/sys/fs/binfmt_misc")
_REGISTRATIONS = ("qemu-aarch64", "qemu-arm")
_PROGRAMS = (
    *("qemu-aarch64-static", "qemu-arm-static", "mmdebstrap", "unshare", "chroot"),
    *("qemu-system-aarch64", "fdtput", "mke2fs"),
)
_LEAST_QEMU = (10, 0)  # 7.2, the one of Debian bookworm, crashes in ai-edge-litert


def obstacle() -> str | None:
    """Why ARM programs cannot run here, in one sentence; None when they can (from now on)."""
    if os.geteuid() != 0:
        return "needs root, for chroot, mounts and binfmt_misc"
    missing = [program for program in _PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (.ci/host-packages installs them)"
    here = version()
    if here < _LEAST_QEMU:
        return f"QEMU is version {here}, and the oldest that serves is {_LEAST_QEMU}"
    try:
        _register_all()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"cannot register QEMU with binfmt_misc: {error}"
    return None


def version() -> tuple[int, int]:
    """QEMU's version: (10, 0)."""
    said = subprocess.run(
        ["qemu-aarch64-static", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"version (\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _register_all() -> None:
    cache.folder().mkdir(parents=True, exist_ok=True)
    with FileLock(cache.folder() / "binfmt.lock"):
        if not (_BINFMT / "register").exists():
            subprocess.run(["mount", "-t", "binfmt_misc", "binfmt_misc", str(_BINFMT)], check=True)
        for name in _REGISTRATIONS:
            _register(name, Path("/usr/lib/binfmt.d", f"{name}.conf").read_text("ascii").strip())


def _register(name: str, line: str) -> None:
    """Register one line of binfmt.d(5), in place of an older registration that differs."""
    interpreter, flags = line.split(":")[-2:]
    entry = _BINFMT / name
    if entry.exists():
        now = dict(text.split(None, 1) for text in entry.read_text("ascii").splitlines()[1:])
        same = now["interpreter"] == interpreter and set(now["flags:"]) == set(flags)
        if same:
            return
        entry.write_text("-1")
    (_BINFMT / "register").write_text(line)
