"""The JSON form of a Profile.

Every fact becomes ``{"value", "state", "source"}`` (and ``detail`` when there is one), every
section an object. :func:`from_json` is the inverse of :func:`to_json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pidoctor.decoding import DecodeError, decode, encode
from pidoctor.profile.profile import Profile

SCHEMA = Profile.schema


def to_json(profile: Profile) -> dict[str, Any]:
    """The profile as plain JSON values."""
    plain: dict[str, Any] = encode(profile)
    return plain


def from_json(data: Any) -> Profile:
    """The profile that ``data`` describes; keys of a newer pidoctor are passed over.

    Raises :class:`DecodeError` with the dotted path of everything that is missing or malformed.
    """
    schema = data.get("schema", SCHEMA) if isinstance(data, Mapping) else SCHEMA
    if schema != SCHEMA:
        raise DecodeError([f"profile.schema: expected {SCHEMA}, not {str(schema)[:40]!r}"])
    return decode(Profile, data, "", root="profile", exact=False)
