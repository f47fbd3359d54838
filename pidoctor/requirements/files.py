"""Requirements files and pyproject.toml, read as pip reads them; nothing is installed or fetched.

pip's format: https://pip.pypa.io/en/stable/reference/requirements-file-format/.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from pidoctor.decoding import DecodeError
from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.platforms.pep440 import LONGEST, valid_bound
from pidoctor.requirements.conda_file import read_conda
from pidoctor.requirements.options import FileOptions, options_of
from pidoctor.requirements.other_files import (
    bounds,
    dynamic,
    is_pylock,
    locked,
    of_poetry,
    refuse,
    uv_sources,
)
from pidoctor.requirements.spelling import meant
from pidoctor.requirements.text import lines_of, load_toml, read_text, with_variables
from pidoctor.resolve.request import file_name, is_wheel
from pidoctor.units import listed
from pidoctor.urls import path_of

MOST_FILES = 50
MOST_FAULTS = 10  # that are told of one question
_HASH = expression(r"--hash[=\s]+([\w-]*)(?::(\S+))?")
_HASHES = ("sha256", "sha384", "sha512")  # that pip takes
_OPTIONS_OF_A_LINE = expression(r"\s+-{1,2}[A-Za-z].*$")
# Folders, files and addresses: what pip does not look for on an index.
_ELSEWHERE = expression(
    r"\.{1,2}(?:\[|$)|file:|[\w.+-]+://|[^\s;@<>=!~\[]*/"
    r"|[^\s;@<>=]+\.(?:whl|zip|tar\.gz|tgz|tar\.bz2)$"
)

_WHEEL = expression(
    r"(?P<url>\S*?(?P<file>[^/\s]+\.whl)(?:#[^\s\[]*)?)(?P<extras>\[[^\]]*\])?(?P<marker>\s+;.*)?"
)


@dataclass
class Read:
    """What files ask for. ``left`` are lines that say something else, told but not judged."""

    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    hashes: dict[str, set[str]] = field(default_factory=dict)  # package -> SHA-256 of its files
    options: FileOptions = field(default_factory=FileOptions)
    unhashed: list[str] = field(default_factory=list)  # lines without a hash
    elsewhere: list[Requirement] = field(default_factory=list)  # that have an address of their own
    pythons: SpecifierSet = field(default_factory=SpecifierSet)  # that the projects are for
    unread: int = 0  # lines without a name, of a folder or an address, of which nothing is known

    @property
    def size(self) -> int:
        """How many things were found."""
        return len(self.requirements) + len(self.left) + len(self.elsewhere)


class _File(NamedTuple):
    """A file that is read, those that led to it, and where what it asks for goes."""

    path: Path
    read: Read
    into: list[Requirement]
    above: tuple[Path, ...] = ()


def read_files(
    requirements: Sequence[str], constraints: Sequence[str] = (), groups: Sequence[str] = ()
) -> Read:
    """The requirements of several files and of those that they name.

    Raises :class:`UsageError` with one line that names file and line: for a file that cannot be
    read, a line that is no requirement, or files that include each other in a circle.
    """
    read = Read()
    for name in requirements:
        before = read.size
        _read(_File(Path(name), read, read.requirements), groups)
        if read.size == before:
            read.left.append(f"{name} asks for nothing, so any runtime will do")
    for name in constraints:
        _read(_File(Path(name), read, read.constraints))
    return _ended(read)


def read_lines(path: Path, lines: Iterable[tuple[str, str]]) -> Read:
    """The requirements of lines as a requirements file has them, each with where it stands.

    ``path`` is the file that files named in a line are looked for beside.
    """
    read = Read()
    whole = ((where, with_variables(line.strip())) for where, line in lines)
    _lines(whole, _File(path, read, read.requirements))
    return _ended(read)


def _ended(read: Read) -> Read:
    """What holds for all lines, wherever it stands: pre-releases, and hashes for all or none."""
    if read.options.pre:
        for item in read.requirements:
            item.specifier.prereleases = True
    if read.unhashed and read.options.require_hashes:
        asked = f"{read.options.require_hashes} asks for one in every line"
        read.left.append(f"pip refuses this: {read.unhashed[0]} has no --hash, and {asked}")
    return read


def _read(file: _File, groups: Sequence[str] = ()) -> None:
    path, above = file.path, file.above
    if path in above:
        circle = " -> ".join(str(file) for file in (*above[above.index(path) :], path))
        raise UsageError(f"{path}: these files include each other in a circle: {circle}")
    if len(above) >= MOST_FILES:
        raise UsageError(f"{path}: requirements files are nested more than {MOST_FILES} deep")
    refuse(path)
    text = read_text(path)
    if is_pylock(path):
        _pylock(file, text)
        return
    if path.suffix == ".toml":
        _pyproject(file, text, groups)
        return
    if path.suffix in (".yml", ".yaml"):
        _conda(file, text)
        return
    lines = ((f"{path}, line {number}", line) for number, line in lines_of(text))
    _lines(lines, file._replace(above=(*above, path)))


def _conda(file: _File, text: str) -> None:
    """What pip installs in conda's environment is asked for, beside the versions of conda's own."""
    path, read = file.path, file.read
    found = read_conda(path, text)
    lines = ((f"{path}, line {number}", with_variables(line)) for number, line in found.pip)
    _lines(lines, file._replace(above=(path,)))
    read.constraints += found.bounds
    if found.conda:
        named = ", ".join(found.conda)
        read.left.append(f"conda brings {named}: held to, and not checked ({path})")
    if found.python:
        read.left.append(
            f"conda brings Python {found.python}, in its own environment: name that with --venv, "
            f"or end the target in /py{found.python} ({path})"
        )


def _lines(lines: Iterable[tuple[str, str]], file: _File) -> None:
    """Every line with where it stands; :class:`UsageError` with one line for each that is wrong."""
    faults: list[str] = []
    for where, line in lines:
        try:
            _line(where, line, file)
        except UsageError as error:
            told = str(error).splitlines()
            faults += (fault if fault.startswith(where) else f"{where}: {fault}" for fault in told)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise DecodeError(faults[:MOST_FAULTS])


def _line(where: str, line: str, file: _File) -> None:
    if line.startswith("-"):
        for option, value in options_of(line, where):
            _option(option, value, where, file)
        return
    bare = _OPTIONS_OF_A_LINE.sub("", line)
    if _ELSEWHERE.match(bare):
        _from_elsewhere(bare, "is not from an index", where, file)
        return
    requirement = _requirement(bare, where)
    if requirement.extras and file.into is file.read.constraints:
        file.read.left.append(f"pip refuses this: {bare!r} is a constraint with extras ({where})")
    _hashes(requirement, line, file.read, where)
    if file.into is file.read.requirements and "--hash" not in line:
        file.read.unhashed.append(f"{requirement.name} ({where})")
    _sort(requirement, where, file)


def _option(option: str, value: str, where: str, file: _File) -> None:
    path, read = file.path, file.read
    if option in ("--requirement", "--constraint"):
        if "://" in value:
            read.left.append(
                f"{_shown(value)} is not fetched: what it asks for is not checked ({where})"
            )
            read.unread += 1
            return
        into = file.into if option == "--requirement" else read.constraints
        _read(file._replace(path=path.parent / value, into=into))
    elif option == "--editable":
        _from_elsewhere(value, "is installed as editable", where, file)
    else:
        read.left += read.options.take(option, value, path.parent, where)


def _from_elsewhere(address: str, how: str, where: str, file: _File) -> None:
    """What is not of an index is told; of a project in a folder, what it needs is asked for, and a
    wheel is looked into."""
    read, wheel = file.read, _WHEEL.fullmatch(address)
    if file.into is read.constraints:
        raise UsageError(
            f"{where}: {_shown(address)} {how}: pip takes a name and a version as a constraint"
        )
    if wheel and is_wheel(unquote(wheel["file"])):
        url = wheel["url"]
        if "://" not in url:
            url = Path(url[len("file:") :] if url.startswith("file:") else url).absolute().as_uri()
        name, extras = unquote(wheel["file"]).partition("-")[0], wheel["extras"] or ""
        read.elsewhere.append(_requirement(f"{name}{extras} @ {url}{wheel['marker'] or ''}", where))
        return
    needs = _needs_of_folder(address)
    also = "; what its pyproject.toml asks for is" if needs is not None else ""
    read.left.append(f"{_shown(address)} {how}: not checked{also} ({where})")
    read.unread += needs is None
    for requirement in needs or ():
        _sort(requirement, where, file)


def _needs_of_folder(address: str) -> list[Requirement] | None:
    """The requirements of the project in a folder, "./app[camera]"; None where nothing tells."""
    match = re.fullmatch(r"(?:file:(?://)?)?([^\[\]]+)(?:\[([^\[\]]*)\])?", address)
    path = Path(match[1]) / "pyproject.toml" if match else None
    if match is None or path is None or not path.is_file():
        return None
    data = load_toml(path, read_text(path))
    if _within(data, "project", "dependencies") is None:
        return None
    found = [*_of_project(path, data, True)]
    for extra in filter(None, (word.strip() for word in (match[2] or "").split(","))):
        listed = _within(data, "project", "optional-dependencies", extra)
        found += _listed(listed or [], f"{path}, project.optional-dependencies.{extra}")
    return found


def _shown(address: str) -> str:
    """An address or a path without what may be a password."""
    return re.sub(r"//[^/@]*@", "//", address).split("@", 1)[0]


def _sort(requirement: Requirement, where: str, file: _File) -> None:
    """A requirement of an index into the list; one with an address of its own is told only."""
    if requirement.url is None:
        file.into.append(requirement)
        return
    read = file.read
    read.elsewhere.append(requirement)
    if is_wheel(file_name(requirement)):
        return
    path = path_of(requirement.url)
    if path is not None and not os.path.exists(path):  # pathlib raises where it may not look
        read.left.append(
            f"{requirement.name} comes from {path}, which is not here, so pip stops at it; conda's "
            f"pip freeze writes so, and `pip list --format=freeze` writes versions ({where})"
        )
        return
    kind = "a version control system" if re.match(r"\w+\+", requirement.url) else "an address"
    read.left.append(f"{requirement.name} comes from {kind} of its own: not checked ({where})")


def _hashes(requirement: Requirement, line: str, read: Read, where: str) -> None:
    """The files that a line admits (--hash=sha256:...)."""
    found = _HASH.findall(line)
    if found:
        read.options.require_hashes = read.options.require_hashes or where
    if not all(value and kind in _HASHES for kind, value in found):
        raise UsageError(f"{where}: --hash takes {listed(_HASHES)} and a value: --hash=sha256:...")
    own = {value.lower() for kind, value in found if kind == "sha256"}
    if own:
        read.hashes.setdefault(canonicalize_name(requirement.name), set()).update(own)
    elif found:
        kinds = ", ".join(sorted({kind for kind, _ in found}))
        read.left.append(f"{requirement.name}: its {kinds} hashes are left to pip ({where})")


def _requirement(text: str, where: str) -> Requirement:
    if len(text) > LONGEST:
        reason = f"{len(text)} characters; at most {LONGEST}"
        raise UsageError(f"{where}: {text[:80]!r}... is too long to be a requirement ({reason})")
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        unset = re.search(r"\$\{([A-Z0-9_]+)\}", text)
        reason = f"the variable {unset[1]} is not set" if unset else meant(text) or reason
        raise UsageError(f"{where}: {text[:80]!r} is not a requirement ({reason})") from None


# --- pyproject.toml ------------------------------------------------------------------------------


def _pyproject(file: _File, text: str, groups: Sequence[str]) -> None:
    path = file.path
    data = load_toml(path, text)
    file.read.pythons &= _pythons(path, data)
    found = [*_of_project(path, data, bool(groups))]
    for group in groups:
        found += _group_or_extra(path, data, group)
    own = uv_sources(data)
    for requirement in found:
        requirement.url = requirement.url or own.get(canonicalize_name(requirement.name))
        _sort(requirement, str(path), file)


def _pythons(path: Path, data: Mapping[str, Any]) -> SpecifierSet:
    """The Pythons that a project is for, of which no installer takes another."""
    poetrys = str(_within(data, "tool", "poetry", "dependencies", "python") or "")
    text = "" if "||" in poetrys else bounds(path, "python", poetrys)
    return SpecifierSet(valid_bound(str(_within(data, "project", "requires-python") or text)))


def names_dependencies(data: Mapping[str, Any]) -> bool:
    """Whether the project of a pyproject.toml needs anything, whoever lists it."""
    places = (("project", "dependencies"), ("tool", "poetry", "dependencies"))
    dynamic_ones = _within(data, "project", "dynamic") or ()
    return any(_within(data, *keys) for keys in places) or "dependencies" in dynamic_ones


def _of_project(path: Path, data: Mapping[str, Any], others: bool) -> Iterator[Requirement]:
    """The dependencies of the project, or Poetry's; UsageError where it names none at all, and
    there are no ``others``."""
    listed = _within(data, "project", "dependencies")
    poetry = _within(data, "tool", "poetry", "dependencies")
    where = f"{path}, project.dependencies"
    if listed is not None:
        yield from _listed(listed, where)
    elif poetry is not None:
        for text in of_poetry(path, poetry):
            yield _requirement(text, f"{path}, tool.poetry.dependencies")
    elif "dependencies" in (_within(data, "project", "dynamic") or ()):
        keys = ("tool", "setuptools", "dynamic", "dependencies", "file")
        raise dynamic(path, _within(data, *keys))
    elif not others:
        raise UsageError(f"{where}: there is none, so the file asks for nothing")


def _pylock(file: _File, text: str) -> None:
    """The packages of a lock file (PEP 751), and the hashes of their wheels."""
    path = file.path
    for line, hashes in locked(path, load_toml(path, text)):
        requirement = _requirement(line, str(path))
        if hashes:
            name = canonicalize_name(requirement.name)
            file.read.hashes.setdefault(name, set()).update(hashes)
        _sort(requirement, str(path), file)


def _group_or_extra(path: Path, data: Mapping[str, Any], name: str) -> Iterator[Requirement]:
    """A dependency group, else an extra of the project of that name, else a group of Poetry's."""
    groups = data.get("dependency-groups")
    extra = _within(data, "project", "optional-dependencies", name)
    poetrys = _within(data, "tool", "poetry", "group", name, "dependencies")
    if isinstance(groups, Mapping) and name in groups:
        yield from _group(path, groups, name, ())
    elif extra is not None:
        yield from _listed(extra, f"{path}, project.optional-dependencies.{name}")
    elif poetrys is not None:
        for text in of_poetry(path, poetrys):
            yield _requirement(text, f"{path}, tool.poetry.group.{name}")
    else:
        yield from _group(path, groups, name, ())


def _within(data: Any, *keys: str) -> Any:
    """What stands at the end of a path of keys; None where there is nothing."""
    for key in keys:
        data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _group(path: Path, groups: Any, name: str, above: tuple[str, ...]) -> Iterator[Requirement]:
    """A dependency group with the groups that it includes (PEP 735)."""
    where = f"{path}, dependency-groups.{name}"
    if name in above:
        raise UsageError(f"{where}: the groups include each other in a circle")
    entries = groups.get(name) if isinstance(groups, Mapping) else None
    if not isinstance(entries, list):
        raise UsageError(f"{where}: there is no such group")
    for entry in entries:
        if isinstance(entry, Mapping) and isinstance(entry.get("include-group"), str):
            yield from _group(path, groups, entry["include-group"], (*above, name))
        else:
            yield from _listed([entry], where)


def _listed(entries: Any, where: str) -> Iterator[Requirement]:
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise UsageError(f"{where}: expected a list of requirements")
    for entry in entries:
        yield _requirement(entry, where)
