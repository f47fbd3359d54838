"""How the trees of Debian's ARM releases are made, and kept in the cache.

The extract variant of mmdebstrap runs no maintainer script, so nothing is emulated and a tree takes
seconds. The few things those scripts do that matter here are done by hand, and then dpkg and
apt-get work in it.
"""

from __future__ import annotations

import hashlib
import inspect
import shutil
import subprocess
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import cache, network

_DPKG_DATABASE = Path(__file__).with_name("dpkg-database.sh")
_PACKAGES = (
    "apt", "base-files", "base-passwd", "bash", "ca-certificates", "coreutils", "dash",
    "debian-archive-keyring", "diffutils", "dpkg", "findutils", "grep", "gzip", "hostname",
    "libc-bin", "libstdc++6", "mawk", "mount", "perl-base", "python3", "python3-pip",
    "python3-venv", "sed", "tar", "util-linux",
)  # fmt: skip
_OPTIONS = (
    *(f"--dpkgopt=path-exclude=/usr/share/{folder}/*" for folder in ("doc", "locale", "man")),
    # Boards have had /bin -> usr/bin since Debian 10.
    "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
    f"--extract-hook={_DPKG_DATABASE}",
    # The lists stay, compressed, so that apt-get install needs no apt-get update.
    "--skip=cleanup/apt/lists",
    '--aptopt=Acquire::GzipIndexes "true"',
)


# Of Ubuntu's releases with ARM packages on the archive that any machine asks, not only on ports.
_UBUNTU = {"resolute": "http://archive.ubuntu.com/ubuntu"}
_UBUNTU_KEYRING = "/usr/share/keyrings/ubuntu-archive-keyring.gpg"

_WAITS_S = (20, 60)  # between tries: mirrors are synchronised a few times a day


_REFUSED_S = 3600  # for so long a mirror that refused is not asked by the next test


def _is_recent(mark: Path) -> bool:
    return mark.exists() and time.time() - mark.stat().st_mtime < _REFUSED_S


class MirrorError(RuntimeError):
    """Debian's mirror does not give a release at present."""


class OldRootWarning(UserWarning):
    """A root of an earlier day stands in for one that cannot be made at present."""


@dataclass(frozen=True)
class Recipe:
    """What is in a root: a release of Debian (or Ubuntu), Debian's name of an architecture,
    packages beyond the minimum."""

    suite: str
    arch: str
    packages: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "-".join((self.suite, self.arch, *self.packages))

    def pristine(self) -> Path:
        """The tree itself, made now if it is missing. Nobody writes to it.

        Where Debian's mirror does not give it, an older tree of the cache serves; MirrorError
        when there is none.
        """
        hook = _DPKG_DATABASE.read_text("utf-8")
        options = [option.replace(str(_DPKG_DATABASE), _DPKG_DATABASE.name) for option in _OPTIONS]
        made_by = repr((self._packages, options, hook, inspect.getsource(_finish)))
        digest = hashlib.sha256(made_by.encode()).hexdigest()[:8]
        target = cache.folder() / f"{self}-{digest}"
        refused = cache.folder() / f"{target.name}.refused"
        if not _is_recent(refused):
            try:
                return cache.made_once(target, self._make)
            except subprocess.CalledProcessError:
                refused.touch()
        older = self._older()
        if older is None:
            raise MirrorError(f"Debian's mirror does not give {self} at present")
        warnings.warn(f"{self}: {older.name} of an earlier day", OldRootWarning, stacklevel=2)
        return older

    def _older(self) -> Path | None:
        """The newest complete tree of this recipe, made in whatever way."""
        made = [
            path
            for path in cache.folder().glob(f"{self}-????????")
            if path.is_dir() and not path.name.endswith(".unfinished")
        ]
        return max(made, key=lambda path: path.stat().st_mtime, default=None)

    @property
    def _packages(self) -> tuple[str, ...]:
        named = (*_PACKAGES, *self.packages)
        if self.suite not in _UBUNTU:
            return named
        return tuple(name.replace("debian-archive-", "ubuntu-") for name in named)

    def _make(self, tree: Path) -> None:
        for wait in (*_WAITS_S, None):
            try:
                unpack(self.suite, self.arch, self._packages, tree, _OPTIONS)
                break
            except subprocess.CalledProcessError:
                if wait is None:
                    raise
            shutil.rmtree(tree, ignore_errors=True)
            time.sleep(wait)
        _finish(tree)


def unpack(
    suite: str, arch: str, packages: Sequence[str], tree: Path, options: Sequence[str] = ()
) -> None:
    """Unpack packages and all they depend on. `options` are further ones of mmdebstrap."""
    archive = []
    if suite in _UBUNTU:
        options = (*options, "--components=main,universe", f"--keyring={_UBUNTU_KEYRING}")
        archive = [_UBUNTU[suite]]
    command = [
        "mmdebstrap", "--quiet", "--variant=extract", f"--arch={arch}",
        f"--include={','.join(packages)}",
        # The main suite alone: the others change by the hour, and their mirrors with them.
        r'--setup-hook=sed -i "/-\(updates\|security\)/d" "$1"/etc/apt/sources.list',
        '--aptopt=Acquire::Retries "5"',
        *options,
        suite, str(tree), *archive,
    ]  # fmt: skip
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _finish(tree: Path) -> None:
    """Do by hand what maintainer scripts would have done."""
    for table in ("passwd", "group"):
        shutil.copyfile(tree / f"usr/share/base-passwd/{table}.master", tree / "etc" / table)
    for program, alternative in (("sh", "dash"), ("awk", "mawk")):
        if not (tree / "usr/bin" / program).exists():
            (tree / "usr/bin" / program).symlink_to(alternative)
    for library in ("blas", "lapack"):  # of python3-numpy
        for file in (tree / "usr/lib").glob(f"*/{library}/lib{library}.so.3"):
            (file.parents[1] / file.name).symlink_to(Path(library, file.name))
    (tree / "etc/hosts").write_text("127.0.0.1 localhost\n")
    for mounted_over in ("etc/resolv.conf", network.CA_BUNDLE.lstrip("/")):
        (tree / mounted_over).parent.mkdir(parents=True, exist_ok=True)
        (tree / mounted_over).unlink(missing_ok=True)
        (tree / mounted_over).touch()
