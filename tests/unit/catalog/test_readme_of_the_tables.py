"""The examples in the README of the data tables: each is one row, and works as it stands."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pidoctor.catalog.__main__ import DATA
from pidoctor.catalog.rules import TABLES

README = (DATA / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(
    r"^## (?P<title>.+?)\n.*?^`(?P<file>\w+\.json)`\n```json\n(?P<json>.*?)```\n"
    r"```sh\n(?P<command>.*?)\n```",
    re.MULTILINE | re.DOTALL,
)
# What each example's command says once the row is there, and its exit code then.
SAID = {
    "A board": ("NanoPi A64", (0,)),
    "A release of an operating system": ("Ubuntu 23.10", (0,)),
    "A runtime": ("tflite-of-mine", (0,)),
    "An accelerator": ("it runs .dfp models", (0,)),
    "A symptom": ("The proxy of the school network answers", (1,)),
}


def run(command: str, folder: Path | None) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name != "PIDOCTOR_DATA"}
    if folder is not None:
        environment["PIDOCTOR_DATA"] = str(folder)
    program = f"'{sys.executable}' -m pidoctor"
    done = subprocess.run(
        ["sh", "-c", command.replace("pidoctor", program)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def examples() -> list[re.Match[str]]:
    return list(EXAMPLE.finditer(README))


def test_there_is_an_example_of_each_of_the_five() -> None:
    assert [found["title"] for found in examples()] == list(SAID)


@pytest.mark.parametrize("found", examples(), ids=lambda found: found["title"])
def test_an_example_works_as_it_stands(found: re.Match[str], tmp_path: Path) -> None:
    said, codes = SAID[found["title"]]
    _, before = run(found["command"], None)
    (tmp_path / found["file"]).write_text(found["json"], encoding="utf-8")
    code, after = run(found["command"], tmp_path)
    assert code in codes, after
    assert said in " ".join(after.split())
    # Who shipped the example as it stands has it before; a runtime that is lacking is named too.
    assert said not in before or found["title"] == "A runtime" or in_a_shipped_table(found["json"])
    assert "Traceback" not in after


def in_a_shipped_table(example: str) -> bool:
    (rows,) = json.loads(example).values()
    name = re.compile(rf'"(id|distribution)": "{rows[0].get("id") or rows[0]["distribution"]}"')
    return any(name.search(path.read_text(encoding="utf-8")) for path in DATA.rglob("*.json"))


def test_an_accelerator_of_the_example_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pidoctor.catalog.accelerators import load_accelerators, seen_at

    found = next(found for found in examples() if found["file"] == "accelerators.json")
    (tmp_path / found["file"]).write_text(found["json"], encoding="utf-8")
    monkeypatch.setenv("PIDOCTOR_DATA", str(tmp_path))
    row = load_accelerators()[-1]
    shown: dict[str, dict[str, str]] = {kind: {} for kind in row.seen._fields}
    assert row.id == "memryx-mx3"
    assert seen_at(row, {**shown, "pci": {"1fe9:0100": "/sys/bus/pci/devices/0"}})
    assert seen_at(row, shown) is None


def test_the_readme_names_every_table() -> None:
    for name, rules in TABLES.items():
        assert f"`{name}" in README or rules.kind.startswith("pidoctor.model")
