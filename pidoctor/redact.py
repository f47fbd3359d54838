"""What must not leave the machine, taken out of texts and JSON: secrets and personal data.

Secrets are passwords, keys and tokens: in URLs, headers, variables, options, and by their own look.
Personal data are user names in paths, host names, serial numbers, hardware addresses and names of
wireless networks. Redacting twice gives the same as redacting once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Union

from pidoctor.urls import MASK, URL, clean_url, without_login

HOST = "host"

# Names that say nothing of their owner: they are what a fresh image has.
_COMMON_HOSTS = {"localhost", "raspberrypi", "dietpi", "ubuntu", "debian", "alpine", "host"}
_ROUNDS = 8  # a masked part can bring another one to light; two rounds do for nearly all texts
_SHORTEST_HOST = 4  # a shorter name would be found inside of ordinary words

# How secrets are called.
_NAMED = (
    r"(?:token|secret|passw(?:or)?d|passphrase|api[_-]?key|access[_-]?key(?:[_-]id)?|"
    r"private[_-]?key|credentials?|cookie|psk|auth|authtoken|pwd)"
)
# A version is no secret: google-auth is the name of a package.
_VERSION = r"\d+(?:\.\d+)+"
_NO_VERSION = rf"(?!=?[\"']?{_VERSION}[\"']?(?:[\s,;)}}\]]|\Z))"
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"

# Where a path may begin, also after an option's letter: -I/home/me/include.
_PATH_START = r"(?:(?<![\w.])|(?<=[\s\"'=,]-[A-Za-z]))"
_USEFUL_FRAGMENT = re.compile(r"(?:sha256|sha384|sha512|md5)=[0-9a-f]+|egg=[\w.-]+")

Replacement = Union[str, Callable[["re.Match[str]"], str]]
Rule = tuple["re.Pattern[str]", Replacement]


@dataclass(frozen=True)
class Identity:
    """What is known of the user and the machine, besides what patterns recognise.

    ``home`` is written as ``~`` wherever it is found, ``host`` as "host".
    """

    home: str = ""
    host: str = ""

    @staticmethod
    def here(environ: Mapping[str, str] | None = None) -> Identity:
        """Of the user and the machine that pidoctor runs on."""
        home = (os.environ if environ is None else environ).get("HOME", "").rstrip("/")
        # A folder at the top, like root's, is nobody's name.
        return Identity(home if home.count("/") > 1 else "", os.uname().nodename)


def redact(text: str, identity: Identity | None = None) -> str:
    """``text`` without secrets and personal data."""
    return _apply((*_known(identity or Identity()), *_SECRETS, *_PERSONAL), text)


def without_secrets(text: str) -> str:
    """``text`` without secrets; paths and names, which its reader knows, stay."""
    return _apply(_SECRETS, text)


def _apply(rules: Iterable[Rule], text: str) -> str:
    for _ in range(_ROUNDS):
        before = text
        for pattern, replacement in rules:
            text = pattern.sub(replacement, text)
        if text == before:
            break
    return text


def redact_json(value: Any, identity: Identity | None = None) -> Any:
    """A JSON value with every string in it redacted; the value of a secret name is masked whole."""
    if isinstance(value, str):
        return redact(value, identity)
    if isinstance(value, Mapping):
        return {
            redact(str(key), identity): MASK
            if isinstance(item, str) and _is_secret(str(key), item)
            else redact_json(item, identity)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [redact_json(item, identity) for item in value]
    return value


def _is_secret(name: str, value: str) -> bool:
    if not value or re.fullmatch(_VERSION, value):
        return False
    return re.fullmatch(rf"(?:.*[_.-])?{_NAMED}", name, re.IGNORECASE) is not None


@lru_cache(maxsize=8)
def _known(identity: Identity) -> tuple[Rule, ...]:
    """Patterns for what is known: the home folder, the host's name."""
    rules: list[Rule] = []
    home = identity.home.rstrip("/")
    if home:
        # What is called like /root can be anywhere; a longer path is the user's even in a backup.
        start = _PATH_START if home.count("/") == 1 else ""
        rules.append(_rule(rf"{start}{re.escape(home)}(?![\w.-])", "~"))
    host = identity.host.partition(".")[0]
    if len(host) >= _SHORTEST_HOST and host.lower() not in _COMMON_HOSTS:
        word = rf"(?<![\w-]){re.escape(host)}(?:\.local|\.lan|\.home)?(?![\w-])"
        rules.append(_rule(word, HOST, re.IGNORECASE))
    return tuple(rules)


