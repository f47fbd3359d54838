"""The shipped wheels index as a real simple index on loopback, so that pip can be asked about it.

It serves project pages (PEP 503, with hashes, requires-python and yanked marks) and metadata files
(PEP 658) made from the catalog; no wheel is ever served, and none is needed to resolve.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pidoctor.catalog.wheels import Wheel, WheelsIndex


def metadata(wheel: Wheel) -> bytes:
    """The METADATA of a wheel as far as a resolver reads it."""
    lines = ["Metadata-Version: 2.1", f"Name: {wheel.name}", f"Version: {wheel.version}"]
    if wheel.requires_python:
        lines.append(f"Requires-Python: {wheel.requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in wheel.requires_dist]
    return ("\n".join(lines) + "\n\n").encode()


def page(wheels: tuple[Wheel, ...]) -> bytes:
    return "\n".join(
        ["<!DOCTYPE html><html><body>", *map(_link, wheels), "</body></html>"]
    ).encode()


def _link(wheel: Wheel) -> str:
    attributes = [
        f'href="/files/{wheel.name}/{wheel.filename}#sha256={wheel.sha256}"',
        f'data-core-metadata="sha256={hashlib.sha256(metadata(wheel)).hexdigest()}"',
    ]
    if wheel.requires_python:
        attributes.append(f'data-requires-python="{escape(wheel.requires_python)}"')
    if wheel.yanked:
        attributes.append(f'data-yanked="{escape(wheel.yanked)}"')
    return f"<a {' '.join(attributes)}>{wheel.filename}</a><br>"


@contextmanager
def mirror(index: WheelsIndex) -> Iterator[str]:
    """The address of a loopback server that offers exactly the wheels of ``index``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, _, rest = self.path.strip("/").partition("/")
            body = self._page(rest) if kind == "simple" else self._metadata(rest)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def _page(self, name: str) -> bytes | None:
            project = index.project(name)
            wheels = () if project is None else project.wheels
            return page(tuple(w for w in wheels if w.source == "index")) if wheels else None

        def _metadata(self, path: str) -> bytes | None:
            name, _, file = path.partition("/")
            project = index.project(name)
            for wheel in () if project is None else project.wheels:
                if f"{wheel.filename}.metadata" == file:
                    return metadata(wheel)
            return None

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests' output is not a server's log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple"
    finally:
        server.shutdown()
        server.server_close()
