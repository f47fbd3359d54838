"""Downloading wheels with pip: from the user's own indexes, for whichever machine they are."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.utils import parse_wheel_filename

from pidoctor.catalog.wheels import Wheel
from pidoctor.host.live import LiveHost
from pidoctor.install.base_python import WorkingPython
from pidoctor.install.pip_or_uv import Pip
from pidoctor.install.place import Place
from pidoctor.install.process import Arrival
from pidoctor.install.step import InstallStep, set_for
from pidoctor.probe.memory import available_bytes
from pidoctor.readiness.space import downloads_at_once

# A variable replaces what pip's configuration file says: no constraint is weighed against the plan.
_OWN = (("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_CONSTRAINT", os.devnull))
_DOWNLOADS_AT_ONCE = 3  # as many pips as fit into the memory
_NO_ABI = ("none", "abi3")
# The user's settings that say where packages are, and how they are reached. All others would be
# weighed against the plan (PIP_CONSTRAINT), or fetch for another Python (PIP_PYTHON).
REACHES = frozenset(
    f"PIP_{name}"
    for name in (
        *("INDEX_URL", "EXTRA_INDEX_URL", "NO_INDEX", "FIND_LINKS", "TRUSTED_HOST", "CONFIG_FILE"),
        *("PROXY", "CERT", "CLIENT_CERT", "RETRIES", "RESUME_RETRIES", "TIMEOUT"),
        *("DEFAULT_TIMEOUT", "KEYRING_PROVIDER", "USE_FEATURE", "USE_DEPRECATED"),
        *("UPLOADED_PRIOR_TO", "REQUIRE_VIRTUALENV"),
    )
)


def requirements(wheels: Iterable[Wheel]) -> str:
    """The lines of a requirements file that admits these very wheels and no others."""
    return "".join(
        f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in wheels
    )


def batches(wheels: Sequence[Wheel], count: int) -> tuple[tuple[Wheel, ...], ...]:
    """The wheels in at most ``count`` groups of about the same size in bytes, none empty."""
    groups: list[list[Wheel]] = [[] for _ in range(min(count, len(wheels)))]
    for wheel in sorted(wheels, key=lambda wheel: wheel.size, reverse=True):
        smallest = min(groups, key=lambda group: sum(item.size for item in group))
        smallest.append(wheel)
    return tuple(tuple(group) for group in groups)


def command(
    pip: Pip, wheels: Sequence[Wheel], python: str, listed_in: Path, folder: Path
) -> tuple[str, ...]:
    """The command that downloads ``wheels`` for Python ``python`` ("3.11.2") into ``folder``.

    ``listed_in`` is the file with their requirements(); pip's log goes beside it. The tags are
    those of the wheels: pip does not judge them, for it may be too old to know them, or run on
    another machine. Without pip's own cache, because the wheels are kept in pidoctor's, and because
    an older pip holds all of what it caches in memory.
    """
    tags = [tag for wheel in wheels for tag in parse_wheel_filename(wheel.filename)[3]]
    platforms = sorted({tag.platform for tag in tags} - {"any"})
    abis = sorted({tag.abi for tag in tags} - set(_NO_ABI))
    return (
        *pip.command,
        "download",
        *("--no-deps", "--require-hashes", "--only-binary=:all:", "--no-cache-dir"),
        *("--disable-pip-version-check", "--no-input", "--progress-bar=off"),
        *("--log", str(listed_in.with_suffix(".log"))),
        *("--python-version", python),
        *(("--implementation", "cp") if abis else ()),
        *(part for abi in abis for part in ("--abi", abi)),
        *(part for platform in platforms for part in ("--platform", platform)),
        *("--dest", str(folder)),
        *("--requirement", str(listed_in)),
    )


def steps(
    missing: Sequence[Wheel], pip: Pip | None, python: WorkingPython, place: Place, head: str
) -> Iterable[tuple[str, InstallStep]]:
    """The downloads of the wheels ``missing``, each with the content of its requirements file.

    ``head`` is what such a file begins with: where the user's own says that wheels are.
    """
    if pip is None:
        return
    fitting = downloads_at_once(available_bytes(LiveHost()), _DOWNLOADS_AT_ONCE)
    groups = batches(missing, fitting)
    for number, group in enumerate(groups, 1):
        listed_in = place.work / f"download-{number}.txt"
        downloads = place.work / "downloads"
        argv = command(pip, group, python.version, listed_in, downloads)
        size = sum(wheel.size for wheel in group)
        # Not /tmp: it may be a small tmpfs, and this is where pip downloads to.
        temporary = place.work / f"tmp-{number}"
        step = InstallStep(
            f"Download {', '.join(wheel.name for wheel in group)} ({size / 1e6:.1f} MB)",
            argv,
            (("TMPDIR", str(temporary)), *_OWN),
            (str(listed_in), str(downloads)),
            removes=tuple(name for name in set_for("PIP") if name not in (*REACHES, *dict(_OWN))),
            log=listed_in.with_suffix(".log"),
            arrival=Arrival(temporary, tuple(wheel.size for wheel in group)),
        )
        yield head + requirements(group), step
