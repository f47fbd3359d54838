"""A package index on loopback that misbehaves as it is told."""

from __future__ import annotations

import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

FAULTS = ("stall", "truncate", "reset", "404", "429", "503", "html", "other content")


class Index(ThreadingHTTPServer):
    """Serves the wheels of a folder; ``fault`` is what is wrong with it.

    Of a download: one of FAULTS, or "FILE not to pidoctor". Of the index: "empty", "proxy wants a
    password". Or nothing.
    """

    daemon_threads = True

    def __init__(self, wheels: Path, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wheels, self.fault = wheels, fault
        self.requests: list[str] = []
        self.closing = threading.Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_port}/simple/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that go away, or trust no certificate, are what is tested here."""

    def use_tls(self, folder: Path) -> Path:
        """Serve over TLS with a certificate that only its own file vouches for; that file."""
        certificate, key = folder / "ca.pem", folder / "ca.key"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", str(key), "-out", str(certificate)),
            ],
            check=True,
            capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.scheme = "https"
        return certificate


class _Handler(BaseHTTPRequestHandler):
    server: Index

    def do_GET(self) -> None:
        """Answer as an index or, asked with a whole URL, as a proxy to itself."""
        path = urlsplit(self.path).path
        self.server.requests.append(path)
        if self.server.fault == "proxy wants a password":
            self._send(407, b"who are you?", "text/plain")
        elif path.endswith(".whl"):
            self._wheel(self.server.wheels / path.rsplit("/", 1)[1])
        else:
            name = "" if self.server.fault == "empty" else path.strip("/").split("/")[-1]
            links = "".join(
                f'<a href="/files/{wheel.name}">{wheel.name}</a>'
                for wheel in sorted(self.server.wheels.glob(f"{name}-*.whl"))
            )
            self._send(200, f"<!DOCTYPE html><html><body>{links}</body></html>".encode())

    do_CONNECT = do_GET

    def _wheel(self, path: Path) -> None:
        fault, data = self.server.fault, path.read_bytes()
        if fault == f"{path.name} not to pidoctor":
            refused = str(self.headers["User-Agent"]).startswith("pidoctor")
            self._send(403 if refused else 200, b"" if refused else data)
        elif fault in ("404", "429", "503"):
            self._send(int(fault), b"no", "text/plain")
        elif fault == "html":
            self._send(200, b"<html><body>Please log in to the hotel's network</body></html>")
        elif fault == "other content":
            self._send(200, data[:-1] + bytes([data[-1] ^ 1]), "application/octet-stream")
        elif fault in ("stall", "truncate", "reset"):
            self._send(200, data[: len(data) // 2], "application/octet-stream", len(data))
            self.wfile.flush()
            if fault == "stall":
                self.server.closing.wait()
            elif fault == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
        else:
            self._send(200, data, "application/octet-stream")

    def _send(
        self, status: int, body: bytes, kind: str = "text/html", length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(index: Index) -> Iterator[Index]:
    """Run ``index`` until the end of the block."""
    thread = threading.Thread(target=index.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield index
    finally:
        index.closing.set()
        index.shutdown()
        index.server_close()
        thread.join()