def _address(found: re.Match[str]) -> str:
    """A URL with the names of what it asks for, and the checksum of the file that it points to."""
    url, hash_sign, fragment = without_login(found[0]).partition("#")
    url, question_mark, query = url.partition("?")
    query = re.sub(r"=[^&;]*", f"={MASK}", query) if "=" in query else (query and MASK)
    fragment = fragment if _USEFUL_FRAGMENT.fullmatch(fragment) else (fragment and MASK)
    return f"{clean_url(url)}{question_mark}{query}{hash_sign}{fragment}"


def _value(found: re.Match[str]) -> str:
    """A named value with the value masked, its quotes kept."""
    name, value = found.group("name"), found.group("value")
    quote = value[0] if value[:1] in ("'", '"') and len(value) > 1 else ""
    return f"{name}{quote}{MASK}{quote}"


def _rule(pattern: str, replacement: Replacement, flags: int = 0) -> Rule:
    return re.compile(pattern, flags), replacement


_SECRETS: tuple[Rule, ...] = (
    _rule(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", MASK
    ),
    (URL, _address),
    # Headers: the scheme may stay, what follows may not.
    _rule(
        r"(?P<name>\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:basic|bearer|token|digest)?\s*)"
        r"(?P<value>[^\s\"',]+)",
        _value,
        re.IGNORECASE,
    ),
    # NAME=value, "name": "value", --name value.
    _rule(
        rf"(?P<name>(?<![\w.-])[\w.-]*(?<![A-Za-z]){_NAMED}[\"']?\s*[:=]\s*)"
        rf"{_NO_VERSION}(?P<value>{_QUOTED}|[^\s\"',;]+)",
        _value,
        re.IGNORECASE,
    ),
    _rule(
        rf"(?P<name>(?<![\w-])--?(?:[\w-]*-)?{_NAMED}\s+)(?P<value>{_QUOTED}|[^\s\"'-]\S*)",
        _value,
        re.IGNORECASE,
    ),
    # Tokens that can be told by their look.
    _rule(
        r"\b(?:gh[pousr]_|github_pat_|glpat-|pypi-Ag|hf_|xox[abprs]-|sk-|AKIA|ASIA)[\w-]{10,}", MASK
    ),
    _rule(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*", MASK),
)

_PERSONAL: tuple[Rule, ...] = (
    # Wireless networks.
    _rule(rf"(?P<name>\b\w*ssid[\"']?\s*[:=]?\s*)(?P<value>{_QUOTED})", _value, re.IGNORECASE),
    _rule(r"(?P<name>\b\w*ssid\s*[:=]\s*)(?P<value>[^\s\"'][^\n\"']*)", _value, re.IGNORECASE),
    # Hardware addresses and serial numbers.
    _rule(r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f:-])", MASK),
    _rule(r"(?<![\w.])(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}(?![\w.])", MASK),
    _rule(
        r"(?P<name>\bi?(?:id_)?serial(?:[ _-]?(?:number|no|short))?[\"']?"
        r"(?:\s*[:=]\s*|\t+|\s+\d\s+))"
        rf"(?P<value>{_QUOTED}|[\w.-][\w.:-]*)",
        _value,
        re.IGNORECASE,
    ),
    _rule(r"(?<![\w])[01]0000000[0-9a-f]{8}(?!\w)", MASK),
    _rule(r"(?<![\w-])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![\w-])", MASK),
    _rule(r"(?P<name>\bmachine-?id[\"']?\s*[:=]\s*[\"']?)(?P<value>[0-9a-f]{32})", _value, re.I),
    # Users in paths, and users and hosts in prompts, addresses and log prefixes.
    _rule(rf"{_PATH_START}/(?:home|Users)/(?!~)[^/\s:;,\"'<>|()\[\]]+", "~"),
    _rule(rf"{_PATH_START}(/(?:run/)?media)/(?!\*\*\*)[^/\s:;,\"'<>|()\[\]]+", rf"\1/{MASK}"),
    _rule(r"(?i)\b([A-Z]:\\Users\\)[^\\\s:;,\"'<>|]+", rf"\g<1>{MASK}"),
    _rule(
        r"(?<![\w.+-])(?!git@)[A-Za-z0-9_][\w.+-]*@[A-Za-z0-9][\w-]*(?:\.[\w-]+)*", f"user@{HOST}"
    ),
    _rule(
        r"(?m)^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) [\w.-]+(?= [\w./()@-]+(?:\[\d+\])?:)",
        rf"\1 {HOST}",
    ),
    _rule(r"\b(Linux) [\w.-]+(?= \d+\.\d+[\w.+-]* )", rf"\1 {HOST}"),
    _rule(r"(?P<name>\bhostname[\"']?\s*[:=]\s*)(?P<value>" + _QUOTED + r"|[\w.-]+)", _value, re.I),
)
