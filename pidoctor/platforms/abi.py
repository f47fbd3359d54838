"""The ABI tag of a Python; apart from the other tags, which take ``packaging.tags``."""

from __future__ import annotations

from pidoctor.platforms.versions import minor_numbers


def abi_tag(version: str) -> str:
    """The ABI tag of an ordinary build of CPython: "cp311"; until 3.7 it ends in m (PEP 3149)."""
    python = minor_numbers(version) or (0, 0)
    return "cp{}{}".format(*python) + ("m" if python < (3, 8) else "")
