"""The data goes one way: nothing downstream of the probes looks at the machine.

Host -> probe -> Profile -> resolve/checks/triage -> install/proof -> report. A module imports only
from rooms that its own may know, and only some rooms may touch the running machine.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pidoctor

PACKAGE = Path(pidoctor.__file__).parent
VALUES = {
    "errors",
    "decoding",
    "json_schema",
    "result",
    "profile",
    "catalog",
    "redact",
    "redact_rules",
    "safe_files",
    "shapes",
    "units",
    "urls",
}
# room -> the other rooms that it may import from
MAY_IMPORT = {
    "catalog": VALUES,
    "checks": {*VALUES, "readiness", "resolve", "report", "probe"},
    "evidence": VALUES,
    "host": VALUES,
    "indexing": {*VALUES, "evidence", "host", "probe", "report"},
    "install": {*VALUES, "host", "probe", "readiness", "resolve", "proof", "report", "triage"},
    "lockfiles": {*VALUES, "resolve", "report", "indexing", "install"},
    "model": VALUES,
    "probe": {*VALUES, "host", "readiness"},
    "profile": VALUES,
    "readiness": {*VALUES, "resolve"},
    "report": {*VALUES, "envelope", "evidence", "indexing", "proof", "resolve", "triage"},
    "resolve": VALUES,
    "proof": {*VALUES, "host", "report", "triage"},
    "triage": {*VALUES, "host", "resolve", "report"},
}
# Rooms that only turn values into values: no look at the running machine, no other program.
PURE = ("checks", "profile", "readiness", "resolve")
MACHINE_MODULES = {"subprocess", "platform", "socket", "psutil", "distro", "requests", "sysconfig"}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def files(room: str) -> Iterator[Path]:
    return (PACKAGE / room).rglob("*.py")


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_lies_upstream(room: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for path in files(room)
        for module in imports(path)
        if module.startswith("pidoctor.") and module.split(".")[1] not in MAY_IMPORT[room] | {room}
    ]
    assert wrong == []


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_does_not_look_at_the_machine(room: str) -> None:
    exceptions = {
        PACKAGE / "checks" / "apply_remedies.py"
    }  # runs remedies that were shown and agreed to
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module}"
        for path in files(room)
        if path not in exceptions
        for module in imports(path)
        if module.split(".")[0] in MACHINE_MODULES
    ]
    assert wrong == []


def test_every_room_has_its_rule() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert rooms - {"cli"} == set(MAY_IMPORT)
