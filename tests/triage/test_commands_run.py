"""The commands of the remedies, run: in a folder that stands for the file system.

Programs that would change this machine or ask a network are stand-ins that note their arguments.
What apt is told to install is held against Debian's indexes, and what pip is told to install is
resolved, in `test_remedies`. Never run: a restart, and what only a board has (`NOT_HERE`).
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from pidoctor.cli.main import main

from .test_remedies import CASES, commands

ALL = sorted({text for case in CASES for text in commands(case.values[0])})  # type: ignore[arg-type]
SYSTEM = [
    "apt",
    "apt-get",
    "apt-file",
    "apt-cache",
    "apk",
    "conda",
    "dpkg",
    "dpkg-query",
    "docker",
    "git",
    "reboot",
    "systemctl",
    "groupadd",
    "usermod",
    "udevadm",
    "timedatectl",
    "uv",
    "curl",
    "npm",
    "update-ca-certificates",
    "ping",
    "getent",
]
NOT_HERE = [
    "vcgencmd",
    "lsusb",
    "lspci",
    "fuser",
    "dmesg",
    "patchelf",
    "file",
    "free",
    "findmnt",
    "lscpu",
    "gpg",
    "ldconfig",
    "rpicam-hello",
    "node",
    "hailortcli",
    "pgrep",
]
MAY_FIND_NOTHING = (
    "ls",
    "grep",
    "env",
    "which",
    "head",
    "ldconfig",
    "file",
    "python3",
    "lspci",
    "dmesg",
)
FOLDERS = re.compile(r"(?<![\w./])/(etc|boot|var|usr/share/keyrings)/")
SUBCOMMANDS = {
    "apt": "install|update|full-upgrade|clean|purge|remove|autoremove|--fix-broken",
    "apt-get": "update",
    "apt-file": "update|search",
    "apt-cache": "search",
    "apk": "add|search|update",
    "conda": "search",
    "dpkg": "--configure|--print-architecture|--remove",
    "git": "lfs|config|remote",
    "npm": "cache|config|install|outdated|rebuild|view",
    "uv": "venv|pip",
    "timedatectl": "set-ntp|",
    "systemctl": "cat",
    "udevadm": "control|trigger",
}


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """A folder with the files that remedies change, and stand-ins for programs."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in (*SYSTEM, *NOT_HERE):
        _program(programs / name, f'echo {name} "$@" >> "$NOTES"')
    _program(programs / "sudo", 'exec "$@"')
    _program(
        programs / "python3",
        f'case "$1 $2" in "-m pip"|"-m venv") ;; *) exec {_python()} "$@"; esac',
    )
    for folder in (
        "etc/apt/sources.list.d",
        "etc/udev/rules.d",
        "boot/firmware",
        "var/lib/apt/lists",
        "var/lib/dpkg/updates",
    ):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "usr/share/keyrings").mkdir(parents=True)
    (tmp_path / "var/lib/apt/lists/x_Packages").write_text("x")
    (tmp_path / "etc/resolv.conf").write_text("nameserver 1.1.1.1\n")
    (tmp_path / "etc/os-release").write_text("VERSION_CODENAME=buster\n")
    (tmp_path / "etc/apt/sources.list").write_text(
        "deb http://raspbian.raspberrypi.org/raspbian/ buster main\n"
        "deb http://deb.debian.org/debian buster main\n"
        "deb http://security.debian.org/debian-security buster/updates main\n"
        "deb http://deb.debian.org/debian stretch-updates main\n"
    )
    (tmp_path / "etc/apt/sources.list.d/ubuntu.sources").write_text(
        "URIs: http://ports.ubuntu.com/ubuntu-ports/\nURIs: http://de.archive.ubuntu.com/ubuntu\n"
    )
    (tmp_path / "boot/firmware/config.txt").write_text("arm_64bit=1\n")
    (tmp_path / "x").write_text("a line\n")
    return tmp_path


def _python() -> str:
    return shlex.quote(os.path.realpath("/proc/self/exe"))


def _program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run(command: str, sandbox: Path) -> tuple[int, str]:
    """Exit status, and what the command printed and its stand-ins noted."""
    notes = sandbox / "notes"
    text = FOLDERS.sub(rf"{sandbox}/\1/", command)
    path = f"{sandbox}/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    env = {"PATH": path, "HOME": str(sandbox), "USER": "pi", "NOTES": str(notes)}
    shell = ["bash", "-c", f"set -o pipefail; {text}"]
    done = subprocess.run(
        shell, cwd=sandbox, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr + (
        notes.read_text() if notes.exists() else ""
    )


OWN = [text for text in ALL if text.split()[0] == "pidoctor"]
OTHERS = [text for text in ALL if text not in OWN and "/bin/python -m pip" not in text]


@pytest.mark.parametrize("command", OTHERS)
def test_a_command_runs(command: str, sandbox: Path) -> None:
    status, said = run(command, sandbox)
    program = shlex.split(command.removeprefix("sudo "))[0]
    assert status == 0 or program in MAY_FIND_NOTHING, said
    assert "command not found" not in said
    assert "syntax error" not in said
    assert "nvalid option" not in said
    for line in said.splitlines():
        name, _, arguments = line.partition(" ")
        if name in SUBCOMMANDS and name == program:
            assert arguments.split(" ")[0] in SUBCOMMANDS[name].split("|"), line


def test_what_the_commands_change(sandbox: Path) -> None:
    for command in OTHERS:
        if re.search(r"\b(?:sed|tee|rm)\b", command):
            run(command, sandbox)
    sources = (sandbox / "etc/apt/sources.list").read_text()
    assert sources == (
        "deb http://legacy.raspbian.org/raspbian/ buster main\n"
        "deb http://archive.debian.org/debian buster main\n"
        "deb http://archive.debian.org/debian-security buster/updates main\n"
    )
    ubuntu = (sandbox / "etc/apt/sources.list.d/ubuntu.sources").read_text()
    assert ubuntu == (
        "URIs: http://old-releases.ubuntu.com/ubuntu/\nURIs: http://old-releases.ubuntu.com/ubuntu\n"
    )
    config = (sandbox / "boot/firmware/config.txt").read_text()
    assert config == "arm_64bit=1\nkernel=kernel8.img\n"
    coral = (sandbox / "etc/apt/sources.list.d/coral-edgetpu.list").read_text()
    assert coral.startswith("deb [signed-by=")
    assert "/usr/share/keyrings/coral-edgetpu.gpg] https://" in coral
    assert 'GROUP="apex"' in (sandbox / "etc/udev/rules.d/65-apex.rules").read_text()
    assert not list((sandbox / "var/lib/apt/lists").iterdir())


@pytest.mark.parametrize("command", OWN)
def test_a_command_of_pidoctors_own_runs(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(command)[1:]
    if words[0] == "index":
        pytest.skip("asks the package index")
    if words[0] == "install":
        words.append("--dry-run")
    if words[0] in ("model", "example"):
        words[1] = str(next(Path(main.__code__.co_filename).parents[1].rglob("*.tflite")))
    assert main(words) in (0, 1, 3), capsys.readouterr().err
    assert capsys.readouterr().out
