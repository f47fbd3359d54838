"""The text of a requirements file as pip reads it (its encoding, lines and variables), and TOML."""

from __future__ import annotations

import codecs
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.safe_files import open_regular

LIMIT = 1 << 20  # bytes of a file
_COMMENT = expression(r"(^|\s+)#.*$")
_VARIABLE = expression(r"\$\{([A-Z0-9_]+)\}")
_CODING = expression(rb"coding[:=]\s*([-\w.]+)")
# Windows' PowerShell writes UTF-16 with `pip freeze > requirements.txt`.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(path: Path) -> str:
    """The text of a file; :class:`UsageError` for one that is none, or is too large."""
    if re.match(r"[A-Za-z][\w+.-]*:/", str(path)):
        raise UsageError("only files are read, not addresses: download the file, and name it")
    with open_regular(path, LIMIT) as file:
        data = file.read(LIMIT)
    mark = next((row for row in _MARKS if data.startswith(row[0])), None)
    try:
        text = data.decode(mark[1] if mark else _declared(data)).lstrip("\ufeff")
    except (UnicodeDecodeError, LookupError, ValueError):
        text = "\0"
    if "\0" in text:  # no text has it
        raise UsageError(f"{path}: is not a text file in UTF-8{_other_encoding(path, data)}")
    return text


def _other_encoding(path: Path, data: bytes) -> str:
    """How a text in another encoding is turned into UTF-8; empty for what is no text at all."""
    guess = "LATIN1"
    if b"\0" in data:  # every second byte of ASCII in UTF-16, and none of a text
        even, odd = data[::2].count(0), data[1::2].count(0)
        if max(even, odd) * 4 < len(data) or min(even, odd):
            return ""
        guess = "UTF-16LE" if odd else "UTF-16BE"
    command = f"iconv -f {guess} -t UTF-8 {shlex.quote(str(path))} > utf-8.txt"
    return f"; it may be in {guess}: `{command}`, and name that"


def _declared(data: bytes) -> str:
    """The encoding that a comment in the first two lines names (PEP 263), else UTF-8."""
    for line in data.split(b"\n", 2)[:2]:
        found = _CODING.search(line) if line.startswith(b"#") else None
        if found is not None:
            return found[1].decode("ascii", "replace")
    return "utf-8"


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, each with its number; those that end in a backslash are joined to
    the next, but for comments."""
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if begun else number
        if line.endswith("\\") and not _COMMENT.match(line):
            begun += line[:-1] + " "
            continue
        whole = with_variables(_COMMENT.sub("", begun + line)).strip()
        begun = ""
        if whole:
            yield first, whole
    if begun.strip():
        yield first, with_variables(begun).strip()


def with_variables(line: str) -> str:
    """A line with ``${NAME}`` as the variable says; one that is not set stays as it is."""
    return _VARIABLE.sub(lambda found: os.environ.get(found[1]) or found[0], line)


def load_toml(path: Path, text: str) -> Mapping[str, Any]:
    """The tables of a TOML file; :class:`UsageError` for what is none."""
    for name in ("tomllib", "tomli"):  # in Python since 3.11
        try:
            toml = import_module(name)
        except ImportError:
            continue
        try:
            found: Mapping[str, Any] = toml.loads(text)
        except ValueError as error:
            raise UsageError(f"{path}: is no TOML ({error})") from error
        except RecursionError:
            raise UsageError(f"{path}: is nested too deeply") from None
        return found
    raise UsageError(f"{path}: reading TOML takes Python 3.11 or newer, or the package tomli")
