"""What secrets and personal data look like: the rows of redaction.json, made into rules.

What is found is replaced as the row says; where that hangs on what it is, a function here decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Literal, NamedTuple

from pidoctor.expressions import expression
from pidoctor.redact_rule import Replacement, SecretRule
from pidoctor.shipped_table import shipped_table
from pidoctor.urls import MASK, URL, clean_url, without_login

HOST = "host"
# "pass" is a word of its own, too: "pass: 3" is no password, and "--pass" rarely is.
_PROSE = expression(r"pass|auth|cookies?|tokens|otp")
_USEFUL_FRAGMENT = expression(r"(?:sha256|sha384|sha512|md5)=[0-9a-f]+|egg=[\w.-]+")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE}
_PART = expression(r"<([A-Z_]+)>")


class SecretKind(NamedTuple):
    """A row: a kind of secret or personal data; :class:`SecretRule` tells what its parts mean.

    <NAME> stands for the fragment of that name, among ``words`` for each of its alternatives.
    Where ``judge`` is empty, the group ``value`` of the pattern is masked, else the whole match,
    or ``instead`` is put in its place.
    """

    id: str
    pattern: str
    instead: str = ""
    judge: Literal["", "named", "address", "ipv4", "ipv6", "listing"] = ""
    flags: Literal["", "i", "m", "im"] = ""
    words: tuple[str, ...] = ()
    whole: bool = False
    hint: str = ""


class RedactionTable(NamedTuple):
    """redaction.json. Every pattern is linear in practice: a name is bounded in length and a value
    ends at its quote or its line."""

    fragments: Mapping[str, str]
    secrets: tuple[SecretKind, ...]
    personal: tuple[SecretKind, ...]


@cache
def _table() -> RedactionTable:
    """The table, without the reader of all tables: a line that tells of an error needs it too."""
    content = shipped_table("redaction")
    kinds = {
        name: tuple(SecretKind(**row) for row in content[name]) for name in ("secrets", "personal")
    }
    return RedactionTable(content["fragments"], **kinds)


@cache
def secrets() -> tuple[SecretRule, ...]:
    """The rules for passwords, keys and tokens."""
    return _rules(_table().secrets)


@cache
def personal() -> tuple[SecretRule, ...]:
    """The rules for names of people and machines, addresses and serial numbers."""
    return _rules(_table().personal)


@cache
def fragment(name: str) -> str:
    """A part of several patterns: NAMED is how secrets are called, VERSION a version, which is
    none, PATH_START where a path may begin."""
    return URL.pattern if name == "URL" else _filled(_table().fragments[name])


def _filled(pattern: str) -> str:
    return _PART.sub(lambda found: fragment(found[1]), pattern)


def _rules(kinds: Iterable[SecretKind]) -> tuple[SecretRule, ...]:
    return tuple(
        SecretRule(
            _filled(kind.pattern),
            _replacement(kind),
            (re.IGNORECASE if "i" in kind.flags else 0)
            | (re.MULTILINE if "m" in kind.flags else 0),
            tuple(word for text in kind.words for word in _filled(text).split("|")),
            kind.whole,
            kind.hint,
        )
        for kind in kinds
    )


def _replacement(kind: SecretKind) -> Replacement:
    if kind.judge:
        return _JUDGES[kind.judge]
    return kind.instead or (_masked if "(?P<value>" in _filled(kind.pattern) else MASK)


def _masked(found: re.Match[str]) -> str:
    """A named value with the value masked, its quotes kept."""
    name, value = found.group("name"), found.group("value")
    quote = re.match(r"\\*[\"']", value)
    return f"{name}{quote[0]}{MASK}{quote[0]}" if quote and len(value) > 1 else f"{name}{MASK}"


# How sentences go on that tell what is wrong with a file: "/etc/passwd: not a .tflite model".
_TOLD = expression(
    r"(?:a|an|cannot|does|has|is|larger|no|not|permission|there|too)\Z", re.IGNORECASE
)


def _named(found: re.Match[str]) -> str:
    """As :func:`_masked`; "pass: 3", "auth: ok" are prose unless set by = or in capitals, and so
    is what is said of a file whose name sounds like a secret's."""
    word = found.group("name").rstrip(" \t:")
    if found.group("name").endswith(": ") and _TOLD.match(found.group("value")):
        return found[0]
    alone = not re.search(r"[\w.-]\Z", found.string[max(0, found.start() - 1) : found.start()])
    if alone and word.islower() and _PROSE.fullmatch(word):
        return found[0]
    return _masked(found)


