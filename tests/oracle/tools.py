"""The real pip and the real uv, asked what they would install on another machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

from pidoctor.platforms.tags import platforms
from pidoctor.resolve.machine import Machine

Files = Optional[frozenset[str]]  # what would be installed; None where the tool finds nothing
# The manylinux levels that uv can be asked about (`uv pip compile --help`, --python-platform).
_UV_GLIBC = (17, 28, *range(31, 41))
_SELECTED = re.compile(r"Selecting: (\S+)==\S+ \[\w+\] \((\S+\.whl)\)")


@dataclass(frozen=True)
class Asked:
    """A question for a tool: what, for which machine, and over which view of the mirror."""

    requirements: tuple[str, ...]
    machine: Machine
    view: str


def ask_pip(questions: list[Asked], url: str) -> list[Files]:
    """The answers of two pips, each with every other question."""
    answers: list[Files] = [None] * len(questions)
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda half: _ask_one_pip(half, url), (questions[::2], questions[1::2]))
        answers[::2], answers[1::2] = halves
    return answers


def _ask_one_pip(questions: list[Asked], url: str) -> list[Files]:
    script = Path(__file__).with_name("ask_pip.py")
    asked = [
        {
            "requirements": item.requirements,
            "view": item.view,
            "python": item.machine.python,
            "abis": [item.machine.abi, "abi3", "none"],
            "platforms": list(platforms(item.machine.interpreter)),
            "environment": item.machine.markers(),
        }
        for item in questions
    ]
    done = subprocess.run(
        [sys.executable, str(script), url],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        env=_plain("PIP_"),
    )
    return [None if files is None else frozenset(files) for files in json.loads(done.stdout)]


def uv_platform(machine: Machine) -> str:
    """What uv calls the machine; empty where uv has no word for it, as for 32-bit ARM."""
    if machine.architecture not in ("aarch64", "x86_64") or machine.libc_version is None:
        return ""
    if machine.libc == "musl":
        return f"{machine.architecture}-unknown-linux-musl"
    if machine.libc_version[1] not in _UV_GLIBC:
        return ""
    return f"{machine.architecture}-manylinux_2_{machine.libc_version[1]}"


def ask_uv(questions: list[Asked], url: str, folder: Path) -> list[Files]:
    """The answers of uv, which must be able to name the machine."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda item: _ask_uv(item, _of_mirror(item, url), folder), questions))


def ask_uv_as_of(questions: list[Asked], day: str, folder: Path) -> list[Files]:
    """The answers of uv over the real package index as it was at the end of a day."""
    at = ("--exclude-newer", f"{day}T23:59:59Z")
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda item: _ask_uv(item, at, folder), questions))


def _of_mirror(asked: Asked, url: str) -> tuple[str, ...]:
    return ("--default-index", f"{url}/{asked.view}/simple")


def _ask_uv(asked: Asked, index: tuple[str, ...], folder: Path) -> Files:
    done = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("uv")), "pip", "compile", "-", "--verbose"),
            *("--no-config", "--no-header", "--no-annotate", "--only-binary", ":all:"),
            *("--python", sys.executable, "--no-python-downloads"),
            *(*index, "--cache-dir", str(folder)),
            *("--python-platform", uv_platform(asked.machine)),
            *("--python-version", asked.machine.python),
        ],
        input="\n".join(asked.requirements),
        capture_output=True,
        text=True,
        check=False,
        env=_plain("UV_"),
    )
    if done.returncode:
        assert "No solution found" in done.stderr, done.stderr
        return None
    chosen = set(done.stdout.split())
    selected = _SELECTED.findall(done.stderr)
    files = {name: file for name, file in selected if _pin(name, file) in chosen}
    assert len(files) == len(chosen), done.stderr
    return frozenset(files.values())


def _pin(name: str, file: str) -> str:
    return f"{name}=={file.split('-')[1]}"


def _plain(prefix: str) -> dict[str, str]:
    """This process's environment without the tool's own settings."""
    return {key: value for key, value in os.environ.items() if not key.startswith(prefix)}


TOOLS: dict[str, Callable[[list[Asked], str, Path], list[Files]]] = {
    "pip": lambda questions, url, _: ask_pip(questions, url),
    "uv": ask_uv,
}
