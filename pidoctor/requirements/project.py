"""Several requirements as one question, from the command line and from files."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pidoctor.requirements.files import Read, read_files
from pidoctor.requirements.names import stands_for_runtime
from pidoctor.resolve.request import AUTO, Project, requirement_of


def read_project(
    words: Sequence[str],
    files: Sequence[str] = (),
    constraints: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Project:
    """What the requirements ``words`` and those of the ``files`` ask for together.

    ``constraints`` are files of bounds on versions, ``groups`` the dependency groups wanted of a
    pyproject.toml. Raises :class:`UsageError` with one line.
    """
    read = read_files(files, constraints, groups)
    asked = [requirement_of(word) for word in words if word != AUTO]
    return project_of(read, asked)


def project_of(read: Read, words: Sequence[Requirement] = ()) -> Project:
    """What files ask for, together with requirements that were given beside them."""
    left = list(read.left)
    each = {str(item): item for item in read.requirements}.values()  # files say things twice
    return Project(
        asked=(*words, *(_as_runtime(item, left) for item in each)),
        bounds=tuple(read.constraints),
        left=tuple(dict.fromkeys(left)),
        hashes={name: frozenset(values) for name, values in read.hashes.items()},
        sources=read.options.sources,
        elsewhere=tuple(read.elsewhere),
        unread=read.unread,
        pythons=read.pythons,
    )


def _as_runtime(item: Requirement, left: list[str]) -> Requirement:
    """A build of a runtime under another name as the runtime that it is."""
    row = stands_for_runtime(canonicalize_name(item.name))
    if row is None:
        return item
    left.append(f"{item.name} was taken as {row.means}: {row.text}")
    same = Requirement(str(item))
    same.name = row.means
    same.specifier.prereleases = item.specifier.prereleases
    return same
