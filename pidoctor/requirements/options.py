"""The options of a requirements file: those that are followed, and what is said of the others.

https://pip.pypa.io/en/stable/reference/requirements-file-format/#global-options.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.profile.wheel_sources import WheelSources

_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
}
_ALSO = {"--pypi-url": "--index-url"}
_FLAGS = frozenset({"--no-index", "--pre", "--prefer-binary", "--require-hashes"})
_WITH_VALUE = frozenset({
    *_SHORT.values(), "--extra-index-url", "--no-binary", "--only-binary", "--trusted-host",
    "--use-feature",
})  # fmt: skip
# Nothing but wheels is taken, whatever is said of them.
_DONE_ANYHOW = frozenset({"--prefer-binary", "--only-binary"})


@dataclass
class FileOptions:
    """What the options of files add up to."""

    index_url: str = ""
    extra_index_urls: list[str] = field(default_factory=list)
    find_links: list[str] = field(default_factory=list)
    no_index: bool = False
    trusted_hosts: list[str] = field(default_factory=list)
    pre: bool = False  # pre-releases are welcome
    require_hashes: str = ""  # where that is said

    @property
    def sources(self) -> WheelSources:
        return WheelSources(
            self.index_url,
            tuple(dict.fromkeys(self.extra_index_urls)),
            tuple(dict.fromkeys(self.find_links)),
            self.no_index,
            tuple(dict.fromkeys(self.trusted_hosts)),
        )

    def take(self, option: str, value: str, folder: Path, where: str) -> Iterator[str]:
        """Follow one option of a file in ``folder``; yields what is to be told of it."""
        if option == "--index-url":
            self.index_url = value
        elif option == "--extra-index-url":
            self.extra_index_urls.append(value)
        elif option == "--find-links":
            beside = folder / value  # as pip: beside the file, else as it stands
            there = "://" not in value and beside.exists()
            self.find_links.append(os.path.abspath(beside) if there else value)
        elif option == "--trusted-host":
            self.trusted_hosts.append(value)
        elif option == "--no-index":
            self.no_index = True
        elif option == "--pre":
            self.pre = True
        elif option == "--require-hashes":
            self.require_hashes = self.require_hashes or where
        elif option == "--no-binary":
            what = {":all:": "everything", ":none:": ""}.get(value, value)
            if what:
                yield (
                    f"{option} asks pip to build {what} from source: not followed, only wheels "
                    f"are taken ({where})"
                )
        elif option not in _DONE_ANYHOW:
            yield f"{option} {value} is about pip itself: not followed ({where})"


def options_of(line: str, where: str) -> Iterator[tuple[str, str]]:
    """The options of a line by their long names, each with its value.

    Raises :class:`UsageError` for one that pip refuses too.
    """
    try:
        words = shlex.split(line)
    except ValueError:
        raise UsageError(f"{where}: a quote is not closed") from None
    while words:
        option, value = _split(words.pop(0))
        if option in _FLAGS:
            yield option, ""
            continue
        if option not in _WITH_VALUE:
            near = get_close_matches(option, _FLAGS | _WITH_VALUE, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(f"{where}: {option} is no option of a requirements file{meant}")
        if not value and not words:
            raise UsageError(f"{where}: {option} lacks its value")
        yield option, value or words.pop(0)


def _split(word: str) -> tuple[str, str]:
    """An option, and its value where it is of the same word: "-rfile", "--index-url=URL"."""
    if word.startswith("--"):
        option, _, value = word.partition("=")
        return _ALSO.get(option, option), value
    return _SHORT.get(word[:2], word[:2]), word[2:].lstrip("=")
