"""Secrets, removed where they are read: credentials, serial numbers, MAC addresses, user names."""

from __future__ import annotations

import re

_URL = re.compile(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s\"'<>]+")
_MAC = re.compile(r"\b[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}\b")
_SERIAL = re.compile(r"^(Serial\s*:\s*)\S+", re.MULTILINE)
_HOMES = re.compile(r"(?<![\w.])/home/[^/\s:;,\"'<>|]+")

# A path segment that is a long mix of letters and digits is a token, not a name: hosted indexes
# put theirs into the path.
_TOKEN = re.compile(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_=~-]{20,}")


def clean_url(url: str) -> str:
    """A URL without user, password, query, fragment and tokens in its path."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url
    rest = re.split(r"[?#]", rest, maxsplit=1)[0]
    authority, slash, path = rest.partition("/")
    if scheme.lower() != "file":
        path = "/".join("***" if _TOKEN.fullmatch(part) else part for part in path.split("/"))
    return f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"


def redact(text: str, home: str = "") -> str:
    """Text without credentials in URLs, serial numbers, MAC addresses and user names in paths."""
    if len(home) > 1:
        text = re.sub(re.escape(home) + r"(?![\w.-])", "~", text)
    text = _HOMES.sub("~", text)
    text = _URL.sub(lambda match: clean_url(match.group(0)), text)
    text = _MAC.sub("00:00:00:00:00:00", text)
    return _SERIAL.sub(r"\g<1>0000000000000000", text)
