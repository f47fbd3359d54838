"""pip's configuration, read as pip reads it: which indexes its user is asked to take wheels from.

Files are read from the least to the most important: the system's, the user's, the environment's,
the one that PIP_CONFIG_FILE names, which takes the place of the user's; PIP_* variables come last.
Within them [download] replaces [global] and [install] replaces both, whichever file they are in
(pip documentation, topics/configuration; pip/_internal/configuration.py). pidoctor installs what
pip downloads, so it counts both as its own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pidoctor.errors import CouldNotCheckError, UsageError
from pidoctor.host.base import Host, HostError, MissingError, UnreadableError, read_text
from pidoctor.probe.reading import clean
from pidoctor.profile.wheel_sources import WheelSources
from pidoctor.records import NamedTuple
from pidoctor.urls import host_of

CONFIG_LIMIT = 256 << 10
_NOTHING = "/dev/null"  # as PIP_CONFIG_FILE: no file is read
_SECTIONS = ("global", "download", "install")
_ALIASES = {"pypi-url": "index-url"}
KEYS = (
    *("index-url", "pypi-url", "extra-index-url", "find-links", "no-index", "cert"),
    "trusted-host",
)
# What matters besides to who asks the network in pip's place.
REACHING_KEYS = (*KEYS, "proxy", "uploaded-prior-to")


def _variable(key: str) -> str:
    return f"PIP_{key.upper().replace('-', '_')}"


VARIABLES = tuple(map(_variable, KEYS))
# The files where nothing moves them; an environment has one of its own.
USUAL_FILES = (
    "/etc/xdg/pip/pip.conf",
    "/etc/pip.conf",
    "~/.pip/pip.conf",
    "~/.config/pip/pip.conf",
)
_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})


class PipSettingsError(ValueError):
    """A configuration that pip refuses; ``path`` is the file or the variable."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path


class Source(NamedTuple):
    """A simple index. ``name`` is "index" or "piwheels"; ``url`` is None for pip's default."""

    name: str
    url: str | None  # may hold credentials: never printed, never stored

    def __repr__(self) -> str:
        return f"Source({self.name!r})"


class PipSettings(NamedTuple):
    """The part of a pip configuration that says where wheels come from.

    ``origins`` tells for each key the file or variable it is from; ``faults`` are what makes pip
    refuse a file that can be understood all the same, ``unread`` the files that could not be read,
    which pip passes over.
    """

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    cert: str | None = None
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxy: str | None = None
    uploaded_prior_to: str | None = None
    origins: Mapping[str, str] = {}
    faults: tuple[str, ...] = ()
    unread: tuple[HostError, ...] = ()

    def __repr__(self) -> str:
        return f"PipSettings(from {sorted(set(self.origins.values()))})"  # addresses hold passwords

    def with_sources(self, more: WheelSources) -> PipSettings:
        """The settings as the options of a requirements file change them, as in pip."""
        extra = () if more.index_url else self.extra_index_urls
        return self._replace(
            index_url=more.index_url or self.index_url,
            extra_index_urls=(*extra, *more.extra_index_urls),
            find_links=(*self.find_links, *more.find_links),
            no_index=self.no_index or more.no_index,
            trusted_hosts=(*self.trusted_hosts, *more.trusted_hosts),
        )

    def sources(self) -> tuple[Source, ...]:
        """The main index, and piwheels when it is configured; other extras are left alone.

        CouldNotCheckError when pip is told to use none, UsageError for one that is no web address.
        """
        if self.no_index:
            raise CouldNotCheckError(
                f"pip is configured to use no package index (no-index in "
                f"{self.origins.get('no-index', 'its configuration')}), so none was asked"
            )
        urls = [url for url in self.extra_index_urls if is_piwheels(url)]
        if self.index_url is not None and is_piwheels(self.index_url):
            return (Source("piwheels", self.index_url),)
        if self.index_url is not None and not self.index_url.startswith(("http://", "https://")):
            raise UsageError("pip's index-url is not a web address; the index needs one to update")
        return (Source("index", self.index_url), *(Source("piwheels", url) for url in urls[:1]))


