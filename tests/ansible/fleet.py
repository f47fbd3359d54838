"""A fleet of boards on this machine: local connections, a Python and a folder for each."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.endswith("interpreter_wrapper"):
            raise ImportError("blocked on this board")

sys.meta_path.insert(0, Blocked())
"""


@dataclass
class Fleet:
    """The boards by name with their variables, and the folder of everything."""

    folder: Path
    ansible: Path  # the folder of its programs
    collections: Path
    boards: dict[str, dict[str, str]] = field(default_factory=dict)
    connect_s: int = 2  # after so many seconds a board that does not answer is unreachable

    def add(self, name: str, python: str, **variables: str) -> Path:
        """A board; its environment's path."""
        venv = self.folder / "roots" / name / "venv"
        venv.parent.mkdir(parents=True)
        self.boards[name] = {
            "ansible_connection": "local",
            "ansible_python_interpreter": python,
            "tflite_venv": str(venv),
            **variables,
        }
        return venv

    def block_runtime(self, name: str) -> None:
        """Give a board an environment in which no runtime can be loaded."""
        venv = Path(self.boards[name]["tflite_venv"])
        python = self.boards[name]["ansible_python_interpreter"]
        subprocess.run([python, "-m", "venv", "--without-pip", str(venv)], check=True)
        (site,) = venv.glob("lib/python*/site-packages")
        (site / "sitecustomize.py").write_text(BLOCKED, encoding="utf-8")

    def rollout(self, first: str, *options: str, **variables: str) -> Recap:
        """Run the collection's playbook with ``first`` as the first board of the inventory."""
        return self.play("pidoctor.tflite.rollout", first, *options, **variables)

    def play(self, playbook: str, first: str, *options: str, **variables: str) -> Recap:
        """Run a playbook with ``first`` as the first board of the inventory."""
        names = [first, *(name for name in self.boards if name != first)]
        lines = [
            " ".join((name, *(f"{k}={v}" for k, v in self.boards[name].items()))) for name in names
        ]
        inventory = self.folder / "inventory.ini"
        inventory.write_text("\n".join(lines) + "\n", encoding="utf-8")
        given = {
            "tflite_home": str(self.folder / "home"),
            "tflite_fleet": str(self.folder / "fleet"),
            "tflite_controller": str(Path(sys.executable).with_name("pidoctor")),
            **variables,
        }
        words = [word for key, value in given.items() for word in ("-e", f"{key}={value}")]
        done = subprocess.run(
            [
                str(self.ansible / "ansible-playbook"),
                *(
                    "-i",
                    str(inventory),
                    "-T",
                    str(self.connect_s),
                    "-f",
                    "4",
                    *options,
                    *words,
                    playbook,
                ),
            ],
            env={
                **os.environ,
                "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
                "ANSIBLE_HOME": str(self.folder / "ansible"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOCALHOST_WARNING": "0",
                "XDG_CACHE_HOME": str(self.folder / "cache"),
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=3 * 3600,  # only what hangs; a busy machine takes an hour for emulated boards
        )
        return Recap(done.stdout + done.stderr, _counts(done.stdout))


@dataclass(frozen=True)
class Recap:
    """What a run printed, and its counts by board: ok, changed, unreachable, failed..."""

    text: str
    counts: Mapping[str, Mapping[str, int]]

    def with_any(self, count: str) -> set[str]:
        """The boards of which a count is not zero."""
        return {name for name, counts in self.counts.items() if counts[count]}


def _counts(text: str) -> dict[str, dict[str, int]]:
    found = {}
    for line in text.partition("PLAY RECAP")[2].splitlines()[1:]:
        name, colon, counts = line.partition(":")
        if colon:
            pairs = (pair.split("=") for pair in counts.split())
            found[name.strip()] = {key: int(value) for key, value in pairs}
    return found


def content(folder: Path) -> Sequence[tuple[str, bytes]]:
    """Every file below a folder with its bytes, what Python compiled aside.

    And the note of the last proof: it has the time in it.
    """
    return [
        (str(path.relative_to(folder)), path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
        if "__pycache__" not in path.parts and path.name != "pidoctor-proof.json"
    ]
