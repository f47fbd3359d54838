"""What is kept in an environment about its last install."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pidoctor import __version__
from pidoctor.decoding import DecodeError, decode, encode
from pidoctor.install.durable import read_json, write_json
from pidoctor.install.ownership import give, owner_of
from pidoctor.install.place import Place, python_of
from pidoctor.profile import codec, fingerprint
from pidoctor.profile.environment import UNKNOWN
from pidoctor.profile.profile import Profile
from pidoctor.proof.proof import Proof
from pidoctor.resolve.plan import Plan
from pidoctor.units import iso_time

SCHEMA = "pidoctor-receipt/1"
PROOF_SCHEMA = "pidoctor-proof/1"
_LIMIT = 8 << 20


class ProvenVersions(NamedTuple):
    """What a receipt's proof was made with."""

    version: str | None = None
    numpy: str | None = None


class Receipt(NamedTuple):
    """What is read of a receipt, of this pidoctor or another."""

    schema: Literal["pidoctor-receipt/1"]
    time: str
    new: bool
    proof: ProvenVersions


def make_receipt(
    plan: Plan, proof: Proof, python: str, new: bool, machine: Profile | None = None
) -> dict[str, Any]:
    """The receipt of an install; ``new`` when there was no environment before.

    ``machine`` is where it ran: many receipts are told apart by it (``pidoctor fleet report``).
    """
    return {
        "schema": SCHEMA,
        "pidoctor": __version__,
        "time": iso_time(time.time()),
        "python": python,
        "new": new,
        "plan": encode(plan),
        "proof": encode(proof),
        **(_machine(machine) if machine else {}),
    }


def _machine(profile: Profile) -> dict[str, Any]:
    """The machine as it is without the environment, whose content is in the plan."""
    bare = replace(profile, environment=UNKNOWN)
    return {
        "fingerprint": _fingerprint(profile),
        "profile": codec.to_json(bare),
    }


def _fingerprint(profile: Profile) -> dict[str, str]:
    return fingerprint.fingerprint(profile)._asdict()


def write_receipt(environment: Path, receipt: Mapping[str, Any]) -> None:
    write_json(Place(environment).receipt, receipt)


def record_proof(environment: Path, proof: Proof, machine: Profile | None) -> None:
    """Keep how a proof of what was installed already ended, for `pidoctor check`, and where.

    Not where this user may not write: the proof counts all the same.
    """
    place = Place(environment)
    content = {
        "schema": PROOF_SCHEMA,
        "pidoctor": __version__,
        "time": iso_time(time.time()),
        "python": str(python_of(place.venv)),
        "proof": encode(proof),
        **({"fingerprint": _fingerprint(machine)} if machine else {}),
    }
    with suppress(OSError):
        write_json(place.proof, content)
        give(place.proof, owner_of(place))


def read_receipt(environment: Path) -> dict[str, Any] | None:
    """The receipt in ``environment``; None when there is none that can be read."""
    try:
        data = read_json(Place(environment).receipt, _LIMIT)
    except (OSError, ValueError):
        return None
    try:
        decode(Receipt, data, "", exact=False)
    except DecodeError:
        return None
    found: dict[str, Any] = data
    return found
