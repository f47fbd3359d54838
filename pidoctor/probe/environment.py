"""The environment that was chosen: what made it, what it holds, and when it was last proven."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pidoctor.expressions import expression
from pidoctor.host.base import Host, HostError, read_text
from pidoctor.probe.distributions import installed_in
from pidoctor.probe.environment_choice import EnvironmentChoice
from pidoctor.probe.environment_faults import gone, moved, shadowed
from pidoctor.probe.reading import reading
from pidoctor.probe.virtual_environment import folder_of, kind_of, made_for, sees_system, settings
from pidoctor.profile.environment import Environment
from pidoctor.profile.fact import Fact

RECEIPT, PROOF = "pidoctor-receipt.json", "pidoctor-proof.json"
_RECEIPT_LIMIT = 1 << 20
_DATE = expression(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def probe_environment(
    host: Host,
    choice: EnvironmentChoice,
    python: Fact[str],
    folders: Fact[list[str]],
    system_packages: Fact[Mapping[str, str]],
) -> Environment:
    """The environment of the interpreter ``python``; ``folders`` are its site-packages."""
    folder = choice.folder or folder_of(host, python.or_else(""))
    source = f"{folder}/pyvenv.cfg" if folder else "the environment's choice"
    outside: Fact[str] = Fact.absent(source, "no environment")
    found = settings(host, folder) if folder else {}
    read = reading("site-packages", lambda: installed_in(host, folders.or_else([])))
    if not folders.is_known:
        read = Fact(None, folders.state, folders.source, folders.detail)
    yet = None
    if choice.folder and not choice.exists:
        yet = Fact.known("yet to be made", source)
        read = Fact.absent(source, "nothing is installed yet")
    installed = {item.name: item.version for item in reversed((read.value or ((), ()))[0])}
    versions = {**(system_packages.value or {}), **installed}
    return Environment(
        folder=Fact.known(folder, source) if folder else outside,
        kind=yet or reading(source, lambda: kind_of(host, folder) if folder else "system"),
        reason=Fact.known(choice.reason, "the options and the environment variables"),
        made_for=reading(source, lambda: made_for(found) or None),
        sees_system=reading(source, lambda: sees_system(found) if folder else True),
        installed=read.map(lambda both: both[0]),
        system_packages=system_packages,
        damages=read.map(
            lambda both: (
                *both[1],
                *shadowed(host, both[0]),
                *(moved(host, folder) if folder else ()),
                *(() if choice.named else gone(host)),
            )
        ),
        proven=reading(f"{folder}/{RECEIPT}", lambda: _proven(host, folder, versions))
        if folder
        else outside,
    )


def _proven(host: Host, folder: str, versions: Mapping[str, str]) -> str | None:
    """When the environment passed its last proof, if what was proven is what is there now."""
    records = [record for name in (RECEIPT, PROOF) for record in _record(host, f"{folder}/{name}")]
    holding = [
        record
        for record in records
        if _holds(record, versions) and _is_of(host, folder, record.python)
    ]
    last = max(holding, key=lambda record: record.time, default=None)
    return last.time if last is not None and last.passed else None


class _Record(NamedTuple):
    """When a proof ended and how; the interpreter and the versions that it was of."""

    time: str
    passed: bool
    python: str
    versions: Mapping[str, str]


def _record(host: Host, path: str) -> Iterator[_Record]:
    try:
        data = json.loads(read_text(host, path, _RECEIPT_LIMIT))
        proof, time = data["proof"], str(data["time"])
        pairs = {str(proof["runtime"]): proof["version"], "numpy": proof["numpy"]}
        versions = {name: str(version) for name, version in pairs.items() if version}
        passed = proof["status"] == "passed"
        python = str(data.get("python", ""))
    except HostError:
        return
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a receipt") from error
    if _DATE.fullmatch(time):
        yield _Record(time, passed, python, versions)


def _holds(record: _Record, versions: Mapping[str, str]) -> bool:
    """Whether nothing that was proven is of another version now."""
    return all(versions.get(name, then) == then for name, then in record.versions.items())


def _is_of(host: Host, folder: str, python: str) -> bool:
    """Whether ``python`` is the interpreter of the environment: a copy has records of another."""
    own = posixpath.dirname(posixpath.dirname(python))
    try:
        return own == folder or (own != "" and host.real_path(own) == host.real_path(folder))
    except HostError:
        return False
