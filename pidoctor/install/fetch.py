"""Downloading wheels: in this process, and with pip what cannot be had that way.

From the user's own indexes, for whichever machine they are.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.utils import parse_wheel_filename

from pidoctor.catalog.wheels import Wheel
from pidoctor.install.base_python import WorkingPython
from pidoctor.install.pip_or_uv import Pip
from pidoctor.install.place import Place
from pidoctor.install.process import Arrival
from pidoctor.install.step import InstallStep, set_for

# A variable replaces what pip's configuration file says: no constraint is weighed against the plan.
_OWN = (("PIP_REQUIRE_VIRTUALENV", "0"), ("PIP_CONSTRAINT", os.devnull))
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


def own_step(missing: Sequence[Wheel], place: Place) -> InstallStep:
    """The download of the wheels ``missing`` in this process, several side by side."""
    return InstallStep(_title(missing), writes=(str(place.downloads),))


def step(
    missing: Sequence[Wheel], pip: Pip, python: WorkingPython, place: Place, head: str
) -> tuple[str, InstallStep]:
    """The download of the wheels ``missing`` by pip, with the content of its requirements file.

    ``head`` is what such a file begins with: where the user's own says that wheels are.
    """
    listed_in = place.work / "download.txt"
    # Not /tmp: it may be a small tmpfs, and this is where pip downloads to.
    temporary = place.work / "arriving"
    made = InstallStep(
        f"{_title(missing)}, by pip",
        command(pip, missing, python.version, listed_in, place.downloads),
        (("TMPDIR", str(temporary)), *_OWN),
        (str(listed_in), str(place.downloads)),
        removes=tuple(name for name in set_for("PIP") if name not in (*REACHES, *dict(_OWN))),
        log=listed_in.with_suffix(".log"),
        arrival=Arrival(temporary, tuple(wheel.size for wheel in missing)),
    )
    return head + requirements(missing), made


def _title(wheels: Sequence[Wheel]) -> str:
    size = sum(wheel.size for wheel in wheels)
    return f"Download {', '.join(wheel.name for wheel in wheels)} ({size / 1e6:.1f} MB)"
