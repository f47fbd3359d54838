"""Streams that can be read from anywhere, whatever stands behind them."""

from __future__ import annotations

import io


class RandomAccess(io.RawIOBase):
    """A stream of ``size`` bytes; what is based on it reads from ``_position`` on."""

    def __init__(self, size: int = 0) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position
