"""Bytes that claim to be a log, unpacked; refused where they are no text."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain

from pidoctor.catalog.file_kinds import kind_of_file

MAX_UNPACKED = 256 << 20
"""Bytes that are unpacked from a compressed log; a bomb goes no further."""

_GZIP = b"\x1f\x8b"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""The marks by which UTF-16 begins."""

_TEXT = frozenset(b"\x00\x08\t\n\x0b\x0c\r\x1b") | frozenset(range(0x20, 0x100)) - {0x7F}
_CONTROL = bytes(set(range(256)) - _TEXT)
_PIECE = 1 << 16
_SHARE = 50
"""One control character in this many bytes: no text."""


class NotALogError(ValueError):
    """The bytes are no text; says what they look like."""


def as_text(stream: Iterable[bytes]) -> Iterator[bytes]:
    """The stream, unpacked if it is gzip; raises NotALogError where it is no text."""
    chunks = iter(stream)
    head = next((chunk for chunk in chunks if chunk), b"")
    if head.startswith(_GZIP):
        chunks = _unpacked(chain([head], chunks))
        head = next(chunks, b"")
    _check(head)
    chunks = chain([head], chunks)
    return _narrowed(chunks) if head.startswith(_WIDE) and b"\0" in head else chunks


def _narrowed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """UTF-16, as PowerShell writes it, in UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode("utf-8", "replace")


def _check(head: bytes) -> None:
    kind = kind_of_file(head)
    known = kind.what if kind and not kind.may_be_text else None
    if known is None and (head.startswith(_WIDE) or not head):
        return
    sample = head[:_PIECE]
    control = len(sample) - len(sample.translate(None, _CONTROL))
    if known or control * _SHARE > len(sample):
        raise NotALogError(f"It looks like {known or 'binary data'}, not like the text of a log.")


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """What a gzip stream holds, up to where it is broken or longer than is sensible."""
    inflate = zlib.decompressobj(wbits=31)
    size = 0
    for chunk in packed:
        rest = chunk
        while rest and size < MAX_UNPACKED:
            try:
                piece = inflate.decompress(rest, _PIECE)
            except zlib.error:
                return
            if piece:
                size += len(piece)
                yield piece
            rest = inflate.unconsumed_tail
            if inflate.eof:
                rest, inflate = inflate.unused_data, zlib.decompressobj(wbits=31)
        if size >= MAX_UNPACKED:
            return
