"""Connections on which the lines before a body are bounded too.

``http.client`` reads on while a server sends "100 Continue", or one header more each second.
"""

from __future__ import annotations

import http.client
import threading
import warnings
from functools import partial
from typing import Any, Protocol

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import InsecureRequestWarning
from urllib3.util.ssl_ import create_urllib3_context

_LONGEST_HEAD = 256 << 10  # bytes; usual ones have one thousand


class Waiting(Protocol):
    """How long is still waited."""

    def check(self) -> None:
        """Raises :class:`requests.Timeout` when there is no time left."""


class PatientAdapter(HTTPAdapter):
    """An adapter whose connections, through a proxy too, bound what comes before a body."""

    def __init__(self, patience: Waiting, **settings: Any) -> None:
        self._patience = patience
        super().__init__(**settings)

    def init_poolmanager(self, *arguments: Any, **settings: Any) -> None:
        super().init_poolmanager(*arguments, **{**settings, **self._encryption()})
        self._bound(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **settings: Any) -> Any:
        manager = super().proxy_manager_for(*arguments, **{**settings, **self._encryption()})
        self._bound(manager)
        return manager

    def _encryption(self) -> dict[str, Any]:
        """What all connections share: to read the certificates takes a slow board half a second."""
        try:
            return {"ssl_context": _reading_once(create_urllib3_context())}
        except TypeError:  # a Python without ssl
            return {}

    def _bound(self, manager: Any) -> None:
        response_class = partial(_Response, self._patience)
        manager.pool_classes_by_scheme = {
            "http": partial(_pool, HTTPConnectionPool, response_class),
            "https": partial(_pool, HTTPSConnectionPool, response_class),
        }


class TrustingAdapter(PatientAdapter):
    """An adapter for servers whose certificates the user told pip not to look at."""

    def _encryption(self) -> dict[str, Any]:
        return {}

    def send(self, request: Any, *arguments: Any, **settings: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureRequestWarning)
            return super().send(request, *arguments, **{**settings, "verify": False})


def _reading_once(context: Any) -> Any:
    """``context``, which reads each file of certificates once, not for each connection."""
    load, lock, known = context.load_verify_locations, threading.Lock(), set()

    def load_once(*places: Any) -> None:
        with lock:
            if places not in known:
                load(*places)
                known.add(places)

    context.load_verify_locations = load_once
    return context


def _pool(kind: Any, response_class: Any, *arguments: Any, **settings: Any) -> Any:
    """A pool of connections whose answers are of ``response_class``."""
    pool = kind(*arguments, **settings)
    pool.ConnectionCls = type(
        "PatientConnection", (pool.ConnectionCls,), {"response_class": staticmethod(response_class)}
    )
    return pool


class _Response(http.client.HTTPResponse):
    """An answer that ends before its body when its head has no end."""

    def __init__(self, patience: Waiting, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._patience = patience

    def begin(self) -> None:
        file = self.fp
        head: Any = _Head(file, self._patience)
        self.fp = head
        try:
            super().begin()
        finally:
            if self.fp is head:  # it is closed already where there is no body
                self.fp = file


class _Head:
    """Reads lines from ``file`` as long as there is patience."""

    def __init__(self, file: Any, patience: Waiting) -> None:
        self._file, self._patience = file, patience
        self._left = _LONGEST_HEAD

    def readline(self, limit: int = -1) -> bytes:
        line = b""
        while not line.endswith(b"\n") and (limit < 0 or len(line) < limit):
            self._patience.check()
            there = self._file.peek(1)
            if not there:
                break
            count = there.find(b"\n") + 1 or len(there)
            line += self._file.read(count if limit < 0 else min(count, limit - len(line)))
        self._left -= len(line)
        if self._left < 0:
            raise http.client.HTTPException("headers without end")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
