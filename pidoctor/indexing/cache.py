"""The user's own copy of the index: written whole beside the old one, then switched to at once."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from pidoctor.catalog.location import POINTER, Pointer, read_pointer
from pidoctor.catalog.wheels import CatalogError
from pidoctor.indexing.document import Document, canonical, write_atomically


def publish(cache: Path, documents: Mapping[str, Document]) -> Path:
    """Makes ``documents`` the user's index; the folder it is in.

    A crash at any moment leaves the old index or the new one in use: the pointer file is replaced
    last, in one step. Folders of earlier updates are removed afterwards.
    """
    dates = [str(document["retrieved"]) for document in documents.values()]
    folder = _unused(cache, max(dates))
    sizes, digests = {}, {}
    for name, document in sorted(documents.items()):
        text = canonical(document)
        content = text.encode("utf-8")
        write_atomically(folder / f"{name}.json", text)
        sizes[f"{name}.json"] = len(content)
        digests[f"{name}.json"] = hashlib.sha256(content).hexdigest()
    pointer = Pointer(folder.name, max(dates), sizes, digests)
    write_atomically(cache / POINTER, json.dumps(pointer.to_json(), indent=1) + "\n")
    _remove_others(cache, folder)
    return folder


def load_documents(folder: Path) -> dict[str, Document]:
    """The index files of a folder as JSON; one that cannot be read is left out, to be made anew."""
    documents: dict[str, Document] = {}
    for path in sorted(folder.glob("*.json")):
        try:
            document = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            continue
        if isinstance(document, dict) and document.get("name") == path.stem:
            documents[path.stem] = document
    return documents


def _unused(cache: Path, date: str) -> Path:
    number = 1
    while (cache / f"{date}.{number}").exists():
        number += 1
    return cache / f"{date}.{number}"


def _remove_others(cache: Path, folder: Path) -> None:
    try:
        kept = read_pointer(cache)
    except CatalogError:
        return
    if kept is None or kept.folder != folder.name:
        return
    for other in cache.iterdir():
        if other.is_dir() and not other.is_symlink() and other != folder:
            shutil.rmtree(other, ignore_errors=True)
