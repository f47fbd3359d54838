"""Regenerates the shipped index: ``python -m pidoctor.indexing --output wheels-index``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from pidoctor.errors import PidoctorError
from pidoctor.indexing.document import canonical, write_atomically
from pidoctor.indexing.journal import Journal
from pidoctor.indexing.update import refresh


def main(arguments: list[str] | None = None) -> int:
    """Refreshes the index files of a folder and prints what changed."""
    parser = argparse.ArgumentParser(prog="python -m pidoctor.indexing", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder of the index files")
    parser.add_argument(
        "--journal",
        type=Path,
        default=Path(tempfile.gettempdir()) / "pidoctor-index-journal.jsonl",
        help="where reads are kept, so that an interrupted run goes on (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    try:
        return _run(options.output, options.journal)
    except PidoctorError as error:
        print(f"pidoctor: {error}", file=sys.stderr)
        return error.exit_code


def _run(folder: Path, journal: Path) -> int:
    old = {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    update = refresh(old, Journal(journal), progress=_progress)
    for name, document in update.documents.items():
        write_atomically(folder / f"{name}.json", canonical(document))
    for name in set(old) - set(update.documents):
        (folder / f"{name}.json").unlink()
    print("\n".join(update.changes) or "nothing changed")
    return 0


def _progress(what: str, done: int, total: int) -> None:
    if done == total or done % 100 == 0:
        print(f"{what}: {done} of {total}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
