"""Regenerates the shipped index: ``python -m pidoctor.indexing --output wheels-index``."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pidoctor.errors import PidoctorError
from pidoctor.indexing.cache import load_documents
from pidoctor.indexing.document import canonical, write_atomically
from pidoctor.indexing.index_changes import ReadingLog
from pidoctor.indexing.update import Options, refresh


def main(arguments: list[str] | None = None) -> int:
    """Refreshes the index files of a folder and prints what changed."""
    parser = argparse.ArgumentParser(prog="python -m pidoctor.indexing", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder of the index files")
    parser.add_argument(
        "--minutes",
        type=float,
        default=60,
        help="read wheels for evidence no longer than this (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    try:
        return _run(options.output, Options.usual(seconds=60 * options.minutes))
    except PidoctorError as error:
        print(f"pidoctor: {error}", file=sys.stderr)
        return error.exit_code


def _run(folder: Path, options: Options) -> int:
    old = load_documents(folder)
    # An interrupted run goes on with what it has read.
    journal = Path(tempfile.gettempdir()) / "pidoctor-index-journal.jsonl"
    fresh = refresh(old, ReadingLog(journal), options, _progress)
    for name, document in fresh.documents.items():
        write_atomically(folder / f"{name}.json", canonical(document))
    for name in set(old) - set(fresh.documents):
        (folder / f"{name}.json").unlink()
    print("\n".join(fresh.changes) or "nothing changed")
    if fresh.left:
        print(f"{fresh.left} wheels were not read; the same command goes on", file=sys.stderr)
    return 0


def _progress(what: str, done: int, total: int) -> None:
    if done == total or done % 20 == 0:
        print(f"{what}: {done} of {total}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
