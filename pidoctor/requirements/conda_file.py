"""conda's environment.yml: what pip is to install in it, and what conda brings beside that.

Its form: https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html.
Only the lists that such files consist of are read, not all of YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.records import NamedTuple

_ENTRY = expression(r"(?P<indent>\s*)-\s+(?P<text>.+)")
_COMMENT = expression(r"(?:^|\s)#.*$")
_PACKAGE = expression(r"(?:[^\s:]+::)?(?P<name>[A-Za-z0-9][\w.-]*?)\s*(?P<bound>[=<>!~\d].*)?")


class CondaFile(NamedTuple):
    """``pip`` are lines for pip, each with its number; ``conda`` the packages as conda names them,
    ``bounds`` those of them as pip would say it, where it can be said; ``python`` is "3.11"."""

    pip: tuple[tuple[int, str], ...]
    conda: tuple[str, ...]
    bounds: tuple[Requirement, ...]
    python: str


def read_conda(path: Path, text: str) -> CondaFile:
    """The file's dependencies; :class:`UsageError` where it has none that can be read."""
    pip: list[tuple[int, str]] = []
    conda: list[str] = []
    bounds: list[Requirement] = []
    python = ""
    for number, line, of_pip in _entries(path, text):
        if of_pip:
            pip.append((number, line))
            continue
        name, bound = _package(line)
        if name == "python":
            minor = re.match(r"\d+\.\d+", bound.lstrip("=~ "))
            python = minor[0] if minor else ""
        elif name != "pip":
            conda.append(line)
            bounds += _as_bound(name, bound)
    return CondaFile(tuple(pip), tuple(conda), tuple(bounds), python)


def _entries(path: Path, text: str) -> Iterator[tuple[int, str, bool]]:
    """The entries below ``dependencies:`` with their lines, and whether ``pip:`` is above them."""
    inside, pip_indent, any_found = False, -1, False
    for number, raw in enumerate(text.splitlines(), 1):
        line = _COMMENT.sub("", raw).rstrip()
        if not line:
            continue
        match = _ENTRY.fullmatch(line)
        if match is None:
            inside = bool(re.fullmatch(r"dependencies\s*:", line))
            pip_indent = -1
            continue
        if not inside:
            continue
        any_found, indent = True, len(match["indent"])
        entry = match["text"].strip().strip("'\"").strip()
        if re.fullmatch(r"pip\s*:", entry):
            pip_indent = indent
        else:
            of_pip = pip_indent >= 0 and indent > pip_indent
            pip_indent = pip_indent if of_pip else -1
            yield number, entry, of_pip
    if not any_found:
        raise UsageError(
            f"{path}: has no list below `dependencies:`, as conda's environment files have; what "
            "conda installed already is looked at with --venv ENVIRONMENT"
        )


def _package(line: str) -> tuple[str, str]:
    match = _PACKAGE.fullmatch(line)
    return (match["name"].lower(), (match["bound"] or "").strip()) if match else (line, "")


def _as_bound(name: str, bound: str) -> list[Requirement]:
    """conda's "=1.26" is "==1.26.*" for pip; what stands behind a second "=" names a build."""
    version = re.fullmatch(r"(={0,2})\s*([\d.]*\d)(\.?\*)?(?:[=\s].*)?", bound)
    if version:
        bound = f"=={version[2]}{'.*' if version[1] == '=' or version[3] else ''}"
    if not bound:
        return []
    try:
        return [Requirement(f"{name}{bound}")]
    except InvalidRequirement:
        return []
