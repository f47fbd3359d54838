"""A log as it was pasted -> the lines the program printed.

Everything between the program and the reader leaves its marks: colours, carriage returns of
progress bars, container and journal prefixes, JSON escapes, broken encodings. Cleaning takes them
off and keeps the line number, so that evidence can be quoted. Memory is bounded whatever comes in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pidoctor.expressions import expression

CHUNK = 1 << 18
"""Bytes read at once."""

MAX_LINE = 1 << 16
"""Bytes of one physical line that are looked at together; a longer line is cut."""

MAX_TEXT = 4000
"""Characters of one logical line; what is longer is taken in pieces that overlap."""

OVERLAP = 200


@dataclass(frozen=True)
class Line:
    """One logical line: number of the physical line it came from (from 1), text, and its width.

    `width` is the number of characters before cleaning: a line that fills the terminal may have
    been wrapped.
    """

    number: int
    text: str
    width: int


_ESCAPES = expression(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movement
    r"|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)"  # OSC: window titles, links
    r"|\x1b[()][0-9A-Za-z]"
    r"|\x1b[@-Z\\^_=>]"
)
# The same after the escape character itself was lost, or written out by a logger.
_SPELLED_ESCAPES = expression(
    r"(?:\\u001b|\\x1b|\\033|#033|\^\[)?\[(?:\d{1,3}(?:;\d{1,3}){0,4})?[mK](?![a-z]{2,20}\])"
)
_CONTROL = expression(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_SPACES = expression(r"\s+")
# Typographic single quotes, guillemets, the grave and the acute accent; then double quotes.
_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u00ab\u00bb`\u00b4", "'") | dict.fromkeys("\u201c\u201d\u201e", '"')
)
_ESCAPE_BYTES = expression(rb"\x1b\[[0-?]*[ -/]*[@-~]")
_QUOTE_BYTES = {
    chr(code).encode(): str(plain_quote).rjust(len(chr(code).encode())).encode()
    for code, plain_quote in _QUOTES.items()
    if code > 0x7F
}
"""The same length, so that a find stands where it stood."""

_CLOCK = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?"
_CLOCK_OF_A_CHAT = r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?(?:\]| -) "
_PREFIXES = expression(
    "|".join(
        (
            r"#\d{1,4} (?:\d{1,6}\.\d{1,3} )?",  # docker buildkit
            r"\d{1,6}\.\d{2,3} ",  # docker buildkit, in its summary of a failure
            r"\[[ \d]{0,6}\d\.\d{6}\] ",  # kernel ring buffer
            r"\d{4}[-/]\d\d[-/]\d\d[T ]?(?:" + _CLOCK + r")?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?:? ",
            r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)?,? ?[A-Z][a-z]{2} [ \d]\d "
            + _CLOCK
            + r"(?: [\w.-]{1,64})? (?:[\w.@/:-]{1,80}(?:\[\d{1,8}\])?: )?",  # journald, syslog
            r"[\w.-]{1,64} [\w.@/-]{1,80}\[\d{1,8}\]: ",  # journald after an ISO date
            r"\[?" + _CLOCK + r"\]? ",
            r"(?:std(?:err|out) [FP]|\d\d[OE]\+?) ",  # Kubernetes, GitLab, after a date
            r"<\d{1,3}>1? ",  # syslog, RFC 5424, and what follows the date there
            r"[\w.-]{1,64} [\w.@/-]{1,80} (?:\d{1,8}|-) [\w-]{1,32} - ",
            r"\d\d-\d\d " + _CLOCK + r" +\d{1,8} +\d{1,8} [VDIWEF] [^:]{1,40}: ",  # logcat
            r"- [\w.]{1,60} - (?:DEBUG|INFO|WARNING) - ",  # the logger of Python, after a date
            r"\[?\d{1,2}[./-]\d{1,2}[./-]\d{2,4},? " + _CLOCK_OF_A_CHAT + r"[^:]{1,40}: ",
            r"\u2022 ",
            r"[A-Za-z][\w.-]{0,63} {0,20}\| ",  # docker compose
            r"##\[(?:error|warning|group|debug|command)\]",  # GitHub Actions
            r"[│|╰─>×├└┌╭╮╯] ?",  # pip's and uv's frames, a quoting mail client
            r"(?:\+->|->|-->) ",
        )
    )
)
_JSON_FIELD = expression(
    r"""["'](?:msg|stderr|stdout|module_std(?:err|out)|output|log|message)["']: ?["'b\[]"""
)
_STREAMS = ("stdout", "stderr")
_JSON_TEXTS = ("log", "message", "MESSAGE", "msg", "line", "text", "output", "error", *_STREAMS)
"""Where a line that is a JSON object has what the program printed."""

_NUMBERED = expression(r"\s*(\d{1,6})(?:\s?[:|.)]\s|\s)")
_BOX_END = expression(r"\s*[│║]$")
_BLOCK = expression(r"</?(?:p|pre|div|br|tr|li|h\d|blockquote)(?: [^<>]{0,200})?/?>|<br ?/>", re.I)
_INLINE = expression(
    r"</?(?:code|span|font|td|th|table|tbody|ul|ol|b|i|em|strong|a|samp|kbd|tt|body|html|details"
    r"|summary)(?: [^<>]{0,200})?>"
    r"|\[/?(?:code|color|size|quote|font|spoiler|mono|b|i)(?:=[^\]\s]{1,40})?\]",
    re.I,
)
_ENTITY = expression(r"&(?:#(\d{1,6})|#[xX]([0-9a-fA-F]{1,5})|(lt|gt|amp|quot|apos|nbsp));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'", "nbsp": " "}
_ESCAPED_NEWLINE = expression(r"(?:\\{1,4}r)?\\{1,4}n")
_ESCAPED_CHARACTER = expression(r"\\{1,3}(?=[\"'t/])")


def logical_lines(number: int, line: bytes) -> Iterator[Line]:
    """The cleaned lines that one physical line stands for, empty ones left out.

    More than one where a progress bar returned the carriage or a tool wrote its output as JSON.
    """
    for text in _unpack(_unnumbered(number, line.replace(b"\x00", b"").decode("utf-8", "replace"))):
        width = len(text)
        cleaned = _BOX_END.sub("", clean_text(text))
        if len(cleaned) <= MAX_TEXT:
            if cleaned:
                yield Line(number, cleaned, width)
            continue
        for start in range(0, len(cleaned), MAX_TEXT - OVERLAP):
            yield Line(number, cleaned[start : start + MAX_TEXT], width)


def plain(data: bytes) -> bytes:
    """Many lines at once, rid of what hides words, each character of it in its place.

    That is what a cleaned line lacks as well: escapes, NULs, typographic quotes.
    """
    if b"\x1b" in data:
        data = _ESCAPE_BYTES.sub(lambda found: b" " * len(found.group()), data)
    if not data.isascii():
        for quote, instead in _QUOTE_BYTES.items():
            data = data.replace(quote, instead)
    return data


def clean_text(text: str) -> str:
    """One line without escapes, control characters, prefixes, typographic quotes, extra spaces.

    Cleaning twice changes nothing.
    """
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    # A space, not nothing: what stood around the escape must not form a new one.
    text = _CONTROL.sub(" ", _SPELLED_ESCAPES.sub(" ", text) if "[" in text else text)
    text = _SPACES.sub(" ", text.translate(_QUOTES)).strip()
    while True:
        prefix = _PREFIXES.match(text)
        if prefix is None or not prefix.group():
            return text
        text = text[prefix.end() :].lstrip()


def _unnumbered(number: int, text: str) -> str:
    """The line without its own number, as an editor or a viewer puts it in front."""
    found = _NUMBERED.match(text)
    return text[found.end() :] if found and int(found.group(1)) == number else text


def _unpack(text: str) -> Iterator[str]:
    for part in text.split("\r"):
        said = _said(part) if part.lstrip()[:1] == "{" else None
        if said is not None:
            yield from said.splitlines()
        elif "\\n" in part and (_JSON_FIELD.search(part) or part.count("\\n") > 1):
            for piece in _ESCAPED_NEWLINE.split(part):
                yield _ESCAPED_CHARACTER.sub("", piece)
        elif part:
            yield from _without_markup(part)


def _said(line: str) -> str | None:
    """What a line that is a JSON object says the program printed; None where it is another."""
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    texts = [content[key] for key in _JSON_TEXTS if isinstance(content.get(key), str)]
    return "\n".join(texts) if texts else None


def _without_markup(text: str) -> Iterator[str]:
    """The text of HTML or BBCode."""
    if "<" in text or "[" in text:
        text = _INLINE.sub("", _BLOCK.sub("\n", text))
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    yield from text.split("\n")


def _character(entity: re.Match[str]) -> str:
    decimal, sixteen, name = entity.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(sixteen, 16)
    return chr(code) if 32 <= code < 0xD800 else " "
