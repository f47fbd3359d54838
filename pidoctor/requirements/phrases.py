"""Whole commands and plain speech around a requirement: "pip install -U X", "X and Y", "X 2+"."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence

from pidoctor.errors import UsageError
from pidoctor.expressions import expression

_INSTALLER = expression(
    r"[$!%#>\s]*(?:run\s+)?(?:sudo\s+(?:-\w+\s+)*)?(?:python[\d.]*\s+-m\s+)?"
    r"(?:(?:pip[\d.]*|uv(?:\s+(?:pip|tool))?|pipx|pipenv|pdm|poetry|conda|mamba|apt(?:-get)?|snap"
    r"|brew)\s+(?:install|add|download|wheel|uninstall|remove|create)|docker\s+(?:pull|run)|uvx)\s+",
    re.IGNORECASE,
)
# What pip and Python print where an install or an import fails.
_MESSAGE = expression(
    r"no module named|no matching distribution|could not find a version|not a supported wheel"
    r"|from versions|traceback|importerror|\berror:|externally-managed-environment"
    r"|illegal instruction|segmentation fault|core dumped"
    r"|glibc(?:xx)?[_ ][\d.]+'? not found",
    re.IGNORECASE,
)
_IMPORT = expression(r"(?:import|from)\s+([A-Za-z][\w.]*)(?!\s*[<>=~!]).*")
_MODULES = expression(
    r"^((?:tensorflow|tf|tflite_runtime|ai_edge_litert)(?:\.lite)?)"
    r"\.(?:interpreter|keras|python)(?:\.\w+)*$",
    re.IGNORECASE,
)
# Options of installers that take a value.
_VALUED = expression(
    r"-[ifctnr]|--(?:(?:extra-)?index-url|find-links|channel|target|prefix|python(?:-version)?|"
    r"platform|abi|implementation|timeout|retries|proxy|cache-dir|trusted-host|root|src|name|"
    r"only-binary|no-binary|progress-bar|requirement)"
)
INDEX_OPTIONS = frozenset(("-i", "-f", "--index-url", "--extra-index-url", "--find-links"))
OTHER_INDEX = (
    "pidoctor asks pip's own indexes; for another one write the option on a line of a "
    "requirements file, and name that with -r"
)
# What word processors and web pages make of the signs that are typed.
_TYPOGRAPHY = str.maketrans({
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"),  # dashes
    **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),  # that are not seen
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=", "\uff1d": "=", "\uff1c": "<", "\uff1e": ">",
})  # fmt: skip
_AROUND = (  # a comment, a list's mark, TOML's quotes; words that name no package
    (expression(r"\s#.*$|^\s*[-*]\s+"), ""),
    (expression(r'(?<![=<>!~])\s*==?\s*"(?=\d)([^"]*)"'), r"==\1"),
    (expression(r'(?<![=<>!~])\s*=\s*"([^"]*)"'), r"\1"),
    (expression(r"^Requires-Dist:\s*|\s+as\s+\w+$|\s+(?:for|in)\s+python$", re.I), ""),
    (expression(r"\s+for\s+micro(?:controllers?)?$", re.I), "-micro"),
    (expression(r"\s*(?:==?|@|:|\s)\s*nightly$", re.I), "-nightly"),
    (expression(r"^[\w .-]+\s\(([A-Za-z]+(?:[-_][A-Za-z]+)+)\)$"), r"\1"),  # "LiteRT (x-y)"
    (expression(r"^(?:(?:any|the|latest|newest)\s+(?:version|release)s?\s+of\s+)?"
                r"(?:(?:any|the|full|whole|plain)\s+)*(?=\w)", re.I), ""),
    (expression(r"\s+(?:full|package|library)$", re.I), ""),
)  # fmt: skip
_OR = expression(r"\s(?:or|vs\.?|/)\s+[A-Za-z]|\d\s+or\s+\d", re.IGNORECASE)
# Words of speech: strangers have packages of some names, and what stands behind is not wanted.
_AGAINST = expression(
    r"(?:^|\s)(without|except|instead|using|via|through|please|thanks|again|here|now)(?=\s|$)",
    re.IGNORECASE,
)
_SPOKEN_VERSION = expression(
    r"\s+(?:version|ver\.?)(?:\s*\([^)]*\))?\s*:?\s+(?=[vV]?\d)", re.IGNORECASE
)
_MORE = r"(?:newer|later|higher|above|up|greater)"
_LESS = r"(?:older|earlier|lower|below|less)"
_V = r"[vV]?(\d+(?:\.\d+)*)"
# How a bound is spoken, and how pip writes it; the first that fits.
_SPOKEN_BOUNDS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (expression(rf"\s+(?:between\s+)?{_V}\s*(?:-|–|\.\.+|\sto\s|\sand\s)\s*{_V}(?![\d.])", re.I),
     lambda found: f">={found[1]},{_through(found[2])}"),
    (expression(rf"\s+no[t]?\s+{_MORE}\s+than\s+{_V}", re.I), lambda found: _through(found[1])),
    (expression(rf"\s+no[t]?\s+{_LESS}\s+than\s+{_V}", re.I), r">=\1"),
    (expression(rf"(>=?\s*{_V})\s+(?:or|and)\s+{_MORE}\b", re.I), r"\1"),
    (expression(rf"(<=?\s*{_V})\s+(?:or|and)\s+{_LESS}\b", re.I), r"\1"),
    (expression(rf"(?:\s*==?\s*|\s+){_V}(?:\s*\+(?=\s|$)|\s+(?:or|and)\s+{_MORE}\b)", re.I),
     r">=\1"),
    (expression(rf"(?:\s*==?\s*|\s+){_V}\s+(?:or|and)\s+{_LESS}\b", re.I), r"<=\1"),
    (expression(rf"\s+(?:at least|from|since|min(?:imum)?)\s+{_V}", re.I), r">=\1"),
    (expression(rf"\s+(?:at most|up to|max(?:imum)?)\s+{_V}", re.I),
     lambda found: _through(found[1])),
    (expression(rf"\s+(?:(?:{_MORE}|more) than|above|after)\s+{_V}", re.I), r">\1"),
    (expression(rf"\s+(?:(?:{_LESS}|earlier) than|below|under|before)\s+{_V}", re.I), r"<\1"),
)  # fmt: skip
_AND = expression(r"\s*(?:,(?=\s*[A-Za-z])|\s&&?\s|\s\+\s|\s(?:and|plus|with)\s)\s*", re.IGNORECASE)
_JOINING = frozenset(("and", "plus", "with", "&", "+", ",", "&&"))
_PYTHON = expression(
    r"\s+(?:(?:for|on|with|in|and)\s+)?(?:python|py)\s?(3\.\d+)\b.*", re.IGNORECASE
)
_PLACE = expression(r"\s+(?:for|on|in)\s+(?:an?\s+|my\s+|the\s+)?(.+)", re.IGNORECASE)
_LINE = expression(r"(?:[A-Za-z][\w.-]*(?:[<>=~!]=?=?[\w.*,<>=~!]+)\s+)+[A-Za-z][\w.-]*\S*")
_QUOTED = expression(r"([\"'])(.*)\1", re.DOTALL)


def bare(words: Sequence[str]) -> list[str]:
    """The requirements in ``words``, without the command of an installer and its options, an
    import or the words of plain speech around them.

    Raises :class:`UsageError` for what belongs into an option: a machine, a Python, a file.
    """
    words = [word.translate(_TYPOGRAPHY) for word in words]
    text = " ".join(words)
    refuse_messages(text)
    imported = _IMPORT.fullmatch(text)
    if imported:
        return [imported[1].partition(".")[0]]  # "tensorflow.lite" is in tensorflow
    before = _INSTALLER.match(text)
    if before:
        words = list(_without_options(_split(text[before.end() :])))
        text = " ".join(words)
    spoken = text
    for pattern, instead in _AROUND:
        spoken = pattern.sub(instead, spoken)
    spoken = _SPOKEN_VERSION.sub(" ", spoken)
    for pattern, bound in _SPOKEN_BOUNDS:
        spoken = pattern.sub(bound, spoken)
    if _OR.search(spoken):
        raise UsageError(
            f"{shlex.quote(spoken)}: ask about one of them at a time, or for auto, which takes "
            "the runtime that fits"
        )
    against = _AGAINST.search(spoken)
    if against:
        raise UsageError(
            f"{shlex.quote(spoken)}: {against[1]!r} is no part of a requirement; name only the "
            "packages that are wanted"
        )
    _refuse_places(spoken)
    if spoken != text:
        words = [spoken] if len(words) == 1 else spoken.split()
    return [_MODULES.sub(r"\1", part) for word in words for part in _parts(word)]


def without_options(words: Sequence[str]) -> list[str]:
    """A command that was written for an installer, without the options, which are that one's; any
    other words as they are."""
    text = " ".join(words)
    before = _INSTALLER.match(text)
    if before is None:
        return list(words)
    said = [word for word in before[0].split() if not re.match(r"-|python[\d.]*$", word)]
    return [*said, *_without_options(_split(text[before.end() :]))]


def refuse_messages(text: str) -> None:
    """UsageError for the words of an error message."""
    if _MESSAGE.search(text):
        raise UsageError(
            "that is what a failed command printed: save all of it in a file, and ask "
            "pidoctor triage FILE for the cause"
        )


def _through(version: str) -> str:
    """The bound of "up to 2.15", which every 2.15.x satisfies."""
    numbers = version.split(".")
    if len(numbers) > 2:
        return f"<={version}"
    return "<" + ".".join((*numbers[:-1], str(int(numbers[-1]) + 1)))


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:  # an odd quote
        return text.split()


def _without_options(words: Sequence[str]) -> Iterator[str]:
    valued = ""
    for word in words:
        if valued:
            if valued in ("-r", "--requirement"):
                raise UsageError(f"{word!r} is a file of requirements: name it with -r")
            valued = ""
        elif word.partition("=")[0] in INDEX_OPTIONS:
            raise UsageError(f"{word}: {OTHER_INDEX}")
        elif word.startswith("-"):
            valued = word if _VALUED.fullmatch(word) else ""
        else:
            yield word


def _parts(word: str) -> Iterator[str]:
    """The requirements of one word; several in quotes are joined by a comma or "and"."""
    word = word.strip().rstrip(",")
    quoted = _QUOTED.fullmatch(word)
    word = quoted[2].strip() if quoted else word
    if ";" in word or "://" in word:
        yield word
        return
    found = word.split() if _LINE.fullmatch(word) else _AND.split(word)  # "numpy<2 tensorflow"
    parts = (part.strip(" ,") for part in found)
    yield from (part for part in parts if part and part.lower() not in _JOINING)


def _refuse_places(text: str) -> None:
    """UsageError for a Python or a machine among the words, with the option that takes it."""
    if ";" in text or "://" in text:
        return
    python = _PYTHON.search(text)
    if python and not text.lower().startswith("python"):
        raise UsageError(
            f"the Python has an option of its own: {shlex.quote(text[: python.start()])} --python "
            f"{python[1]}, or for another machine --target pi4/py{python[1]}"
        )
    place = _PLACE.search(text)
    if place:
        raise UsageError(
            f"the machine has an option of its own: {shlex.quote(text[: place.start()])} "
            f"--target {shlex.quote(place[1].strip())}"
        )
