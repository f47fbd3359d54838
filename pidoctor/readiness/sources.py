"""Where wheels may be had from."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from pidoctor import units
from pidoctor.profile.profile import Profile
from pidoctor.result import Finding, Remedy, Severity

# The variable takes the place of what pip's configuration says, so that is repeated in it.
_ADDED = (
    'export PIP_FIND_LINKS="$PWD/wheels '
    '${PIP_FIND_LINKS:-$(python3 -m pip config get global.find-links 2>/dev/null)}"'
)


def built_once(names: Sequence[str]) -> Remedy:
    """How packages that are published as source only become wheels, which can be read."""
    return Remedy(
        "Build each once, and tell pip of the folder; then run the same command again. A file "
        "whose name ends in none-any.whl is for every machine, another for those like this one. "
        "With `pidoctor triage -- ` before it, a build that fails is told what it lacks.",
        (
            shlex.join(["python3", "-m", "pip", "wheel", "--no-deps", "-w", "wheels", *names]),
            _ADDED,
        ),
    )


def no_index(profile: Profile, lacking: Sequence[str] = ()) -> Finding | None:
    """That pip is told to look nowhere on the network; None where it asks an index, or that is
    not known.

    ``lacking`` are the file names of wheels that were looked for and are in no folder here: with
    them it stops an install.
    """
    sources = profile.indexes.value
    if sources is None or any(source.kind != "find-links" for source in sources):
        return None
    what = "pip is told to use no package index (no-index), so "
    if lacking:
        wheels = units.count(len(lacking), "wheel is", "wheels are")
        what += f"nothing can be downloaded, and {wheels} not here: {', '.join(lacking)}."
    else:
        what += "it installs from local folders only."
    folders = ", ".join(source.url for source in sources)
    return Finding(
        "no-index",
        Severity.ERROR if lacking else Severity.WARNING,
        what,
        f"{profile.indexes.source}{'; it looks in ' if folders else ''}{folders}",
        Remedy(
            "Install from a folder of wheels: pidoctor install --offline --wheels DIR. Or take "
            f"no-index out of where it is set ({profile.indexes.source})."
        ),
    )
