"""What must not leave the machine, taken out of texts and JSON: secrets and personal data.

Secrets are passwords, keys and tokens: in URLs, headers, variables, options, and by their own look.
Personal data are user names in paths, host names, serial numbers, hardware addresses and names of
wireless networks. Redacting twice gives the same as redacting once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pidoctor.redact_rule import SecretRule
from pidoctor.redact_rules import HOST, fragment, personal, secrets
from pidoctor.urls import MASK

# Names that say nothing of their owner: they are what a fresh image has.
_COMMON_HOSTS = {"localhost", "raspberrypi", "dietpi", "ubuntu", "debian", "alpine", "host"}
LEFT_OUT = "# (a line that is not UTF-8 text was left out)"
# What is looked for, in the words of those who are asked to send a report.
LOOKED_FOR = (
    "Looked for and masked: passwords, tokens, keys, cookies, logins in addresses, user and host "
    "names, e-mail addresses, network and hardware addresses, Wi-Fi names, serial numbers. "
    "What looks like none of these is still there: read the file before you send it."
)
_ROUNDS = 8  # a masked part can bring another one to light; two rounds do for nearly all texts
_SHORTEST_HOST = 4  # a shorter name would be found inside of ordinary words

_LOGIN_OPTIONS = ("-u", "-U", "--user", "--proxy-user")


class Identity(NamedTuple):
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


def readable(content: bytes) -> str:
    """The lines of ``content`` that are text; of the others only that they were left out.

    A pattern does not see a secret in what it cannot read, so what is no UTF-8 is not kept.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        lines = content.decode("utf-8", "replace").split("\n")
        return "\n".join(LEFT_OUT if "\ufffd" in line else line for line in lines)


def redact(text: str, identity: Identity | None = None) -> str:
    """``text`` without secrets and personal data."""
    identity = identity or Identity()
    return _short(text, identity) if len(text) <= _SHORT else _redacted(text, identity)


_SHORT = 512  # characters: names, versions and sentences, which stand many times in one answer


def _redacted(text: str, identity: Identity) -> str:
    return _apply((*_known(identity), *secrets(), *personal()), text)


@lru_cache(maxsize=1024)
def _short(text: str, identity: Identity) -> str:
    return _redacted(text, identity)


def without_secrets(text: str) -> str:
    """``text`` without secrets; paths and names, which its reader knows, stay."""
    return _apply(secrets(), text)


def _apply(rules: Iterable[SecretRule], text: str) -> str:
    for _ in range(_ROUNDS):
        before = text
        for rule in rules:
            text = rule.apply(text)
        if text == before:
            break
    return text


def redact_json(value: Any, identity: Identity | None = None) -> Any:
    """A JSON value with every string in it redacted; the value of a secret name is masked whole.

    A name is a key, or an option before its value in a list of arguments.
    """
    if isinstance(value, str):
        return redact(value, identity)
    if isinstance(value, Mapping):
        return {
            redact(str(key), identity): _member(str(key), item, identity)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return list(_items(value, identity))
    return value


def _member(name: str, value: Any, identity: Identity | None) -> Any:
    if isinstance(value, str):
        if _is_secret(name, value):
            return MASK
        # What a string is, its name tells: "opencv-python": "4.8.0.74" is a version.
        if re.fullmatch(fragment("VERSION"), value):
            start = f'"{name}": "'
            return redact(f'{start}{value}"', identity)[len(start) : -1]
    elif isinstance(value, (list, tuple)) and _is_secret(name, "list"):
        return [MASK if isinstance(item, str) else redact_json(item, identity) for item in value]
    return redact_json(value, identity)


def _items(values: Sequence[Any], identity: Identity | None) -> Iterator[Any]:
    option = ""
    for value in values:
        text = value if isinstance(value, str) else ""
        secret = text[:1] != "-" and (
            _is_secret_option(option) or (option in _LOGIN_OPTIONS and ":" in text)
        )
        yield MASK if text and secret else redact_json(value, identity)
        option = text


def _is_secret_option(text: str) -> bool:
    """Whether the item of a list that follows is a secret."""
    return re.fullmatch(rf"-[\w-]{{0,60}}?{fragment('NAMED')}", text, re.IGNORECASE) is not None


def _is_secret(name: str, value: str) -> bool:
    if not value or re.fullmatch(fragment("VERSION"), value):
        return False
    return re.fullmatch(rf".*{fragment('NAMED')}", name[-100:], re.IGNORECASE) is not None


@lru_cache(maxsize=8)
def _known(identity: Identity) -> tuple[SecretRule, ...]:
    """Patterns for what is known: the home folder, the host's name."""
    rules: list[SecretRule] = []
    home = identity.home.rstrip("/")
    if home:
        # What is called like /root can be anywhere; a longer path is the user's even in a backup.
        start = fragment("PATH_START") if home.count("/") == 1 else ""
        rules.append(SecretRule(rf"{start}{re.escape(home)}(?![\w.-])", "~"))
    host = identity.host.partition(".")[0]
    if len(host) >= _SHORTEST_HOST and host.lower() not in _COMMON_HOSTS:
        word = rf"(?<![\w-]){re.escape(host)}(?:\.local|\.lan|\.home)?(?![\w-])"
        rules.append(SecretRule(word, HOST, re.IGNORECASE, (host.lower(),)))
    return tuple(rules)
