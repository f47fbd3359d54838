"""The index file of one package: its canonical text, and how it is replaced."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pidoctor.safe_files import replace_file

Document = Mapping[str, Any]  # the JSON of one index file


def canonical(document: Document) -> str:
    """The text of an index file: one wheel, one piece of evidence, one version per line.

    The same content always gives the same text, so that a refresh shows as the lines it changed.
    """
    lines = ["{"]
    for key, value in document.items():
        if key in ("evidence", "other_versions"):
            lines += [f"{_json(key)}: {{", *_entries(value), "},"]
        elif key != "versions":
            lines.append(f"{_json(key)}: {_json(value)},")
    lines += ['"versions": {', *_versions(document["versions"]), "}", "}", ""]
    return "\n".join(lines)


def write_atomically(path: Path, text: str) -> None:
    """Replaces ``path`` in one step; a crash leaves the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, lambda file: file.write(text.encode("utf-8")))


def _versions(versions: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for number, (version, release) in enumerate(versions.items(), start=1):
        head = {key: value for key, value in release.items() if key != "wheels"}
        lines.append(f'{_json(version)}: {_json(head)[:-1]}, "wheels": [')
        wheels = [_json(wheel) for wheel in release["wheels"]]
        lines += [f" {wheel}," for wheel in wheels[:-1]] + [f" {wheel}" for wheel in wheels[-1:]]
        lines.append("]}" if number == len(versions) else "]},")
    return lines


def _entries(items: Mapping[str, Any]) -> list[str]:
    lines = [f" {_json(key)}: {_json(value)}," for key, value in items.items()]
    return lines[:-1] + [line[:-1] for line in lines[-1:]]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)
