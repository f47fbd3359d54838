"""Files of other tools: lock files and Poetry's table, and what to do with those that are not read.

PEP 751: https://packaging.python.org/en/latest/specifications/pylock-toml/. Poetry's bounds:
https://python-poetry.org/docs/dependency-specification/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from pidoctor.errors import UsageError
from pidoctor.expressions import expression

_COMPILE = "make one: uv pip compile {path} -o requirements.txt"
# The file's name -> whose it is, and what makes a requirements file of it.
_NOT_READ = {
    "Pipfile": ("Pipenv's", "make one: pipenv requirements > requirements.txt"),
    "Pipfile.lock": ("Pipenv's", "make one: pipenv requirements > requirements.txt"),
    "uv.lock": ("uv's", "make one: uv export -o requirements.txt"),
    "poetry.lock": ("Poetry's", "name the project's file instead: -r pyproject.toml"),
    "setup.cfg": ("setuptools'", _COMPILE),
    "setup.py": ("setuptools'", _COMPILE),
}
_PYLOCK = expression(r"pylock(\.[^.]+)?\.toml")


def refuse(path: Path) -> None:
    """UsageError for a file of another tool, with what makes a requirements file of it."""
    if path.name in _NOT_READ:
        whose, way = _NOT_READ[path.name]
        raise UsageError(
            f"{path}: is {whose} own, not a requirements file; {way.format(path=path)}"
        )


def dynamic(path: Path, files: Any) -> UsageError:
    """What to say of dependencies that only the build tells; setuptools reads them of ``files``."""
    listed = [files] if isinstance(files, str) else files if isinstance(files, list) else []
    instead = " ".join(f"-r {path.parent / str(name)}" for name in listed)
    way = f"name what it reads: {instead}" if instead else _COMPILE.format(path=path)
    return UsageError(f"{path}, project.dependencies: is dynamic, only the build tells it; {way}")


def is_pylock(path: Path) -> bool:
    return _PYLOCK.fullmatch(path.name) is not None


def locked(path: Path, data: Mapping[str, Any]) -> Iterator[tuple[str, frozenset[str]]]:
    """The requirements of a pylock.toml, each with the SHA-256 of the wheels that it may be.

    What has no version comes from elsewhere than an index: its name alone, with "@".
    """
    rows = data.get("packages")
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise UsageError(f"{path}: has no list of packages, as PEP 751 asks for")
    for row in rows:
        marker = f" ; {row['marker']}" if row.get("marker") else ""
        if not row.get("version"):
            yield f"{row.get('name')} @ elsewhere:{marker}", frozenset()
            continue
        wheels = row.get("wheels") or ()
        hashes = (wheel.get("hashes", {}) for wheel in wheels if isinstance(wheel, Mapping))
        own = (str(found["sha256"]).lower() for found in hashes if "sha256" in found)
        yield f"{row.get('name')}=={row['version']}{marker}", frozenset(own)


def uv_sources(data: Mapping[str, Any]) -> Mapping[str, str]:
    """Package -> where from, for those of ``[tool.uv.sources]`` that are of no index: a member of
    the workspace may have the name of somebody else's package.

    https://docs.astral.sh/uv/concepts/projects/dependencies/#dependency-sources
    """
    table: Any = data
    for key in ("tool", "uv", "sources"):
        table = table.get(key) if isinstance(table, Mapping) else None
    found: dict[str, str] = {}
    for name, rows in table.items() if isinstance(table, Mapping) else ():
        for row in rows if isinstance(rows, list) else [rows]:
            if isinstance(row, Mapping) and row.keys() & {"workspace", "path", "url", "git"}:
                found[canonicalize_name(name)] = "git+elsewhere:" if "git" in row else "elsewhere:"
    return found


# --- Poetry --------------------------------------------------------------------------------------


def of_poetry(path: Path, table: Any) -> Iterator[str]:
    """The requirements of ``[tool.poetry.dependencies]``; those that are optional left out."""
    if not isinstance(table, Mapping):
        raise UsageError(f"{path}, tool.poetry.dependencies: expected a table")
    for name, rows in table.items():
        if name == "python":
            continue
        for row in rows if isinstance(rows, list) else [rows]:
            given = row if isinstance(row, Mapping) else {"version": row}
            if not given.get("optional"):
                yield _poetrys(path, name, given)


def _poetrys(path: Path, name: str, given: Mapping[str, Any]) -> str:
    extras = f"[{','.join(map(str, given['extras']))}]" if given.get("extras") else ""
    markers = [f"({given['markers']})"] if given.get("markers") else []
    if given.get("python"):
        each = bounds(path, name, str(given["python"])).split(",")
        markers += [re.sub(r"([<>=!~]+)(.+)", r"python_version \1 '\2'", one) for one in each]
    marker = f" ; {' and '.join(markers)}" if markers else ""
    if "version" not in given:
        return f"{name}{extras} @ elsewhere:{marker}"
    return f"{name}{extras}{bounds(path, name, str(given['version']))}{marker}"


def bounds(path: Path, name: str, text: str) -> str:
    """Poetry's bounds as PEP 440 has them: "^2.14" is ">=2.14,<3"."""
    if "||" in text:
        where = f"{path}, tool.poetry.dependencies.{name}"
        raise UsageError(f"{where}: {text!r} has alternatives, which PEP 508 cannot say")
    return ",".join(filter(None, (bound(part.strip()) for part in text.split(","))))


def bound(part: str) -> str:
    """One of Poetry's bounds; empty for "*", which is none."""
    if part in ("*", ""):
        return ""
    caret = re.fullmatch(r"([\^~])\s*(\d+(?:\.\d+)*)(.*)", part)
    if caret is None:
        return re.sub(r"\s+", "", part if part[0] in "<>=!~" else f"=={part}")
    numbers = [int(number) for number in caret[2].split(".")]
    at = min(1, len(numbers) - 1)  # "~1.2.3" is below 1.3, "~1" below 2
    if caret[1] == "^":
        at = next((i for i, number in enumerate(numbers) if number), len(numbers) - 1)
    upper = [*numbers[:at], numbers[at] + 1]
    return f">={caret[2]}{caret[3]},<{'.'.join(map(str, upper))}"
