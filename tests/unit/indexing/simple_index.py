"""A package index on loopback, for tests: pages as HTML or JSON, files with or without ranges."""

from __future__ import annotations

import hashlib
import html
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.unit.evidence.elfmaker import wheel


@dataclass
class SimpleIndex:
    """What the server offers; tests change it while it runs. ``requests`` logs what was asked."""

    files: dict[str, dict[str, bytes]] = field(default_factory=dict)  # project -> name -> content
    yanked: dict[str, str] = field(default_factory=dict)
    wrong_hash: set[str] = field(default_factory=set)
    no_hash: set[str] = field(default_factory=set)
    as_json: bool = False
    ranges: bool = True
    cut: set[str] = field(default_factory=set)  # files whose body ends half-way
    status: dict[str, int] = field(default_factory=dict)  # path prefix -> status to answer with
    requests: list[tuple[str, str, int]] = field(default_factory=list)  # method, path, bytes sent
    delay: float = 0.0  # seconds before an answer
    open: int = 0  # requests under way
    most_open: int = 0
    url: str = ""

    def add(self, filename: str, requires: str = "", **files: bytes) -> None:
        """A wheel with METADATA lines ``requires`` and members ``files``."""
        name, version = filename.split("-")[:2]
        content = wheel(
            {
                **{path.replace("__", "/"): data for path, data in files.items()},
                f"{name}-{version}.dist-info/WHEEL": filename.encode(),
            },
            metadata=requires,
            name=f"{name}-{version}",
        )
        project = re.sub(r"[-_.]+", "-", name).lower()
        self.files.setdefault(project, {})[filename] = content

    def sha256(self, filename: str) -> str:
        """The SHA-256 of an offered file."""
        (content,) = (f[filename] for f in self.files.values() if filename in f)
        return hashlib.sha256(content).hexdigest()

    def sent(self, part: str) -> int:
        """Bytes sent for paths that contain ``part``."""
        return sum(size for _, path, size in self.requests if part in path)


@contextmanager
def serving(index: SimpleIndex) -> Iterator[SimpleIndex]:
    """Runs ``index`` on a free port of this machine."""

    class Handler(_Handler):
        offered = index

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    index.url = f"http://127.0.0.1:{server.server_port}/simple/"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    offered: SimpleIndex
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def log_message(self, *_: Any) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        if self.offered.delay:
            self.offered.open += 1
            self.offered.most_open = max(self.offered.most_open, self.offered.open)
            time.sleep(self.offered.delay)
            self.offered.open -= 1
        for prefix, status in self.offered.status.items():
            if self.path.startswith(prefix):
                self._send(status, b"no", "text/plain", body)
                return
        _, kind, *rest = self.path.split("/")
        if kind == "simple" and rest[0] in self.offered.files:
            self._page(rest[0], body)
        elif kind == "files" and rest[1] in self.offered.files.get(rest[0], {}):
            self._file(self.offered.files[rest[0]][rest[1]], body)
        else:
            self._send(404, b"not here", "text/plain", body)

    def _page(self, project: str, body: bool) -> None:
        rows = [
            (name, f"../../files/{project}/{name}", self._hash(name, content), len(content))
            for name, content in self.offered.files[project].items()
        ]
        if self.offered.as_json:
            page: dict[str, Any] = {
                "meta": {"api-version": "1.1"},
                "name": project,
                "versions": [],
                "files": [
                    {
                        "filename": name,
                        "url": url,
                        "hashes": {"sha256": digest},
                        "size": size,
                        "yanked": self.offered.yanked.get(name, False),
                    }
                    for name, url, digest, size in rows
                ],
            }
            text, kind = json.dumps(page), "application/vnd.pypi.simple.v1+json"
        else:
            links = "".join(
                f'<a href="{url}{self._fragment(name, digest)}"{self._yanked(name)}>{name}</a>\n'
                for name, url, digest, _ in rows
            )
            text, kind = f"<!DOCTYPE html><html><body>{links}</body></html>", "text/html"
        self._send(200, text.encode(), kind, body)

    def _fragment(self, name: str, digest: str) -> str:
        return "" if name in self.offered.no_hash else f"#sha256={digest}"

    def _hash(self, name: str, content: bytes) -> str:
        wrong = b"x" if name in self.offered.wrong_hash else b""
        return hashlib.sha256(content + wrong).hexdigest()

    def _yanked(self, name: str) -> str:
        reason = self.offered.yanked.get(name)
        return "" if reason is None else f' data-yanked="{html.escape(reason)}"'

    def _file(self, content: bytes, body: bool) -> None:
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
        if not wanted or not self.offered.ranges:
            self._send(200, content, "application/zip", body)
            return
        if wanted[1]:
            start, end = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
        else:
            start, end = max(0, len(content) - int(wanted[2])), len(content) - 1
        part = content[start : end + 1]
        span = f"bytes {start}-{end}/{len(content)}"
        self._send(206, part, "application/zip", body, {"Content-Range": span})

    def _send(
        self,
        status: int,
        content: bytes,
        kind: str,
        body: bool,
        more: dict[str, str] | None = None,
    ) -> None:
        self.offered.requests.append((self.command, self.path, len(content) if body else 0))
        self.send_response(status)
        for key, value in {"Content-Type": kind, **(more or {})}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.path.rsplit("/", 1)[-1] in self.offered.cut:
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
        elif body:
            self.wfile.write(content)
