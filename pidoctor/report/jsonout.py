"""A result as JSON: the envelope that ``result.schema.json`` describes."""

from __future__ import annotations

import json
from typing import Any

from pidoctor.decoding import encode
from pidoctor.envelope import Result
from pidoctor.redact import Identity, redact_json


def to_text(result: Result, ascii_only: bool = False, identity: Identity | None = None) -> str:
    """The envelope without secrets and personal data, indented by two spaces, with a newline.

    ``ascii_only`` escapes everything beyond ASCII, for a stream that could not carry it.
    ``identity`` is whose names are taken out; without it, the user's own.
    """
    return dumps(redact_json(encode(result), identity or Identity.here()), ascii_only)


def dumps(value: Any, ascii_only: bool = False) -> str:
    """JSON text that every reader takes: infinity and not-a-number become null."""
    return json.dumps(_finite(value), indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float) and value - value != 0:
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    if isinstance(value, str):
        # Lone surrogates (names of files that are not UTF-8) have no place in JSON text.
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value


def schema_text() -> str:
    """The JSON Schema of the envelope, as it ships."""
    from importlib.resources import files

    return files("pidoctor.report").joinpath("result.schema.json").read_text(encoding="utf-8")


def schema() -> dict[str, Any]:
    """The JSON Schema of the envelope."""
    loaded: dict[str, Any] = json.loads(schema_text())
    return loaded
