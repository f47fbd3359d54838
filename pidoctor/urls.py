"""URLs without what is secret in them: user, password, query, tokens."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from pidoctor.errors import UsageError
from pidoctor.expressions import expression

MASK = "***"

# A URL in a text. A password may have a backslash in it; after that one is JSON's or a string's.
# The bracket that closes "(from https://...)" is not the URL's.
URL = expression(r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://(?:[^\s\"'<>/]*@)?[^\s\"'<>\\]*[^\s\"'<>\\)]")

# Up to the last @ before the path: a password may have ? and # in it that should have been quoted.
_LOGIN = expression(r"\A([^:/]+://)[^/]*@")

# A path segment that is a long mix of letters and digits is a token, not a name: hosted indexes
# put theirs into the path.
_TOKEN = expression(r"(?=[^/]*\d)(?=[^/]*[A-Za-z])[A-Za-z0-9_=~-]{20,}")


def without_login(url: str) -> str:
    """A URL without user and password."""
    return _LOGIN.sub(r"\1", url, count=1)


def host_of(url: str) -> str:
    """The name of a URL's server, in small letters; empty where there is none."""
    authority = re.split(r"[/?#]", without_login(url).partition("://")[2], maxsplit=1)[0]
    return authority.partition(":")[0].lower()


def clean_url(url: str) -> str:
    """A URL without user, password, query, fragment and tokens in its path."""
    scheme, separator, rest = without_login(url).partition("://")
    if not separator:
        return url
    authority, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    if scheme.lower() != "file":
        path = "/".join(MASK if _TOKEN.fullmatch(part) else part for part in path.split("/"))
    return f"{scheme}://{authority}{slash}{path}"


def clean_urls(text: str) -> str:
    """A text with every URL in it cleaned."""
    return URL.sub(lambda found: clean_url(found[0]), text)


def split_address(address: str) -> SplitResult:
    """The parts of an address; UsageError for one that has none: ``http://[``."""
    try:
        return urlsplit(address)
    except ValueError as error:
        raise UsageError(f"{clean_url(address)} is not an address: {error}") from None


def path_of(address: str) -> Path | None:
    """The path that an address of --find-links means; None for one on the network."""
    parts = split_address(address)
    if parts.scheme not in {"", "file"}:
        return None
    return Path(unquote(parts.path) if parts.scheme else address).expanduser()
