"""An environment built under one path made right for another."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

_LARGEST = 4 << 20  # scripts and configuration are small; what is larger is a program


def relocate(environment: Path, built_at: Path, final: Path) -> None:
    """Replace the path ``built_at`` by ``final`` in the text files of ``environment`` that name it.

    These are pyvenv.cfg and what is in bin (the first line of scripts, the activate scripts):
    Python itself finds everything from where its executable lies. The RECORD of a package whose
    script changed gets the script's new hash.
    """
    old, new = os.fsencode(built_at), os.fsencode(final)
    quoted_old, quoted_new = _in_quotes(built_at), _in_quotes(final)
    changed = {
        path: content.replace(quoted_old, quoted_new).replace(old, new)
        for path in (environment / "pyvenv.cfg", *_scripts(environment / "bin"))
        for content in (path.read_bytes(),)
        if quoted_old in content or old in content
    }
    for path, content in changed.items():
        mode = path.stat().st_mode
        path.unlink()
        path.write_bytes(content)
        path.chmod(mode)
    by_path = {os.fspath(path): content for path, content in changed.items()}
    for record in environment.glob("lib/python*/site-packages/*.dist-info/RECORD"):
        _update(record, by_path)


def _in_quotes(path: Path) -> bytes:
    """The beginning of a quoted word of the shell that begins with ``path``."""
    quoted = shlex.quote(os.fspath(path))
    return os.fsencode(quoted[:-1] if quoted.startswith("'") else quoted)


def _scripts(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST:
            with path.open("rb") as file:
                head = file.read(4)
            if head != b"\x7fELF":
                yield path


def _update(record: Path, changed: dict[str, bytes]) -> None:
    """Correct the rows of ``record`` (path, hash, size) for the files in ``changed``."""
    rows = list(csv.reader(io.StringIO(record.read_text("utf-8"), newline="")))
    site_packages = os.fspath(record.parent.parent)
    touched = False
    for row in rows:
        path = os.path.normpath(os.path.join(site_packages, row[0])) if row else ""
        content = changed.get(path)
        if content is not None:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            row[1:] = [f"sha256={digest.decode()}", str(len(content))]
            touched = True
    if touched:
        output = io.StringIO(newline="")
        csv.writer(output, lineterminator="\n").writerows(rows)
        record.unlink()
        record.write_text(output.getvalue(), "utf-8")


def share_system_packages(environment: Path) -> None:
    """Let ``environment`` see the packages of the Python that it was made from."""
    path = environment / "pyvenv.cfg"
    key = "include-system-site-packages"
    lines = path.read_text("utf-8").splitlines()
    kept = [line for line in lines if line.partition("=")[0].strip().lower() != key]
    temporary = path.with_name("pyvenv.cfg.tmp")
    temporary.write_text("\n".join([*kept, f"{key} = true", ""]), "utf-8")
    shutil.copystat(path, temporary)  # its time tells the environment from others: journal.stamp
    os.replace(temporary, path)
