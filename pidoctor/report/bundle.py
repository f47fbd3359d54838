"""The support bundle: a zip file that tells another person, or pidoctor elsewhere, what is here.

It holds profile.json (and capture.json, from which the machine can be asked again), result.json,
installed.json, receipt.json, logs/*, and index.html that shows all of it. Everything is redacted
on the way in. A bundle from someone else is read with limits on everything.
"""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pidoctor.decoding import encode
from pidoctor.envelope import Result
from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.redact import Identity, redact, redact_json
from pidoctor.report.jsonout import dumps
from pidoctor.safe_files import AnyPath, open_regular, write_output

PROFILE, RESULT, CAPTURE = "profile.json", "result.json", "capture.json"
INSTALLED, RECEIPT, PAGE = "installed.json", "receipt.json", "index.html"
PAGES = (".html", ".htm")

MAX_ARCHIVE = 32 << 20  # bytes of a bundle file
MAX_ENTRY = 8 << 20  # bytes of one entry, unpacked
MAX_TOTAL = 32 << 20  # bytes of all entries, unpacked
MAX_ENTRIES = 64
MAX_DEPTH = 64  # of the JSON in it

LOG_TAIL = 1 << 20  # bytes of a log, from its end, that go into a bundle
MAX_LOGS = 5

# One date for all entries: the same content gives the same file.
_DATE = (1980, 1, 1, 0, 0, 0)
_NAME = expression(r"[\w][\w.-]{0,99}(?:/[\w][\w.-]{0,99}){0,2}", re.ASCII)
_SYMLINK = 0o120000


@dataclass(frozen=True)
class BundleContent:
    """What goes into a bundle. ``capture`` is the text of a capture, as the recorder writes it."""

    result: Result
    installed: Mapping[str, str] | None = None  # distribution -> version
    receipt: Mapping[str, Any] | None = None
    logs: Mapping[str, str] | None = None  # name -> text
    capture: str | None = None


@dataclass(frozen=True)
class Bundle:
    """A bundle that was read: the profile's JSON, and every file of it by name."""

    profile: Any
    files: Mapping[str, bytes]


