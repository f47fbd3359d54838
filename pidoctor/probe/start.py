"""Whether the Python of an environment gets as far as a program, and which file stops it.

Python runs lines of ``.pth`` files and two modules before any program
(https://docs.python.org/3/library/site.html), so each of them can end every program.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from pidoctor.expressions import expression
from pidoctor.host.base import Completed, Host, HostError, read_text
from pidoctor.probe.python import last_words
from pidoctor.probe.reading import clean
from pidoctor.profile.environment import Damage

_SECONDS = 60.0  # as long as the interpreter itself may take to answer
_GOES_ON = b"\nRemainder of file ignored"
_MOST_FILES = 30
_LIMIT = 64 << 10
_RUNS = expression(r"^import[ \t]", re.M)  # any other line is a path
_MODULES = ("sitecustomize.py", "usercustomize.py")
_BLAMED = expression(rb"(?:line \d+ of |File \")(/[^\"\n]{1,1000}?(?:\.pth|customize\.py))\b")
# One file alone, as Python itself takes it; -S keeps it from taking the others first.
_ALONE = (
    "import site, sys; folder, name = sys.argv[1:]; sys.path.append(folder)\n"
    "site.addpackage(folder, name, None) if name.endswith('.pth') else __import__(name[:-3])"
)


def at_start(host: Host, python: str, folders: Iterable[str]) -> Iterator[Damage]:
    """What goes wrong when ``python`` starts: it dies, or passes over a file with an error."""
    try:
        files = [found for folder in folders for found in _start_files(host, folder)]
        if not files:
            return
        ended = _run(host, python, "-c", "")
        if not ended.returncode and _GOES_ON not in ended.stderr:
            return
        blamed = _BLAMED.search(ended.stderr)
        path = clean(blamed[1].decode("utf-8", "replace"), 500) if blamed else ""
        path = path or next(_deadly(host, python, files), python)
    except HostError:
        return  # it was not, or could not be run: nothing is known
    kind = "dies-at-start" if ended.returncode else "fails-at-start"
    said = last_words(ended._replace(stderr=ended.stderr.replace(_GOES_ON, b"")))
    late = f"it did not start within {_SECONDS:.0f} s"
    yield Damage(kind, "python", path, late if ended.timed_out else said)


def _run(host: Host, python: str, *words: str) -> Completed:
    ended = host.run((python, "-B", *words), _SECONDS)
    return ended._replace(returncode=ended.returncode or -int(ended.timed_out))


def _start_files(host: Host, folder: str) -> Iterator[tuple[str, str]]:
    """The files of a folder that Python runs at its start: folder and name."""
    entries = host.list_dir(folder)
    names = [name for name in entries if name.endswith(".pth") or name in _MODULES]
    for name in names[:_MOST_FILES]:
        if name in _MODULES or _RUNS.search(read_text(host, f"{folder}/{name}", _LIMIT)):
            yield folder, name


def _deadly(host: Host, python: str, files: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The files that end Python by themselves, where it dies without a word."""
    if _run(host, python, "-S", "-c", "").returncode:
        return  # without any of them too
    for folder, name in files:
        if _run(host, python, "-S", "-c", _ALONE, folder, name).returncode:
            yield clean(posixpath.join(folder, name), 500)
