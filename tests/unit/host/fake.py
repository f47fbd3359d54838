"""A made host for tests: a capture built from keyword arguments."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from pidoctor.host.capture_format import SCHEMA, parse_capture
from pidoctor.host.captured import CaptureHost


def fake_host(files: Mapping[str, Any] | None = None, **parts: Any) -> CaptureHost:
    """A host in which nothing exists but ``files`` and the capture's other ``parts``.

    A file's content is text or bytes; anything else goes into the capture as it is.
    """
    made = {"schema": SCHEMA, "complete": True, "working_folder": "/", **parts}
    made["files"] = {path: _entry(content) for path, content in (files or {}).items()}
    return CaptureHost(parse_capture(json.dumps(made).encode(), "fake"), "fake")


def _entry(content: Any) -> Any:
    if isinstance(content, str):
        return {"text": content}
    if isinstance(content, bytes):
        return {"base64": base64.b64encode(content).decode("ascii")}
    return content
