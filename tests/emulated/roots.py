"""Running programs in copies of the trees of ARM releases."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from . import cache, network
from .recipes import Recipe

#: The core that QEMU plays for a command that asks for none: that of a Raspberry Pi 4. 32-bit
#: programs get all that QEMU has ("max"); its 32-bit cores lack what Debian's armhf may use.
_CORES: Mapping[str, str | None] = {"arm64": "cortex-a72", "armhf": None}
_DAY_S = 24 * 3600
_ENTER = Path(__file__).with_name("enter.sh")


class Root:
    """Somebody's own copy of a recipe's tree. One command at a time; `close` it when done.

    The copy is an overlay, mounted for the time of a command in a namespace of its own; where the
    kernel has no overlay for the cache's file system it is a real copy.
    """

    def __init__(self, recipe: Recipe, layers: Sequence[Path] = ()) -> None:
        """A copy of the pristine tree, or of the tree that `layers` (newest first) make up."""
        self.recipe = recipe
        copies = cache.folder() / "copies"
        copies.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(copies)
        self._folder = Path(tempfile.mkdtemp(prefix=f"{recipe}-", dir=copies))
        self.path = self._folder / "root"
        self._changes = self._folder / "changes"
        for folder in (self.path, self._changes, self._folder / "work"):
            folder.mkdir()
        self._layers = tuple(layers) or (recipe.pristine(),)
        self._overlay = (
            f"lowerdir={':'.join(map(str, self._layers))},upperdir={self._changes},"
            f"workdir={self._folder / 'work'}"
        )
        if self.on_host(["true"]).returncode:
            self._overlay = ""
            tree = f"{self._layers[0]}/."
            subprocess.run(["cp", "-a", "--reflink=auto", tree, str(self.path)], check=True)

    def copy(self) -> Root:
        """A copy of this one as it is now; from now on this one must not change."""
        layers = (self._changes, *self._layers) if self._overlay else (self.path,)
        return Root(self.recipe, layers)

    def keep(self, folder: Path) -> None:
        """Move what makes this a copy to a folder beside the trees, as the newest of `layers`.

        This one is closed by that.
        """
        (self._changes if self._overlay else self.path).rename(folder)
        self.close()

    def close(self) -> None:
        """Remove the copy. Its own copies stop working."""
        shutil.rmtree(self._folder)

    def run(
        self,
        argv: Sequence[str],
        *,
        cpu: str | None = None,
        env: Mapping[str, str] | None = None,
        online: bool = True,
        binds: Iterable[tuple[Path, str]] = (),
        timeout: float = 900,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the root, as root, with nothing of this machine's environment.

        `cpu` is the name of QEMU's core, for arm64. `binds` are files or folders of this machine to
        put over paths of the root for this command. `timeout`, in seconds, ends the program and all
        its children; it is generous, for a busy machine is no failure of ours. A status other than
        0 is an AssertionError unless `check` is false; a death by signal n is status 128 + n.
        """
        finished = subprocess.run(
            self._command(argv, cpu, env or {}, online, binds, () if online else ("--net",)),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=timeout, check=False,
        )  # fmt: skip
        if check and finished.returncode:
            raise AssertionError(
                f"{' '.join(argv)} in {self.recipe}: status {finished.returncode}\n"
                f"{finished.stdout[-4000:]}\n{finished.stderr[-4000:]}"
            )
        return finished

    def start(self, argv: Sequence[str], namespace: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a program, as `run` does, in a network namespace of this name (of `ip netns`).

        It and all its children end when the caller kills it; what it prints goes to `log`.
        """
        command = self._command(argv, None, {}, False, (), ())
        with log.open("wb") as out:
            return subprocess.Popen(
                ["ip", "netns", "exec", namespace, *command],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def _command(
        self,
        argv: Sequence[str],
        cpu: str | None,
        env: Mapping[str, str],
        online: bool,
        binds: Iterable[tuple[Path, str]],
        apart: Sequence[str],
    ) -> list[str]:
        """The command of this machine that runs `argv` in the root; `apart` is for unshare."""
        mounts = [*binds, network.certificates(), *(network.files() if online else ())]
        variables = {**self._environment(cpu, online), **env}
        return [
            "unshare", "--mount", "--propagation=private", "--pid", "--fork", "--kill-child",
            *apart,
            str(_ENTER), str(self.path), self._overlay,
            *(str(part) for mount in mounts for part in mount),
            "--", "env", "--ignore-environment", "--chdir=/root",
            *(f"{name}={value}" for name, value in variables.items()),
            *argv,
        ]  # fmt: skip

    def write(self, path: str, text: str) -> None:
        """Write a file of the root, in a folder that is there."""
        self._change(["sh", "-c", 'printf %s "$1" >"$2"', "sh", text, f"{self.path}{path}"])

    def add(self, source: Path, path: str) -> None:
        """Copy a file or folder of this machine into the root, to a path that is not there yet."""
        self._change(["cp", "-r", str(source), f"{self.path}{path}"])

    def _change(self, argv: Sequence[str]) -> None:
        changed = self.on_host(argv)
        assert changed.returncode == 0, changed.stderr

    def on_host(self, argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Run a program of this machine while the root's tree can be seen at `path`."""
        mount = 'if [ -n "$1" ]; then mount -t overlay -o "$1" overlay "$2"; fi; shift 2; exec "$@"'
        return subprocess.run(
            [
                "unshare", "--mount", "--propagation=private",
                "sh", "-euc", mount, "sh", self._overlay, str(self.path), *argv,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def _environment(self, cpu: str | None, online: bool) -> dict[str, str]:
        core = cpu or _CORES[self.recipe.arch]
        return {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            **({"QEMU_CPU": core} if core else {}),
            **(network.environment() if online else {}),
        }


def _remove_left_behind(copies: Path) -> None:
    """Remove what runs that were killed left a day ago or earlier."""
    for copy in copies.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another run's, just closed
            if time.time() - copy.stat().st_mtime > _DAY_S:
                shutil.rmtree(copy, ignore_errors=True)