def read_pip_settings(host: Host, prefix: str, keys: Sequence[str] = KEYS) -> PipSettings:
    """The settings of the pip whose interpreter has this ``prefix``, those in ``keys`` of them.

    Raises :class:`PipSettingsError` where pip would refuse the configuration.
    """
    texts: list[tuple[str, str]] = []
    unread: list[HostError] = []
    for path in config_files(host, prefix):
        try:
            texts.append((path, read_text(host, path, CONFIG_LIMIT)))
        except MissingError:
            continue
        except UnreadableError as error:
            unread.append(error)
    variables = {name: host.environ(name) or "" for name in map(_variable, keys)}
    return parse_pip_settings(texts, variables, unread, keys)


def config_files(host: Host, prefix: str) -> Iterator[str]:
    """pip's configuration files, the least important first."""
    named = host.environ("PIP_CONFIG_FILE") or ""
    if named == _NOTHING:
        return
    home = host.home()
    for folder in (host.environ("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        if folder:
            yield f"{folder}/pip/pip.conf"
    yield "/etc/pip.conf"
    if not (named and host.exists(named)):
        yield f"{home}/.pip/pip.conf"
        yield f"{host.environ('XDG_CONFIG_HOME') or home + '/.config'}/pip/pip.conf"
    yield f"{prefix}/pip.conf"
    if named:
        yield _absolute(host, named)


def _absolute(host: Host, path: str) -> str:
    """The path from the root on; as it stands where the current directory is not known."""
    if path[:1] == "/":
        return path
    try:
        return posixpath.join(host.working_folder(), path)
    except HostError:
        return path


def parse_pip_settings(
    files: Iterable[tuple[str, str]],
    variables: Mapping[str, str],
    unread: Iterable[HostError] = (),
    keys: Sequence[str] = KEYS,
) -> PipSettings:
    """The settings in these files (path and text, the least important first) and variables."""
    sections: dict[str, dict[str, tuple[str, str]]] = {name: {} for name in _SECTIONS}
    faults: list[str] = []
    for path, text in files:
        for section, key, value in _entries(path, text, faults):
            if key in keys:
                sections[section][key] = (value, path)
    settings: dict[str, tuple[str, str]] = {}
    for values in sections.values():  # an empty value counts as none
        settings.update({key: found for key, found in values.items() if found[0]})
    for name, value in variables.items():
        if value:
            settings[_key(name[len("PIP_") :])] = (value, name)

    def text_of(key: str) -> str:
        return settings.get(key, ("", ""))[0]

    return PipSettings(
        index_url=text_of("index-url") or None,
        extra_index_urls=tuple(text_of("extra-index-url").split()),
        cert=text_of("cert") or None,
        find_links=tuple(text_of("find-links").split()),
        no_index=_flag(*settings.get("no-index", ("no", ""))),
        trusted_hosts=tuple(text_of("trusted-host").split()),
        proxy=text_of("proxy") or None,
        uploaded_prior_to=text_of("uploaded-prior-to") or None,
        origins={key: source for key, (_, source) in settings.items()},
        faults=tuple(faults),
        unread=tuple(unread),
    )


def is_piwheels(url: str) -> bool:
    """Whether an index is piwheels or a mirror under its name."""
    host = host_of(url)
    return host == "piwheels.org" or host.endswith(".piwheels.org")


def _entries(path: str, text: str, faults: list[str]) -> Iterator[tuple[str, str, str]]:
    """Section, key and value of every setting that pip downloads by, in order.

    Something that is there twice makes pip refuse the file; it is told, and the last one counts.
    """
    import configparser

    parser = configparser.RawConfigParser(strict=False)
    try:
        try:
            configparser.RawConfigParser().read_string(text)
        except configparser.DuplicateOptionError as error:
            faults.append(f"{path}: the option {clean(error.option)} is there twice")
        except configparser.DuplicateSectionError as error:
            faults.append(f"{path}: the section [{clean(error.section)}] is there twice")
        parser.read_string(text)
    except configparser.Error as error:
        reason = "not a configuration file"
        raise PipSettingsError(path, reason) from error
    for section in parser.sections():
        for name, value in parser.items(section) if section in _SECTIONS else ():
            yield section, _key(name), value or ""


def _key(name: str) -> str:
    key = name.lower().replace("_", "-")
    key = key[2:] if key.startswith("--") else key
    return _ALIASES.get(key, key)


def _flag(value: str, source: str) -> bool:
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise PipSettingsError(source, f"no-index is neither yes nor no: {clean(value, 40)}")
