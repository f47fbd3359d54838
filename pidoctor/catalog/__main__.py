"""Work on the data tables: ``python -m pidoctor.catalog check | format | schemas``.

check [FOLDER]    whether the shipped tables, or a folder of your own with them, hold
format [FILE...]  lays tables out canonically (the shipped ones without FILE)
schemas           writes the JSON Schema of every shipped table for editors
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

from pidoctor.catalog.canonical import canonical
from pidoctor.catalog.rules import TABLES
from pidoctor.catalog.tables import BASE, USER_FOLDER, check_shipped, check_user_tables, kind_of
from pidoctor.errors import PidoctorError, UsageError
from pidoctor.json_schema import DRAFT, Describer

DATA = Path(__file__).parent / "data"


def main(argv: list[str] | None = None) -> int:
    """Runs one of the three; 0 fine, 1 faults in the shipped tables, 2 in what was named."""
    parser = argparse.ArgumentParser(
        prog="python -m pidoctor.catalog", description="Work on the data tables."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="whether the tables hold")
    check.add_argument("folder", nargs="?", help="tables of your own, as in PIDOCTOR_DATA")
    layout = commands.add_parser("format", help="lay tables out canonically")
    layout.add_argument("files", nargs="*", type=Path, metavar="FILE")
    commands.add_parser("schemas", help="write the JSON Schemas for editors")
    options = parser.parse_args(argv)
    try:
        if options.command == "check":
            return _check(options.folder)
        if options.command == "format":
            for path in options.files or shipped_files():
                _format(path)
            return 0
    except PidoctorError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for name in TABLES:
        _replace(DATA / "schemas" / f"{name}.schema.json", schema_text(name))
    return 0


def shipped_files() -> list[Path]:
    """The files of every shipped table."""
    return [DATA / f"{file}.json" for name, rules in TABLES.items() for file in rules.files(name)]


def schema_text(name: str) -> str:
    """The JSON Schema of a table: as the decoder reads it, and rows that are based on others."""
    describer = Describer(written=False)
    schema = {"$schema": DRAFT, **describer.object_of(kind_of(name))}
    schema["required"] = []  # a table of your own need not have every section
    schema["$defs"] = describer.definitions
    for part in describer.definitions.values():
        if "id" in part["properties"]:
            needed = part.pop("required")
            part["properties"][BASE] = {"type": "string"}
            part["anyOf"] = [{"required": needed}, {"required": ["id", BASE]}]
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _check(folder: str | None) -> int:
    faults = check_shipped()
    if folder is not None:
        os.environ[USER_FOLDER] = folder
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return 1
    check_user_tables()
    print(f"{len(TABLES)} tables hold.")
    return 0


def _format(path: Path) -> None:
    try:
        table: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(table, (dict, list)):
            raise ValueError("not a table")
        _replace(path, canonical(table))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be laid out ({error})") from error


def _replace(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"{path.name}: written")


if __name__ == "__main__":
    sys.exit(main())
