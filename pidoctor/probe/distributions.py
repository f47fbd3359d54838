"""Installed distributions, read from their metadata folders; nothing of them is run.

The folders and files: https://packaging.python.org/specifications/recording-installed-packages/.
What is damaged is told apart from what is there: pip leaves a folder "~umpy" where removing numpy
was interrupted, and a program imports whatever is left.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from pidoctor.expressions import expression
from pidoctor.host.base import Host, HostError, MissingError, SearchPattern, read_text
from pidoctor.platforms.versions import newest as newest_of
from pidoctor.probe.elf_header import ElfError, parse_elf
from pidoctor.probe.reading import clean, names_in, text_in
from pidoctor.profile.environment import Compiled, Damage, InstalledPackage
from pidoctor.urls import clean_url

METADATA_LIMIT = 256 << 10  # the headers come first, and scipy has 50 kB of licences in them
RECORD_LIMIT = 4 << 20
MOST_DISTRIBUTIONS = 2000
MOST_REQUIREMENTS = 500
_FILES_LIMIT = 192 << 20  # bytes of a distribution's ELF files that are searched
_METADATA_FOLDER = expression(
    r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-py\d[^-]*)?\.(?P<kind>dist|egg)-info"
)
_LIBRARY = expression(r"[^\x00-\x1f,\"]+\.so(?:\.\d+)*")

_NUMPY_CAPSULE = SearchPattern("numpy-c-api", rb"(_ARRAY_API)")
_NUMPY_2_NAME = SearchPattern("numpy-2-name", rb"(numpy\._core)")
# The word comes first, and what stands before it second: a file has many zeros and few words.
_GLIBC = SearchPattern("glibc-versions", rb"GLIBC(?<=\x00GLIBC)_(2\.\d{1,3})(?=\x00)")


def installed_in(
    host: Host, folders: Iterable[str]
) -> tuple[tuple[InstalledPackage, ...], tuple[Damage, ...]]:
    """The distributions in the site-packages ``folders``, in import order, and what is damaged."""
    found: list[InstalledPackage] = []
    damages: list[Damage] = []
    for folder in folders:
        here: dict[str, InstalledPackage] = {}
        for entry in host.list_dir(folder)[: 10 * MOST_DISTRIBUTIONS]:
            if entry.startswith("~"):
                damages.append(_half_removed(folder, entry))
                continue
            named = _METADATA_FOLDER.fullmatch(entry)
            if named is None or len(here) >= MOST_DISTRIBUTIONS:
                continue
            item = _distribution(host, folder, entry, named, damages)
            if item.name in here:
                damages.append(_two_versions(here[item.name], item))
            else:
                here[item.name] = item
        found += here.values()
    return tuple(found), tuple(_once(damages))


def named_in(host: Host, folder: str) -> Iterator[tuple[str, str]]:
    """The distributions in a folder by the names of their metadata: normalised name, version."""
    for named in filter(None, map(_METADATA_FOLDER.fullmatch, host.list_dir(folder))):
        yield _normalised(named["name"]), clean(named["version"])


def _distribution(
    host: Host, folder: str, entry: str, named: re.Match[str], damages: list[Damage]
) -> InstalledPackage:
    """One distribution; what cannot be read of it becomes a damage, and the rest counts."""
    path = f"{folder}/{entry}"
    files = names_in(host, path)
    name = _normalised(named["name"])
    headers: dict[str, list[str]] = {}
    try:
        headers = _headers(host, path, files, named["kind"])
    except (MissingError, _NoMetadataError):
        seen = "its metadata cannot be read"
        damages.append(Damage("unreadable-metadata", name, clean(path, 500), seen))
    except HostError as error:
        seen = clean(error.reason, 200)
        damages.append(Damage("metadata-not-seen", name, clean(error.path, 500), seen))
    direct = _direct_url(host, path) if "direct_url.json" in files else {}
    installer = text_in(host, f"{path}/INSTALLER", 200) if "INSTALLER" in files else ""
    item = InstalledPackage(
        name=name,
        version=_version(clean(named["version"]), clean("".join(headers.get("version", ())[:1]))),
        folder=folder,
        origin=_packaged(folder) or clean(installer).lower(),
        editable=_is_editable(direct),
        url=clean_url(clean(str(direct.get("url", "")), 500)),
        requires=tuple(clean(text, 500) for text in headers.get("requires-dist", ())),
        requires_python=clean("".join(headers.get("requires-python", ())[:1])),
        tags=_tags(host, path) if "WHEEL" in files else (),
        compiled=(),
    )
    if "RECORD" not in files or not (name == "numpy" or _may_use_numpy(item)):
        return item
    libraries = _libraries(host, path)
    missing = [library for library in libraries if not host.exists(f"{folder}/{library}")]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        seen = f"{len(missing)} of its {len(libraries)} compiled files {verb} missing"
        damages.append(Damage("files-missing", name, f"{folder}/{missing[0]}", seen))
    from pidoctor.catalog.index_scope import indexed_packages

    if item.name in indexed_packages():  # the index has read its wheels: the tag is enough
        return item
    compiled = _compiled(host, [f"{folder}/{library}" for library in libraries])
    return item if compiled is None else replace(item, compiled=(compiled,))


def _version(named: str, told: str) -> str:
    """That of the folder's name, which is in its plain form; the metadata's, which installers go
    by, where that is another."""
    other = told and re.findall(r"\d+", told) != re.findall(r"\d+", named)
    return told if other else named


def _packaged(folder: str) -> str:
    """Who fills a folder, where that is the system's package manager: "apt", or "system"."""
    if not folder.startswith("/usr/lib/"):
        return ""
    return "apt" if folder.endswith("dist-packages") else "system"


