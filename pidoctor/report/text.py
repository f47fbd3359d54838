"""Untrusted text made safe to print: no escape codes, no control characters, bounded."""

from __future__ import annotations

from pidoctor.expressions import expression

# C0 and C1 controls, bidirectional overrides and other invisible formatting characters: each can
# change what a terminal shows. Tab and newline are dealt with by the callers.
_UNSAFE = expression(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_ESCAPES = expression(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])?")
# How Python holds the bytes of a file's name that are no UTF-8.
_BYTES = expression("[\udc80-\udcff]")

NBSP = "\u00a0"  # holds "3.7 GB" together; printed as a space
_TYPOGRAPHY = {"–": "-", "—": "-", "…": "...", "’": "'", "“": '"', "”": '"', "×": "x", "→": "->"}


def printable(text: str, limit: int = 2000) -> str:
    """``text`` without escape sequences and control characters, at most ``limit`` characters.

    Bytes that are no UTF-8 are spelled out: a name of nothing else would not be seen at all.
    """
    bare = _ESCAPES.sub("", text[: 4 * limit])
    spelled = _BYTES.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", bare)
    cleaned = _UNSAFE.sub("", spelled)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - 1] + "…"


def one_line(text: str, limit: int = 300) -> str:
    """``text`` as one safe line, white space folded."""
    return printable(" ".join(text.split()), limit)


def ascii_only(text: str) -> str:
    """``text`` for a terminal that knows ASCII only: accents dropped, the rest as "?"."""
    if text.isascii():
        return text
    import unicodedata

    text = "".join(_TYPOGRAPHY.get(c, c) for c in text.replace(NBSP, " "))
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return bare.encode("ascii", "replace").decode("ascii")