def find_logs(environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    """pip's logs in the usual places, newest first: the end of each.

    pip writes one where it was told to (PIP_LOG) or, in older versions, when it fails.
    """
    home = Path(environ.get("HOME") or "/nonexistent")
    cache = Path(environ.get("XDG_CACHE_HOME") or home / ".cache")
    named = [Path(environ["PIP_LOG"])] if environ.get("PIP_LOG") else []
    usual = [folder / "pip.log", folder / "pip-log.txt", home / ".pip" / "pip.log"]
    return read_logs([*named, *usual, cache / "pip" / "log" / "debug.log"])


def read_logs(paths: Iterable[Path]) -> dict[str, str]:
    """The ends of those files that are there and can be read, by their names."""
    found: list[tuple[float, Path, str]] = []
    for path in dict.fromkeys(paths):
        try:
            with open_regular(path) as stream:
                size = os.fstat(stream.fileno()).st_size
                stream.seek(max(0, size - LOG_TAIL))
                content = stream.read(LOG_TAIL)
                if size > LOG_TAIL:  # half a line may be half a secret, which nothing recognises
                    content = content.partition(b"\n")[2] or content
                found.append((os.fstat(stream.fileno()).st_mtime, path, _log_text(content)))
        except (OSError, UsageError):  # not there, or not for us: a bundle does without it
            continue
    found.sort(key=lambda entry: -entry[0])
    logs: dict[str, str] = {}
    for _, path, text in found[:MAX_LOGS]:
        name = re.sub(r"[^\w.-]", "_", path.name, flags=re.ASCII).lstrip(".-") or "log"
        logs[name if name not in logs else f"{len(logs)}-{name}"] = text
    return logs


def _log_text(content: bytes) -> str:
    """A log as text, with its bad bytes replaced: the line of an error matters more than they do.

    A byte order mark tells UTF-16, which is what PowerShell writes.
    """
    marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content.decode("utf-16" if marked else "utf-8", "replace")


def write_bundle(path: AnyPath, content: BundleContent, identity: Identity | None = None) -> None:
    """Write a bundle, or its page alone where the name says that it is one (.html).

    ``identity`` is whose names are taken out; without it, the user's own. Raises as
    :func:`pidoctor.safe_files.write_output` does.
    """
    entries = bundle_entries(content, identity or Identity.here())
    if os.fsdecode(path).lower().endswith(PAGES):
        write_output(path, entries[PAGE].encode("utf-8"))
        return
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries.items():
            archive.writestr(_info(name), text)
    write_output(path, packed.getvalue())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


def bundle_entries(content: BundleContent, identity: Identity) -> dict[str, str]:
    """The files of a bundle by name, redacted."""
    from pidoctor.report.report_page import report_page

    clean = redact_json(encode(content.result), identity)
    logs = {f"logs/{name}": redact(text, identity) for name, text in (content.logs or {}).items()}
    entries = {RESULT: dumps(clean)}
    if clean.get("profile") is not None:
        entries[PROFILE] = dumps(clean["profile"])
    if content.capture is not None:
        entries[CAPTURE] = dumps(redact_json(json.loads(content.capture), identity))
    if content.installed is not None:
        entries[INSTALLED] = dumps(dict(sorted(content.installed.items())))
    if content.receipt is not None:
        entries[RECEIPT] = dumps(redact_json(content.receipt, identity))
    entries.update(logs)
    entries[PAGE] = report_page(
        content.result, content.installed, logs, lambda text: redact(text, identity)
    )
    return entries


# --- reading -----------------------------------------------------------------------------------


def load_bundle(path: Path) -> Bundle:
    """Read a bundle that anyone may have made.

    Raises :class:`UsageError` with one line for what is no bundle or exceeds a limit. Nothing is
    written anywhere, and names of entries are only names.
    """
    try:
        with open_regular(path, MAX_ARCHIVE) as stream, zipfile.ZipFile(stream) as archive:
            files = _read_all(path, archive)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise UsageError(f"{path}: not a bundle") from error
    if PROFILE not in files:
        raise UsageError(f"{path}: not a bundle (no {PROFILE} in it)")
    return Bundle(parse_json(files[PROFILE], f"{path}: {PROFILE}"), files)


def _read_all(path: Path, archive: zipfile.ZipFile) -> dict[str, bytes]:
    import zlib

    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise UsageError(f"{path}: too many files for a bundle (over {MAX_ENTRIES})")
    files: dict[str, bytes] = {}
    total = 0
    for info in infos:
        _check_entry(path, info, files)
        try:
            with archive.open(info) as stream:
                data = stream.read(MAX_ENTRY + 1)
        except zlib.error as error:
            raise UsageError(f"{path}: damaged ({error})") from error
        total += len(data)
        if len(data) > MAX_ENTRY or total > MAX_TOTAL:
            raise UsageError(f"{path}: unpacks to more than a bundle may hold")
        files[info.filename] = data
    return files


def _check_entry(path: Path, info: zipfile.ZipInfo, seen: Mapping[str, bytes]) -> None:
    name = info.filename
    if not _NAME.fullmatch(name) or name in seen:
        raise UsageError(f"{path}: a file in it has a name that no bundle has: {name[:80]!r}")
    if info.flag_bits & 1 or (info.external_attr >> 16) & 0o170000 == _SYMLINK:
        raise UsageError(f"{path}: {name} is encrypted or a link")


def parse_json(data: bytes, where: str) -> Any:
    """JSON from someone else, of bounded depth; raises :class:`UsageError`."""
    text = data.decode("utf-8", "replace")
    depth = deepest = 0
    for character in re.findall(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(character, 0)
        deepest = max(deepest, depth)
    if deepest > MAX_DEPTH:
        raise UsageError(f"{where}: nested too deeply")
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where}: not JSON ({error})") from error
