"""Several requirements as one question, from the command line and from files."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.requirements import InvalidRequirement, Requirement

from pidoctor.errors import UsageError
from pidoctor.requirements.files import read_files
from pidoctor.resolve.request import AUTO, Project


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
    asked = [_word(word) for word in words if word != AUTO]
    return Project(
        asked=(*asked, *read.requirements),
        bounds=tuple(read.constraints),
        left=tuple(read.left),
    )


def _word(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement:
        raise UsageError(
            f"{text!r} is not a requirement; write one like: auto, tensorflow==2.16.1"
        ) from None
