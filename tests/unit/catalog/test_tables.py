"""The data tables: the shipped ones hold, and the user's own are checked the same way."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pidoctor.building import build
from pidoctor.catalog.__main__ import DATA, main, schema_text, shipped_files
from pidoctor.catalog.boards import load_boards
from pidoctor.catalog.canonical import WIDTH, canonical
from pidoctor.catalog.rules import TABLES
from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.tables import _raw, check_shipped, check_user_tables, expanded, kind_of
from pidoctor.decoding import DecodeError, decode
from pidoctor.profile.named_targets import target
from pidoctor.profile.target_names import all_names, read_name

BOARD = {
    "id": "my-board",
    "name": "My Board",
    "vendor": "raspberry-pi",
    "soc": "BCM2711",
    "cores": 4,
    "memory_mib": [3072],
    "compatible": ["me,my-board"],
    "sources": ["https://example.org/my-board"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PIDOCTOR_DATA", str(tmp_path))
    return tmp_path


def faults(folder: Path, **tables: Any) -> list[str]:
    for name, table in tables.items():
        text = table if isinstance(table, str) else json.dumps(table)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    try:
        check_user_tables()
    except DecodeError as error:
        return [fault.replace(f"{folder}/", "") for fault in error.faults]
    return []


def test_the_shipped_tables_hold() -> None:
    assert check_shipped() == []


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: path.name)
def test_the_shipped_tables_are_laid_out_canonically(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == canonical(json.loads(text)), "run `python -m pidoctor.catalog format`"
    for line in text.splitlines():
        assert len(line) <= WIDTH or line.count('": ') <= 1


@pytest.mark.parametrize("name", TABLES)
def test_the_schemas_are_made_from_the_rows(name: str) -> None:
    path = DATA / "schemas" / f"{name}.schema.json"
    assert path.read_text(encoding="utf-8") == schema_text(name), (
        "run `python -m pidoctor.catalog schemas`"
    )
    assert not re.search(r'"description": ".*\S  ', path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TABLES)
def test_the_shipped_tables_fit_their_schemas(name: str) -> None:
    import jsonschema

    jsonschema.validate(_raw(name), json.loads(schema_text(name)))


@pytest.mark.parametrize("name", TABLES)
def test_a_shipped_table_is_built_as_it_is_decoded(name: str) -> None:
    decoded = decode(kind_of(name), expanded(_raw(name), {}), name)
    assert build(kind_of(name), expanded(_raw(name), {})) == decoded


def test_a_row_of_the_users_own(folder: Path) -> None:
    assert faults(folder, boards={"boards": [BOARD]}) == []
    assert target("my-board/bookworm-64").board.memory.value == 3 << 30
    assert any(name.startswith("my-board/") for name in all_names())
    board = load_boards().by_compatible(("me,my-board", "brcm,bcm2711"))
    assert board is not None
    assert board.id == "my-board"


def test_without_the_folder_the_row_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults(folder, boards={"boards": [BOARD]}) == []
    assert "my-board" in load_boards().boards
    monkeypatch.delenv("PIDOCTOR_DATA")
    assert "my-board" not in load_boards().boards


def test_a_row_with_the_id_of_a_shipped_one_stands_in_its_place(folder: Path) -> None:
    pi4 = {"id": "pi4", "based_on": "pi4", "memory_mib": [3072], "compatible": ["x,y"]}
    assert faults(folder, boards={"boards": [pi4]}) == []
    boards = load_boards().boards
    assert boards["pi4"].memory_mib == (3072,)
    assert boards["pi4"].soc == "BCM2711"
    assert boards["pi4"].aliases == ()


def test_a_row_based_on_another(folder: Path) -> None:
    system = {
        "id": "kiosk-12",
        "based_on": "debian-bookworm",
        "flavour": "kiosk",
        "name": "Kiosk OS 12",
    }
    board = {**BOARD, "systems": ["kiosk"]}
    assert faults(folder, systems={"systems": [system]}, boards={"boards": [board]}) == []
    row = next(row for row in load_systems().rows if row.id == "kiosk-12")
    assert (row.libc_version, row.python) == ("2.36", "3.11.2")
    assert target("my-board/kiosk-12-64").system.name.value == "Kiosk OS 12"


def trouble(**changes: Any) -> dict[str, Any]:
    """The tables of a folder with one trouble, whose sign has a word of its own."""
    sign = {"id": "s", "patterns": ["our own words"], "source": "https://docs.example/"}
    row = {
        "id": "x",
        "title": "t",
        "explanation": "e",
        "order": 1,
        "remedies": [{"text": "r"}],
        "log": [{**sign, **changes.pop("sign", {})}],
        "source": "https://docs.example/",
    }
    return {"troubles": {"troubles": [{**row, **changes}]}}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in BOARD.items() if name != key}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"boards": "{"}, ["boards.json: not JSON: Expecting property name enclosed in double "
                           "quotes (line 1, column 2)"]),
        ({"boards": "[]"}, ["boards.json: expected an object"]),
        ({"boards": "[" * 100_000}, ["boards.json: not a table (maximum recursion depth"]),
        ({"boards": "\udcff"}, ["boards.json: not a table ("]),
        ({"redaction": {}}, ["redaction.json: no table of that name; there are boards.json, "]),
        ({"bords": {}}, ["bords.json: no table of that name; there are boards.json, "]),
        ({"boards": {"bords": []}}, ["boards.json: bords: unknown key; a boards table has schema"]),
        ({"boards": {"boards": {}}}, ["boards.json: boards: expected a list, not an object"]),
        ({"boards": {"boards": [without("soc")]}}, ["boards.json: boards[0].soc: missing"]),
        (
            {"boards": {"boards": [{**BOARD, "soc": "BCM9"}]}},
            ['boards.json: boards[0].soc: no socs id "BCM9"'],
        ),
        (
            {"boards": {"boards": [{**BOARD, "memory_mib": []}]}},
            ["boards.json: boards[0].memory_mib: is empty"],
        ),
        (
            {"boards": {"boards": [BOARD, {**BOARD, "cores": 2}]}},
            ['boards.json: boards[1].id: "my-board" stands there already, at boards.json: '
             "boards[0].id"],
        ),
        (
            {"boards": {"boards": [{**BOARD, "aliases": ["pi5"]}]}},
            ['boards.json: boards[0].aliases[0]: "pi5" stands there already, at boards.json: '],
        ),
        (
            {"boards": {"boards": [{"id": "x", "based_on": "nothing"}]}},
            ['boards.json: boards[0].based_on: no row of this list has the id "nothing"'],
        ),
        (
            {"boards": {"boards": [{"id": "x", "based_on": "cm44"}, {"id": "y", "based_on": 4}]}},
            ['boards.json: boards[0].based_on: no row of this list has the id "cm44"; did you '
             "mean cm4?", 'boards.json: boards[1].based_on: no row of this list has the id ""'],
        ),
        (
            {"systems": {"systems": [{"id": "x", "based_on": "bookworm", "python": "three"}]}},
            ['systems.json: systems[0].python: expected a version such as "3.11.2", not "three"'],
        ),
        (
            {"systems": {"systems": [{"id": "x", "based_on": "bookworm", "os_ids": {"16": "x"}}]}},
            ['systems.json: systems[0].os_ids.16: expected 32 or 64, not "16"'],
        ),
        (
            trouble(sign={"shown": "our words"}),
            ["troubles.json: troubles[0].log[0].shown: none of its patterns meets a line of this"],
        ),
        (
            trouble(sign={"patterns": ["ab(c"]}),
            ["troubles.json: troubles[0].log[0].patterns[0]: no pattern ('ab(c': missing )"],
        ),
        (
            trouble(sign={"patterns": ["Got (?:a .* b) words"]}),
            ["troubles.json: troubles[0].log[0].patterns[0]: no pattern ('Got (?:a ': missing )"],
        ),
        (
            trouble(sign={"unless": ["(a+)+bcde"]}),
            ["troubles.json: troubles[0].log[0].unless[0]: no pattern (repeated group"],
        ),
        (
            trouble(sign={"needs": ["no-such-sign"]}),
            ['troubles.json: troubles[0].log[0].needs[0]: no troubles log id or marks log id "'],
        ),
        (
            trouble(sign={"id": "traceback"}),
            ['troubles.json: troubles[0].log[0].id: "traceback" stands there already, at '],
        ),
        (
            trouble(settled_by=["no-such-sign"]),
            ["troubles.json: troubles[0].settled_by[0]: no troubles log id or marks log id"],
        ),
        (
            trouble(remedies=[{"text": "r", "when": {"family": "alpine"}}]),
            ["troubles.json: troubles[0].remedies: the last one has a condition"],
        ),
        (
            {"boards": {"boards": [without("soc")]}, "systems": {"systems": 1}},
            ["boards.json: boards[0].soc: missing", "systems.json: systems: expected a list"],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(folder: Path, tables: dict[str, Any], expected: list[str]) -> None:
    if tables == {"boards": "\udcff"}:
        (folder / "boards.json").write_bytes(b"\xff")
        tables = {}
    found = faults(folder, **tables)
    for line, start in zip(found, expected):
        assert line.startswith(start)
    assert len(found) >= len(expected)
    assert all("\n" not in line for line in found)


def test_a_pipe_or_a_folder_is_no_table(folder: Path) -> None:
    (folder / "boards.json").mkdir()
    assert faults(folder) == ["boards.json: not a table (not a file)"]


def test_a_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIDOCTOR_DATA", str(tmp_path / "gone"))
    with pytest.raises(DecodeError, match="cannot be read"):
        check_user_tables()


def test_commands_end_with_the_faults_and_code_2(folder: Path) -> None:
    (folder / "boards.json").write_text('{"boards": [{"id": 1}]}', encoding="utf-8")
    for words in (["targets"], ["check", "--target", "pi4/bookworm-64"], ["check", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "pidoctor", *words], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "boards[0].id: expected a text, not 1" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr


def test_check_and_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "tables hold" in capsys.readouterr().out
    file = tmp_path / "boards.json"
    file.write_text(json.dumps({"boards": [BOARD]}), encoding="utf-8")
    assert main(["format", str(file)]) == 0
    assert file.read_text(encoding="utf-8").startswith('{\n  "boards": [\n    {\n')
    assert json.loads(file.read_text(encoding="utf-8")) == {"boards": [BOARD]}
    file.write_text("nonsense", encoding="utf-8")
    assert main(["format", str(file)]) == 2
    assert "cannot be laid out" in capsys.readouterr().err


def test_check_of_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIDOCTOR_DATA", "")
    (tmp_path / "systems.json").write_text('{"systems": [{}]}', encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 2
    assert "systems[0].id: missing" in capsys.readouterr().err


def test_a_word_of_the_users_own_for_an_architecture(folder: Path) -> None:
    row = {"id": "aarch64", "based_on": "aarch64", "words": ["aarch64", "kunpeng"]}
    assert faults(folder, architectures={"architectures": [row]}) == []
    assert read_name("kunpeng/debian-12").architecture == "aarch64"
