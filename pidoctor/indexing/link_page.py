"""An index page in HTML, made flat: its links one after the other, and nothing else.

The parsers of HTML take hours for some megabytes of what never is closed; links are found here in
time that grows with the size of the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_LINKS = 100_000
_ATTRIBUTES = rb"""((?:[^<>"']|"[^"]{0,4000}"|'[^']{0,4000}')*)"""
_ELEMENT = re.compile(
    rb"<(?:a\b" + _ATTRIBUTES + rb">((?:[^<]|<(?!/?a\b)){0,1000})"
    rb"|(?P<other>base|meta)\b" + _ATTRIBUTES + rb">)",
    re.IGNORECASE,
)
_TAG = re.compile(rb"<[^<>]*>")


def flat(html: bytes) -> bytes:
    """The page with its links (PEP 503), its base and its version; ValueError for too many."""
    return b"\n".join(_elements(_without_comments(html)))


def _elements(html: bytes) -> Iterator[bytes]:
    for number, found in enumerate(_ELEMENT.finditer(html)):
        if number >= MOST_LINKS:
            raise ValueError(f"more than {MOST_LINKS} links")
        attributes, text, other, others = found.groups()
        if other:
            yield b"<" + other + others + b">"
        else:
            yield b"<a" + attributes + b">" + _TAG.sub(b"", text).replace(b"<", b"") + b"</a>"


def _without_comments(html: bytes) -> bytes:
    kept, at = [], 0
    while (start := html.find(b"<!--", at)) >= 0 and (end := html.find(b"-->", start)) >= 0:
        kept.append(html[at:start])
        at = end + 3
    return b"".join((*kept, html[at:]))