def _address(found: re.Match[str]) -> str:
    """A URL with the names of what it asks for, and the checksum of the file that it points to."""
    url, hash_sign, fragment = without_login(found[0]).partition("#")
    url, question_mark, query = url.partition("?")
    query = re.sub(r"=[^&;]*", f"={MASK}", query) if "=" in query else (query and MASK)
    fragment = fragment if _USEFUL_FRAGMENT.fullmatch(fragment) else (fragment and MASK)
    return f"{clean_url(url)}{question_mark}{query}{hash_sign}{fragment}"


_OPERATOR_BEFORE = expression(
    r"(?:[=<>!~^]=?|[A-Za-z0-9][-_+]|\bv|\bver|\bversions?\b[^\n]*)\s*\Z", re.I
)
_PACKAGE_BEFORE = expression(r"(?:\b[A-Za-z]\w*[-_]\w[\w-]*|\b[A-Za-z]+\d\w*)\s+\(?\Z")
_PAIR_BEFORE = expression(r"[\"'](?P<name>[A-Za-z][\w. -]*)\\*[\"']\s*[:,]\s*\\*[\"']\Z")
_ADDRESS_NAME = expression(
    r"(?:^|[_. -])(?:ip|ip_?v4|addr|address|host|server|gateway|dns|nameserver|peer|remote|via)\b",
    re.IGNORECASE,
)
_LARGEST_MAJOR = 30  # no package that counts has a four-part version beyond that


def _ipv4(found: re.Match[str]) -> str:
    """An IPv4 address masked; four-part versions (opencv-python 4.8.0.74) and loopback stay."""
    numbers = [int(part) for part in found["address"].split(".")]
    if max(numbers) > 255 or numbers[0] in (0, 127):
        return found[0]
    before = found.string[max(0, found.start() - 120) : found.start()]
    if re.search(r"[=<>!~]=\s*\Z", before):
        return found[0]
    pair = _PAIR_BEFORE.search(before)
    if numbers[0] > _LARGEST_MAJOR or found["tail"]:
        return MASK
    if pair:
        return MASK if _ADDRESS_NAME.search(pair["name"]) else found[0]
    if _ADDRESS_NAME.search(before[-24:].rstrip("=:'\" ")):
        return MASK
    version = _OPERATOR_BEFORE.search(before) or _PACKAGE_BEFORE.search(before)
    return found[0] if version else MASK


def _ipv6(found: re.Match[str]) -> str:
    """An IPv6 address masked; a time, a C++ name and the loopback address stay."""
    import ipaddress

    text = found[0].partition("%")[0]
    if not any(character.isdigit() for character in text) or len(text) < 4:
        return found[0]
    try:
        return found[0] if ipaddress.IPv6Address(text).is_loopback else MASK
    except ValueError:
        return found[0]


def _listing(found: re.Match[str]) -> str:
    """A line of ``ls -l``: owner and group masked, unless they are the system's."""
    owner, group = (name if name == "root" else MASK for name in (found["owner"], found["group"]))
    return f"{found['mode']}{owner} {group}"


_JUDGES: Mapping[str, Callable[[re.Match[str]], str]] = {
    "named": _named,
    "address": _address,
    "ipv4": _ipv4,
    "ipv6": _ipv6,
    "listing": _listing,
}
