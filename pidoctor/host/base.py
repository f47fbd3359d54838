"""How a machine is read: the one port between pidoctor and the world.

A :class:`Host` is this machine, a directory that holds a root file system, or a capture of another
machine. Every method either answers or raises one of two errors: :class:`MissingError` (we looked
and it is not there) or :class:`UnreadableError` (we could not look, with the reason). Paths are
absolute POSIX paths *of that machine*. Every read is bounded.
"""

from __future__ import annotations

from typing import Protocol

from pidoctor.errors import PidoctorError
from pidoctor.records import NamedTuple

READ_LIMIT = 1 << 20  # bytes of a file that are read unless the caller says otherwise
SEARCH_LIMIT = 64 << 20  # bytes of a file that are searched
LIST_LIMIT = 20_000  # entries of a folder
OUTPUT_LIMIT = 4 << 20  # bytes of a command's stdout, and of its stderr, that are kept


class HostError(PidoctorError):
    """A question to the machine that got no answer; ``path`` is what was asked for."""

    exit_code = 3

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class MissingError(HostError):
    """The file, folder or program is not there."""

    def __init__(self, path: str, reason: str = "does not exist") -> None:
        super().__init__(path, reason)


class UnreadableError(HostError):
    """The file, folder or program could not be looked at."""


class SearchPattern(NamedTuple):
    """What to search a file for: a regular expression with one group.

    A capture keeps what was found under ``name``, so that the expression may be improved.
    """

    name: str
    expression: bytes


class Completed(NamedTuple):
    """A command that has ended. ``returncode`` is negative for a signal, as in ``subprocess``."""

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False


class DiskUsage(NamedTuple):
    """The file system that holds a path; sizes in bytes, ``free`` for a user without root."""

    total: int
    free: int
    read_only: bool


class MemoryUse(NamedTuple):
    """Sizes in bytes."""

    total: int
    available: int
    swap: int


class Distribution(NamedTuple):
    """What a system without an os-release file says of itself; unknown parts are empty."""

    id: str
    version: str
    codename: str
    name: str


class OwnPip(NamedTuple):
    """The pip beside pidoctor: its folder, its version, and the Pythons that it runs on."""

    folder: str
    version: str
    requires_python: str


class Uname(NamedTuple):
    """What the kernel says it is."""

    system: str
    release: str
    machine: str


class Host(Protocol):
    """A machine that can be asked."""

    @property
    def origin(self) -> str:
        """What this host is, for the user: "this machine", "capture board.json"."""

    @property
    def can_run(self) -> bool:
        """Whether programs of the machine can be run (or were, when it was recorded)."""

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        """The first ``limit`` bytes of a regular file."""

    def search(
        self, path: str, pattern: SearchPattern, limit: int = SEARCH_LIMIT
    ) -> tuple[bytes, ...]:
        """What the pattern's group matches in a file: each once, sorted.

        It keeps large files (a C library) out of captures: only what was found is recorded.
        """

    def list_dir(self, path: str) -> tuple[str, ...]:
        """The names in a folder, sorted."""

    def real_path(self, path: str) -> str:
        """The path with every symbolic link followed; the last part need not exist."""

    def exists(self, path: str) -> bool:
        """Whether the path, links followed, is there; False where it cannot be looked at."""

    def modified(self, path: str) -> float:
        """When the file was last changed, seconds since the epoch."""

    def disk_usage(self, path: str) -> DiskUsage:
        """The file system that holds an existing path."""

    def run(self, argv: tuple[str, ...], timeout: float, stdin: bytes = b"") -> Completed:
        """Run a program without a shell; its output is bounded, its time limited (seconds)."""

    def uname(self) -> Uname:
        """The kernel's name, release and machine."""

    def page_size(self) -> int:
        """The kernel's page size, bytes."""

    def memory(self) -> MemoryUse:
        """Memory as psutil gives it, for systems without /proc."""

    def distribution(self) -> Distribution:
        """The system as distro gives it, for systems without an os-release file."""

    def environ(self, name: str) -> str | None:
        """An environment variable."""

    def now(self) -> float:
        """The machine's clock, seconds since the epoch."""

    def group_ids(self) -> tuple[int, ...]:
        """The groups that the user's processes are in."""

    def is_mine(self, path: str) -> bool:
        """Whether the environment, links followed, belongs to the user and came with no program.

        That is one whose Python is installed elsewhere: see :mod:`pidoctor.host.trust`.
        """

    def home(self) -> str:
        """The user's home folder."""

    def working_folder(self) -> str:
        """The folder that relative paths start from."""

    def interpreter(self) -> str:
        """The Python that TensorFlow Lite is wanted for unless the user names one."""

    def own_pip(self) -> OwnPip:
        """The pip that pidoctor could import itself; any Python of the machine may run it."""

    def runs_here(self, executable: str) -> bool:
        """Whether the interpreter is the one that runs pidoctor (or the one behind its venv)."""


def read_text(host: Host, path: str, limit: int = READ_LIMIT) -> str:
    """A file as text; bytes that are not UTF-8 become replacement characters."""
    return host.read_bytes(path, limit).decode("utf-8", "replace")
