"""What a wheel's METADATA says that it requires, or a source archive's PKG-INFO.

Of a wheel the zip's directory and that one member are read.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from typing import IO

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from pidoctor.errors import CouldNotCheckError
from pidoctor.indexing.links import Link
from pidoctor.indexing.patient_session import PatientSession
from pidoctor.indexing.remote import RemoteFile, fetch_small
from pidoctor.platforms.pep440 import version_of

_LIMIT = 4 << 20  # the largest METADATA seen is 300 kB
_LARGEST_SOURCE = 16 << 20  # bytes of a source archive that are looked at, packed and unpacked
_PKG_INFO = re.compile(r"(?:\./)?[^/]+/PKG-INFO")
_EXTRA = re.compile(r'extra\s*==\s*["\']([^"\']+)')  # in a marker


@dataclass(frozen=True)
class WheelMetadata:
    """What a wheel says about itself; ``size`` is the wheel's, in bytes.

    ``extras`` are those that it offers, normalised; ``doubt`` is why what it requires is not known.
    """

    size: int
    requires_python: str
    requires_dist: tuple[str, ...]
    extras: tuple[str, ...] = ()
    doubt: str = ""


def read_metadata(file: IO[bytes], name: str, size: int) -> WheelMetadata:
    """The metadata of the wheel ``file``; raises :class:`CouldNotCheckError` when it has none."""
    try:
        with zipfile.ZipFile(file) as wheel:
            member = _metadata_member(wheel, name)
            with wheel.open(member) as opened:
                text = opened.read(_LIMIT)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise CouldNotCheckError(f"{name}: not a readable wheel ({error})") from error
    return parse_metadata(text, size)


def parse_metadata(text: bytes, size: int) -> WheelMetadata:
    """The fields of a METADATA file; a requirement that cannot be parsed is left out."""
    headers = HeaderParser().parsestr(text.decode("utf-8", "replace"))
    requires = []
    for line in headers.get_all("Requires-Dist") or ():
        try:
            requires.append(str(Requirement(line)))
        except InvalidRequirement:
            continue
    offered = [*(headers.get_all("Provides-Extra") or ()), *_EXTRA.findall("\n".join(requires))]
    extras = tuple(sorted({str(canonicalize_name(extra.strip())) for extra in offered}))
    return WheelMetadata(size, headers.get("Requires-Python", "").strip(), tuple(requires), extras)


def _metadata_member(wheel: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    for info in wheel.infolist():
        folder, _, leaf = info.filename.rpartition("/")
        if leaf == "METADATA" and folder.endswith(".dist-info") and "/" not in folder:
            if info.file_size > _LIMIT:
                break
            return info
    raise CouldNotCheckError(f"{name}: has no METADATA of a sensible size")


def fetch_metadata(session: PatientSession, link: Link) -> WheelMetadata:
    """The metadata of a wheel on a web server, by as few bytes as the server allows.

    A small file of its own where the index has one (PEP 658), else byte ranges of the wheel, else
    the whole wheel.
    """
    if link.has_metadata and link.size:
        text = fetch_small(session, f"{link.url.split('#', maxsplit=1)[0]}.metadata", link.filename)
        if text is not None:
            return parse_metadata(text, link.size)
    remote = RemoteFile(session, link.url, link.filename)
    with io.BufferedReader(remote, 1 << 16) as buffered:
        if not link.tags:
            return read_source(buffered, remote.size)
        return read_metadata(buffered, link.filename, remote.size)


def read_source(file: IO[bytes], size: int) -> WheelMetadata:
    """What the source archive ``file`` promises that every wheel built of it requires.

    Only from version 2.2 of the metadata on does an archive promise that, and only of what it does
    not call dynamic: https://peps.python.org/pep-0643/
    """
    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            start = io.BytesIO(unpacked.read(_LARGEST_SOURCE))
        with tarfile.open(fileobj=start) as archive:
            named = (it for it in archive if it.isfile() and _PKG_INFO.fullmatch(it.name))
            opened = next((archive.extractfile(member) for member in named), None)
            text = opened.read(_LIMIT) if opened else b""
    except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError):
        text = b""
    found = parse_metadata(text, size)
    headers = HeaderParser().parsestr(text.decode("utf-8", "replace"))
    dynamic = {value.strip().lower() for value in headers.get_all("Dynamic") or ()}
    level = version_of(headers.get("Metadata-Version", "0").strip())
    if level and level >= Version("2.2") and "requires-dist" not in dynamic:
        return found
    return replace(found, requires_dist=(), doubt="what it requires is decided when it is built")
