"""Package indexes that misbehave, on loopback."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from pathlib import Path

STALLING, FROM_THE_FUTURE = 8765, 8766


def start(home: Path) -> None:
    """An index that never answers, and one whose certificate, future.pem, is not valid yet."""
    threading.Thread(target=_stall, args=(STALLING,), daemon=True).start()
    key, certificate = home / "future.key", home / "future.pem"
    subprocess.run(
        [
            "faketime", "+10 days", "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
            "-keyout", str(key), "-out", str(certificate), "-days", "30",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
        ],
        check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    threading.Thread(target=_greet, args=(FROM_THE_FUTURE, context), daemon=True).start()


def _stall(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    kept = []
    while True:
        kept.append(listener.accept())


def _greet(port: int, context: ssl.SSLContext) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        connection, _ = listener.accept()
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)
        except OSError:
            continue
