"""Where wheels come from: the indexes of the user's own pip configuration, or pip's default."""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pidoctor import __version__
from pidoctor.errors import UsageError

BACKOFF = 0.5  # seconds before the second try; doubles with each further one


@dataclass(frozen=True)
class Source:
    """A simple index. ``name`` is "index" or "piwheels"; ``url`` is None for the default."""

    name: str
    url: str | None = field(repr=False)  # may hold credentials: never printed, never stored


@dataclass(frozen=True)
class PipSettings:
    """The part of a pip configuration that says where wheels come from."""

    index_url: str | None = field(default=None, repr=False)
    extra_index_urls: tuple[str, ...] = field(default=(), repr=False)
    cert: str | None = None

    def sources(self) -> tuple[Source, ...]:
        """The main index, and piwheels when it is configured; other extras are left alone."""
        urls = [url for url in self.extra_index_urls if _is_piwheels(url)]
        if self.index_url is not None and _is_piwheels(self.index_url):
            return (Source("piwheels", self.index_url),)
        if self.index_url is not None and urlsplit(self.index_url).scheme not in ("http", "https"):
            raise UsageError("pip's index-url is not a web address; the index needs one to update")
        return (Source("index", self.index_url), *(Source("piwheels", url) for url in urls[:1]))


def pip_settings(
    environ: Mapping[str, str] | None = None, files: Iterable[Path] | None = None
) -> PipSettings:
    """What pip's configuration files and environment say, later ones overruling earlier ones."""
    environ = os.environ if environ is None else environ
    values: dict[str, str] = {}
    for path in config_files(environ) if files is None else files:
        values.update(_read(path))
    for key in ("index_url", "extra_index_url", "cert"):
        value = environ.get(f"PIP_{key.upper()}")
        if value:
            values[key.replace("_", "-")] = value
    return PipSettings(
        index_url=values.get("index-url") or None,
        extra_index_urls=tuple(values.get("extra-index-url", "").split()),
        cert=values.get("cert") or None,
    )


def config_files(environ: Mapping[str, str]) -> list[Path]:
    """pip's configuration files, least specific first (pip's documented order)."""
    home = Path(environ.get("HOME") or Path("~").expanduser())
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return []
    system = [Path(folder) / "pip/pip.conf" for folder in _folders(environ)]
    user = [
        home / ".pip/pip.conf",
        Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "pip/pip.conf",
    ]
    site = [Path(sys.prefix) / "pip.conf"]
    return [*system, Path("/etc/pip.conf"), *user, *site, *([Path(chosen)] if chosen else [])]


def open_session(settings: PipSettings) -> requests.Session:
    """A session that tries again on a stall, a reset, 429 and 5xx, and names this program."""
    session = requests.Session()
    retry = Retry(
        total=5,
        backoff_factor=BACKOFF,
        status_forcelist=(429, 500, 502, 503, 504),
        respect_retry_after_header=True,
    )
    adapter = HTTPAdapter(max_retries=retry, pool_maxsize=16)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = f"pidoctor/{__version__} {requests.utils.default_user_agent()}"
    if settings.cert:
        session.verify = settings.cert
    return session


def _folders(environ: Mapping[str, str]) -> list[str]:
    listed = environ.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    return [folder for folder in listed.split(":") if folder]


def _is_piwheels(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "piwheels.org" or host.endswith(".piwheels.org")


def _read(path: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError):
        return {}
    merged: dict[str, str] = {}
    for section in ("global", "install"):
        if parser.has_section(section):
            merged.update(parser.items(section))
    return merged
