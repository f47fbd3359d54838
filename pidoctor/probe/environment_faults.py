"""What is wrong around an environment: it was copied or moved, PYTHONPATH is before it, or the one
that is activated is gone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from pidoctor.expressions import expression
from pidoctor.host.base import Host, HostError, read_text
from pidoctor.probe.distributions import named_in
from pidoctor.probe.reading import clean
from pidoctor.probe.virtual_environment import is_environment
from pidoctor.profile.environment import Damage, InstalledPackage

SEARCH_PATH = "PYTHONPATH"
ACTIVE = ("VIRTUAL_ENV", "CONDA_PREFIX")
_MOST_ENTRIES = 20
_LIMIT = 4096  # bytes of a script's beginning
# "#!/old/bin/python", and for a long path "#!/bin/sh" and then "'''exec' /old/bin/python".
_STARTS = expression(r"(?:#!|^'''exec' )\"?(/[^\"\n]{1,1000}?)/bin/python[\d.]*\"?(?:\s|$)", re.M)


def moved(host: Host, folder: str) -> Iterator[Damage]:
    """An environment whose pip runs the Python of another place, from which it was taken."""
    path = f"{folder}/bin/pip"
    try:
        found = _STARTS.search(read_text(host, path, _LIMIT))
        if found is None or host.real_path(found[1]) == host.real_path(folder):
            return
    except HostError:
        return
    yield Damage("moved", "pip", path, clean(found[1], 500))


def gone(host: Host) -> Iterator[Damage]:
    """The environment that is activated in this shell, where there is none (any more)."""
    for name in ACTIVE:
        active = host.environ(name)
        if active and not is_environment(host, active):
            yield Damage("gone", name, clean(active, 500), "")


def shadowed(host: Host, installed: Iterable[InstalledPackage]) -> Iterator[Damage]:
    """Packages that PYTHONPATH puts before those that are installed."""
    known = {item.name: item for item in reversed([*installed])}
    entries = (host.environ(SEARCH_PATH) or "").split(":")[:_MOST_ENTRIES]
    for entry in filter(posixpath.isabs, entries):
        with suppress(HostError):
            for name, version in named_in(host, entry):
                item = known.get(name)
                if item is not None and item.folder != entry and version != item.version:
                    yield Damage("shadowed", name, clean(entry, 500), version)