def _may_use_numpy(item: InstalledPackage) -> bool:
    """Whether its compiled files decide over NumPy: it requires numpy, or it is a runtime."""
    from pidoctor.catalog.runtimes import load_runtimes

    needs = any(re.match(r"numpy\b", text, re.IGNORECASE) for text in item.requires)
    return needs or any(item.name in runtime.distributions for runtime in load_runtimes())


# --- metadata ------------------------------------------------------------------------------------


class _NoMetadataError(Exception):
    """The file was read, and is no metadata."""


def _headers(host: Host, path: str, files: tuple[str, ...], kind: str) -> dict[str, list[str]]:
    """The fields that matter, names in lower case.

    HostError where the file is not there or could not be looked at, which are not the same.
    """
    file = path if kind == "egg" and not files else f"{path}/{_METADATA[kind]}"
    text = read_text(host, file, METADATA_LIMIT)
    fields: dict[str, list[str]] = {}
    for line in text.partition("\n\n")[0].splitlines():
        if not line:  # a line of blanks goes on with the field above it
            break
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            kept = fields.setdefault(name.strip().lower(), [])
            if len(kept) < MOST_REQUIREMENTS:
                kept.append(value.strip())
    if not {"name", "version"} <= fields.keys():
        raise _NoMetadataError
    return fields


_METADATA = {"dist": "METADATA", "egg": "PKG-INFO"}


def _tags(host: Host, path: str) -> tuple[str, ...]:
    lines = text_in(host, f"{path}/WHEEL", 4096).splitlines()
    return tuple(clean(line[4:].strip()) for line in lines if line.startswith("Tag:"))[:50]


def _direct_url(host: Host, path: str) -> dict[str, Any]:
    """PEP 610: where it came from if not from an index."""
    try:
        data = json.loads(text_in(host, f"{path}/direct_url.json", 16 << 10))
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _is_editable(direct: dict[str, Any]) -> bool:
    info = direct.get("dir_info")
    return isinstance(info, dict) and info.get("editable") is True


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", clean(name)).lower()


# --- compiled files ------------------------------------------------------------------------------


def _libraries(host: Host, path: str) -> list[str]:
    """The shared libraries that RECORD lists, below site-packages only.

    Those of others that a wheel brings in NAME.libs come last: they are large, and tell little.
    """
    lines = text_in(host, f"{path}/RECORD", RECORD_LIMIT).splitlines()
    listed = (line.split(",", 1)[0].strip('"') for line in lines if ".so" in line)
    inside = (posixpath.normpath(name) for name in listed if _LIBRARY.fullmatch(name))
    below = [name for name in inside if not name.startswith(("/", ".."))]
    return sorted(below, key=lambda name: ".libs/" in name)[:500]


def _compiled(host: Host, libraries: list[str]) -> Compiled | None:
    """What the libraries need, read off them until one uses NumPy.

    The libraries of a wheel are compiled together, so that one tells of them all; reading SciPy's
    100 MB takes an SD card seconds.
    """
    read: list[Compiled] = []
    for library in libraries[:100]:
        read += _one(host, library)
        if read and read[-1].numpy_abi:
            break
    if not read:
        return None
    newest = newest_of(*(item.glibc for item in read))
    return replace(read[-1], glibc=newest) if read[-1].numpy_abi else replace(read[0], glibc=newest)


def _one(host: Host, path: str) -> Iterator[Compiled]:
    try:
        machine = parse_elf(host.read_bytes(path, 1024)).machine
    except (HostError, ElfError, ValueError):
        machine = ""
    try:
        uses = bool(host.search(path, _NUMPY_CAPSULE, _FILES_LIMIT))
        is_2 = uses and bool(host.search(path, _NUMPY_2_NAME, _FILES_LIMIT))
        versions = [found.decode("ascii") for found in host.search(path, _GLIBC, _FILES_LIMIT)]
    except HostError:
        return
    newest = newest_of(*versions)
    yield Compiled(path, (2 if is_2 else 1) if uses else 0, newest, machine)


# --- damage --------------------------------------------------------------------------------------


def _half_removed(folder: str, entry: str) -> Damage:
    name = _normalised(entry.lstrip("~").partition("-")[0].partition(".")[0])
    return Damage(
        "half-removed", name, f"{folder}/{clean(entry)}", "left by an interrupted pip uninstall"
    )


def _two_versions(first: InstalledPackage, second: InstalledPackage) -> Damage:
    seen = f"{first.version} and {second.version}"
    return Damage("two-versions", first.name, first.folder, seen)


def _once(damages: Iterable[Damage]) -> Iterator[Damage]:
    """Each name once for each kind; what pip left of one package may be several folders."""
    seen = set()
    for damage in damages:
        key = (damage.kind, damage.path if damage.kind == "half-removed" else damage.name)
        if key not in seen:
            seen.add(key)
            yield damage
