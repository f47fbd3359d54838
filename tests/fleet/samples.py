"""Receipts as boards send them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pidoctor.profile import codec, fingerprint
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile


def receipt(profile: Profile, numpy: str = "1.26.4", passed: bool = True) -> dict[str, Any]:
    """A receipt of tflite-runtime 2.14.0 on a machine."""
    death = {"kind": "numpy-abi", "message": "It was compiled for NumPy 1."}
    return {
        "schema": "pidoctor-receipt/1",
        "time": "2026-11-25T10:00:00Z",
        "python": "/home/alice/.venv/bin/python",
        "plan": {"status": "plan", "runtime": "tflite-runtime", "packages": []},
        "proof": {
            "status": "passed" if passed else "failed",
            "runtime": "tflite-runtime",
            "version": "2.14.0",
            "numpy": numpy,
            "death": None if passed else death,
        },
        "fingerprint": fingerprint.fingerprint(profile)._asdict(),
        "profile": codec.to_json(profile),
    }


def write(folder: Path, board: str, document: Any) -> Path:
    """``folder/board/receipt.json``."""
    path = folder / board / "receipt.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def profile_file(folder: Path, board: str, name: str) -> None:
    """The machine of a named target, as the file of a board."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{board}.json").write_text(json.dumps(codec.to_json(target(name))), "utf-8")
