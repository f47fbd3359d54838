"""Versions of distributions and bounds on them, of which anything may be written in metadata."""

from __future__ import annotations

from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def version_of(text: str | None) -> Version | None:
    """The version as PEP 440 has it; None where there is none."""
    try:
        return None if text is None else Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=1024)
def valid_bound(specifier: str) -> str:
    """The bound; empty where it is malformed: installers ignore it then."""
    try:
        return str(SpecifierSet(specifier)) and specifier
    except InvalidSpecifier:
        return ""
