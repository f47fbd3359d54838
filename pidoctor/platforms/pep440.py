"""Versions of distributions and bounds on them, of which anything may be written in metadata."""

from __future__ import annotations

from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

# Characters of a requirement or a bound; Python makes no number of more than 4300 digits.
LONGEST = 4000


def version_of(text: str | None) -> Version | None:
    """The version as PEP 440 has it; None where there is none."""
    try:
        return None if text is None else Version(text)
    except ValueError:  # InvalidVersion, or a number of too many digits
        return None


@lru_cache(maxsize=1024)
def valid_bound(specifier: str) -> str:
    """The bound; empty where it is malformed: installers ignore it then."""
    if len(specifier) > LONGEST:
        return ""
    try:
        return str(SpecifierSet(specifier)) and specifier
    except InvalidSpecifier:
        return ""
