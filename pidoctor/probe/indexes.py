"""The sources of wheels that pip is configured to use, without their credentials.

Read as pip reads them: global, user, environment's and PIP_CONFIG_FILE's files, then PIP_*
variables; a later one replaces an earlier one, and [install] replaces [global]
(pip documentation, topics/configuration).
"""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.host.base import Host, HostError, MissingError, read_text
from pidoctor.probe.reading import clean
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Index
from pidoctor.urls import clean_url

CONFIG_LIMIT = 256 << 10
MAX_URLS = 64
_KEYS = ("index-url", "extra-index-url", "find-links", "no-index")
_KINDS = {"index-url": "index", "extra-index-url": "extra", "find-links": "find-links"}
_PIWHEELS = ("piwheels.org", "www.piwheels.org", "archive1.piwheels.org")


def probe_indexes(host: Host, prefix: str) -> Fact[tuple[Index, ...]]:
    """The sources, package index first; ``prefix`` is the interpreter's.

    An index with the URL "default" is the one that pip uses when nothing is configured.
    """
    settings: dict[str, tuple[str, str]] = {}
    for path in config_files(host, prefix):
        try:
            settings.update(_file_settings(path, read_text(host, path, CONFIG_LIMIT)))
        except MissingError:
            continue
        except HostError as error:
            return Fact.unreadable(path, error.reason)
        except ValueError as error:
            return Fact.unparsable(path, clean(str(error)))
    for key in _KEYS:
        variable = "PIP_" + key.upper().replace("-", "_")
        value = host.environ(variable)
        if value:
            settings[key] = (value, variable)
    places = dict.fromkeys(source for _, source in settings.values())
    return Fact.known(_indexes(settings), ", ".join(places) or "pip's default")


def config_files(host: Host, prefix: str) -> Iterator[str]:
    """pip's configuration files, the least important first."""
    named = host.environ("PIP_CONFIG_FILE") or ""
    if named == "/dev/null":
        return
    home = host.home()
    for folder in reversed((host.environ("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")):
        yield f"{folder}/pip/pip.conf"
    yield "/etc/pip.conf"
    yield f"{home}/.pip/pip.conf"
    yield f"{host.environ('XDG_CONFIG_HOME') or home + '/.config'}/pip/pip.conf"
    yield f"{prefix}/pip.conf"
    if named:
        yield named


def _file_settings(path: str, text: str) -> dict[str, tuple[str, str]]:
    """The settings that concern sources, each with the file it is from."""
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(f"not a configuration file ({type(error).__name__})") from error
    settings = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            for name, value in parser.items(section):
                key = name.lower().replace("_", "-")
                if key in _KEYS:
                    settings[key] = (value, path)
    return settings


def _indexes(settings: dict[str, tuple[str, str]]) -> tuple[Index, ...]:
    off = settings.get("no-index", ("", ""))[0].strip().lower() in ("1", "true", "yes", "on", "y")
    found = []
    for key, kind in _KINDS.items():
        value, source = settings.get(key, ("", ""))
        if off and kind != "find-links":
            continue
        if kind == "index" and not value:
            found.append(Index("index", "default", "pip's default"))
        for url in value.split()[:MAX_URLS]:
            shown = clean_url(clean(url, 2000))
            found.append(Index(_kind(shown, kind), shown, source))
    return tuple(found)


def _kind(url: str, kind: str) -> str:
    host = url.partition("://")[2].partition("/")[0].partition(":")[0].lower()
    return "piwheels" if host in _PIWHEELS else kind
