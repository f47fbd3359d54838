"""When an environment was last proven: of what is in it now, and on such a machine."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pidoctor.expressions import expression
from pidoctor.host.base import Host, HostError, MissingError, read_text
from pidoctor.profile.fingerprint import OF_A_RUN, TITLES, Fingerprint, fingerprint, from_json
from pidoctor.profile.profile import Profile

_LIMIT = 1 << 20
_DATE = expression(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def last_proof(
    host: Host,
    folder: str,
    paths: Iterable[str],
    versions: Mapping[str, str],
    machine: Profile,
) -> str | None:
    """When the environment passed its last proof, if what was proven is what is there now.

    ``paths`` are its records. MissingError tells that the proof was made on a machine of another
    kind, as where the card or the folder comes from another board.
    """
    records = [record for path in paths for record in _record(host, path)]
    holding = [
        record
        for record in records
        if _holds(record, versions) and _is_of(host, folder, record.python)
    ]
    last = max(holding, key=lambda record: record.time, default=None)
    if last is None or not last.passed:
        return None
    elsewhere = _of_another(last, machine)
    if elsewhere:
        raise MissingError(folder, f"its proof of {last.time[:10]} {elsewhere}")
    return last.time


class _Proven(NamedTuple):
    """When a proof ended and how; the interpreter and the versions that it was of."""

    time: str
    passed: bool
    python: str
    versions: Mapping[str, str]
    machine: Fingerprint | None  # where it ran


def _of_another(record: _Proven, machine: Profile) -> str:
    """That a proof was made where something that it rests on is another; empty where all is the
    same."""
    there, here = record.machine, fingerprint(machine)
    if there is None:
        return "does not tell on which machine it was made"
    others = [
        f"{TITLES[name]} {getattr(there, name)}, here {getattr(here, name)}"
        for name in OF_A_RUN
        if getattr(there, name) != getattr(here, name)
    ]
    return f"was made on another machine ({'; '.join(others)})" if others else ""


def _record(host: Host, path: str) -> Iterator[_Proven]:
    try:
        data = json.loads(read_text(host, path, _LIMIT))
        proof, time = data["proof"], str(data["time"])
        pairs = {str(proof["runtime"]): proof["version"], "numpy": proof["numpy"]}
        versions = {name: str(version) for name, version in pairs.items() if version}
        passed = proof["status"] == "passed"
        python = str(data.get("python", ""))
        machine = from_json(data.get("fingerprint"))
    except HostError:
        return
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a receipt") from error
    if _DATE.fullmatch(time):
        yield _Proven(time, passed, python, versions, machine)


def _holds(record: _Proven, versions: Mapping[str, str]) -> bool:
    """Whether nothing that was proven is of another version now."""
    return all(versions.get(name, then) == then for name, then in record.versions.items())


def _is_of(host: Host, folder: str, python: str) -> bool:
    """Whether ``python`` is the interpreter of the environment: a copy has records of another."""
    own = posixpath.dirname(posixpath.dirname(python))
    try:
        return own == folder or (own != "" and host.real_path(own) == host.real_path(folder))
    except HostError:
        return False
