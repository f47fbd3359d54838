"""The shipped wheels index as a real simple index on loopback, so that pip and uv can be asked.

It serves project pages (PEP 503, with hashes, requires-python and yanked marks) and metadata files
(PEP 658) made from the catalog; no wheel is ever served, and none is needed to resolve. Each view
of it, ``/VIEW/simple``, has wheels and requirements of its own.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from pidoctor.catalog.wheels import Wheel, WheelsIndex


class View(Protocol):
    """What a tool sees of the index."""

    def wheels(self, name: str) -> Iterable[Wheel]:
        """The wheels of a package."""

    def requires(self, wheel: Wheel) -> Iterable[str]:
        """What a wheel requires."""


class AsPublished:
    """The wheels of the package index as they are."""

    def __init__(self, index: WheelsIndex) -> None:
        self._index = index

    def wheels(self, name: str) -> Iterable[Wheel]:
        project = self._index.project(name)
        return [w for w in project.wheels if w.source == "index"] if project else []

    def requires(self, wheel: Wheel) -> Iterable[str]:
        return wheel.requires_dist


def metadata(wheel: Wheel, requires: Iterable[str]) -> bytes:
    """The METADATA of a wheel as far as a resolver reads it."""
    lines = ["Metadata-Version: 2.1", f"Name: {wheel.name}", f"Version: {wheel.version}"]
    if wheel.requires_python:
        lines.append(f"Requires-Python: {wheel.requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return ("\n".join(lines) + "\n\n").encode()


def page(view: View, name: str) -> bytes:
    links = [_link(view, wheel) for wheel in view.wheels(name)]
    return "\n".join(["<!DOCTYPE html><html><body>", *links, "</body></html>"]).encode()


def _link(view: View, wheel: Wheel) -> str:
    described = hashlib.sha256(metadata(wheel, view.requires(wheel))).hexdigest()
    attributes = [
        f'href="../../files/{wheel.name}/{wheel.filename}#sha256={wheel.sha256}"',
        f'data-core-metadata="sha256={described}"',
    ]
    if wheel.requires_python:
        attributes.append(f'data-requires-python="{escape(wheel.requires_python)}"')
    if wheel.yanked:
        attributes.append(f'data-yanked="{escape(wheel.yanked)}"')
    return f"<a {' '.join(attributes)}>{wheel.filename}</a><br>"


def _content(view: View, kind: str, path: str) -> bytes | None:
    """What is at ``simple/NAME`` or ``files/NAME/WHEEL.metadata``; None where nothing is."""
    if kind == "simple":
        return page(view, path) if any(view.wheels(path)) else None
    name, _, file = path.partition("/")
    for wheel in view.wheels(name):
        if f"{wheel.filename}.metadata" == file:
            return metadata(wheel, view.requires(wheel))
    return None


@contextmanager
def mirror(views: Mapping[str, View]) -> Iterator[str]:
    """The address of a loopback server that offers exactly what ``views`` hold."""

    @cache
    def content(view: str, kind: str, path: str) -> bytes | None:
        return _content(views[view], kind, path)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # headers and content in one packet: the other side acknowledges late

        def do_GET(self) -> None:
            view, kind, rest = self.path.strip("/").split("/", 2)
            body = content(view, kind, rest)
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            """Say nothing: the tests' output is not a server's log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
