"""The bench the failures are made on: Pythons with old and new pips, small disks, no network."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .scrub import HOME, scrub

_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


class Bench:
    """A folder with virtual environments, each made once and used by many samples."""

    def __init__(self, folder: Path, pythons: Path) -> None:
        self.folder = folder
        self.pythons = pythons
        self.home = folder / "home"
        self.home.mkdir(parents=True, exist_ok=True)

    def python(self, version: str) -> Path:
        """The interpreter of one Python release, such as 3.9."""
        found = sorted(self.pythons.glob(f"{version}.*/bin/python"))
        if not found:
            raise FileNotFoundError(f"no Python {version} under {self.pythons}")
        return found[0]

    def venv(self, python: str, pip: str, packages: str = "") -> Path:
        """A virtual environment with this pip and these packages."""
        tag = "".join(c if c.isalnum() else "_" for c in packages)
        venv = self.folder / f"py{python}-pip{pip}-{tag}"
        if not venv.exists():
            unfinished = self.folder / f"unfinished-{venv.name}"
            subprocess.run(
                [str(self.python(python)), "-m", "venv", "--clear", str(unfinished)], check=True
            )
            self._pip(unfinished, f"pip=={pip}")
            if packages:
                self._pip(unfinished, *packages.split())
            unfinished.rename(venv)
            for script in (venv / "bin").iterdir():
                if not script.is_symlink() and script.is_file() and script.stat().st_size < 10_000:
                    text = script.read_text(encoding="utf-8", errors="surrogateescape")
                    text = text.replace(str(unfinished), str(venv))
                    script.write_text(text, encoding="utf-8", errors="surrogateescape")
        return venv

    def _pip(self, venv: Path, *packages: str) -> None:
        command = [str(venv / "bin/python"), "-m", "pip", "install", "-q", *packages]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def shell(
        self,
        script: str,
        venv: Path | None = None,
        env: Mapping[str, str] | None = None,
        timeout: int = 300,
    ) -> str:
        """What a terminal shows when the lines of `script` are typed, prompts and all."""
        here = {
            "HOME": str(self.home),
            "BENCH": str(self.folder),
            "PYTHONS": str(self.pythons),
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "PIP_CACHE_DIR": str(self.folder / "cache"),
            "UV_CACHE_DIR": str(self.folder / "uv-cache"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "SSL_CERT_FILE": _CERTIFICATES,
            "REQUESTS_CA_BUNDLE": _CERTIFICATES,
            **(env or {}),
        }
        shown = {
            str(self.home): HOME,
            str(self.folder): f"{HOME}/bench",
            str(self.pythons): "/opt/python",
        }
        prompt = "pi@raspberrypi:~ $ "
        if venv is not None:
            here["PATH"] = f"{venv / 'bin'}:{here['PATH']}"
            here["VIRTUAL_ENV"] = str(venv)
            shown[str(venv)] = f"{HOME}/venv"
            prompt = "(venv) " + prompt
        output = []
        for line in script.strip().splitlines():
            finished = subprocess.run(
                ["bash", "-c", line], cwd=self.home, env=here, text=True, errors="replace",
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False,
            )  # fmt: skip
            output.append(f"{prompt}{line}\n{finished.stdout}")
        return scrub("".join(output), shown)
