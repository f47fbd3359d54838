"""Requirements as people write them, put as pip wants them: "TensorFlow 2.3", "tensorflow=2.3"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from pidoctor.errors import UsageError
from pidoctor.expressions import expression
from pidoctor.requirements.phrases import bare
from pidoctor.units import listed

# "2.3", "v2.16.1", "2.x", "2.3.*", "2.22.0rc0"
_VERSION = r"[vV]?(\d+(?:\.\d+)*(?:\.(?:\*|[xX]))?(?:(?:a|b|rc|\.?dev|\.?post)\d+)?)"
_ALONE = expression(_VERSION)
_BOUND = expression(r"(?:==|===|=>|=<|>=|<=|~=|!=|=|<|>)\s*[vV]?\d.*")
_LATEST = expression(r"(?:(?:\s|==?|@|:)\s*)?\(?\b(?:latest|newest|stable)\b\)?", re.IGNORECASE)
# A name, what stands between, a version; without anything between it must have a dot.
_NAMED = expression(
    r"([A-Za-z][A-Za-z0-9]*(?:[-_. ][A-Za-z]+[A-Za-z0-9]*)*?)"
    rf"(?:(?:\s*(?:=|@|:|-|_|\(|\s)\s*){_VERSION}|[vV]?(\d+\.(?:\d+|[xX])(?:\.\d+)*))\)?(?:=[\w.]+)?"
)
_IMAGE = expression(r"(?:(?:[\w.-]+/)*([a-z]+)/\1|([a-z]+)):([\d.]+|latest)?(-[a-z\d-]+)?")
_TURNED = (("=>", ">="), ("=<", "<="))
_PROJECT = expression(r"https?://[^/]*/(?:project|simple)/([\w.-]+?)(?:/(\d[\w.]*))?/?(?:#.*)?")
_REQUIREMENTS = "is a file of requirements: name it with -r"
_KERAS = "is a model before its conversion to .tflite: pidoctor help deploy"
_OTHER = "is another framework's model: export it as a .tflite file first, then: pidoctor model"
_HELP_FILES = {
    ".tflite": "is a model: pidoctor model {word}",
    **dict.fromkeys((".txt", ".toml", ".in", ".yml", ".yaml", ".cfg", ".lock"), _REQUIREMENTS),
    **dict.fromkeys((".keras", ".h5", ".hdf5", ".pb"), _KERAS),
    **dict.fromkeys((".onnx", ".pt", ".pth"), _OTHER),
    **dict.fromkeys(("setup.py", "pipfile"), _REQUIREMENTS),
    ".log": "is a log: pidoctor triage {word}",
    ".py": "is a program: name the packages that it imports",
    ".ipynb": "is a notebook: name the packages that it imports",
}


def respelled(words: Sequence[str]) -> list[str]:
    """``words`` as requirements that can be parsed; those that already can be are left as they are.

    A version or a bound that stands alone belongs to the name before it. Raises
    :class:`UsageError` for what is no requirement at all, with what to type instead.
    """
    found: list[str] = []
    for word in bare(words):
        _refuse_files(word)
        if _LATEST.fullmatch(word):
            continue
        if _BOUND.fullmatch(word) or _ALONE.fullmatch(word):
            if not found:
                raise UsageError(
                    f"{word!r} is a version; name the package too, as in tensorflow=={word}"
                )
            found[-1] = _with_version(found[-1], word)
        elif word:
            found.append(_one(word))
    return found


def meant(line: str) -> str:
    """What a line of a requirements file that cannot be parsed was meant to say; empty where that
    cannot be told."""
    if re.fullmatch(r"Package\s+Version(\s.*)?", line):
        return "this is what `pip list` shows; `pip freeze > FILE` writes a file of requirements"
    if re.match(r"(sudo\s+)?(apt(-get)?|conda|git|curl|wget|cd)\s", line):
        return "it is a command of the shell, not a package"
    if re.match(r"(<{7}|={7}|>{7})( |$)", line):
        return "git put it where two versions were merged: keep one of them"
    if line.startswith("```"):
        return "it is a mark of Markdown: take the line out"
    if re.search(r"\bin\s*\[", line):
        return "a marker has no lists: write each with ==, and `or` between them"
    try:
        found = [Requirement(word) for word in respelled(line.rstrip(",;").split())]
    except (UsageError, InvalidRequirement):
        return ""
    if len(found) > 1 and not all(item.specifier for item in found):
        return ""
    lines = listed([str(item) for item in found])
    return f"write a line each: {lines}" if len(found) > 1 else f"did you mean {lines}?"


def _refuse_files(word: str) -> None:
    path = PurePath(word.lower())
    told = _HELP_FILES.get(path.name) or _HELP_FILES.get(path.suffix)
    if told and not re.search(r"\s|://", word):
        raise UsageError(f"{word!r} {told.format(word=word)}")


def _with_version(name: str, word: str) -> str:
    alone = _ALONE.fullmatch(word)
    bound = f"=={_plain(alone[1])}" if alone else _bounds(word)
    separator = "," if re.search(r"[<>=~!]", name) else ""
    return f"{name}{separator}{bound}"


def _one(word: str) -> str:
    """One word, or several in quotes: "tensorflow v2.3"."""
    if word.lower().endswith((".whl", ".tar.gz", ".zip")):
        return _of_file(word)
    project = _PROJECT.fullmatch(word)
    if project:
        return project[1] + (f"=={project[2]}" if project[2] else "")
    if "://" in word:
        version = re.search(r"[@/]v?(\d+\.\d+(?:\.\d+)*)(?=$|[/#?])", word)
        raise UsageError(
            f"{word!r} is an address, and what is answered for is a released version: write one "
            f"such as tensorflow=={version[1] if version else '2.16.1'}"
        )
    if ";" in word.rstrip("; "):  # with a marker, which pip reads
        return word
    word = _of_image(word)
    word = _LATEST.sub("", word) if _LATEST.search(word) else word
    named = _NAMED.fullmatch(word)
    if named:
        return f"{_hyphened(named[1])}=={_plain(named[2] or named[3])}"
    name, bounds = _split(word)
    return f"{_hyphened(name)}{_bounds(bounds)}"


def _of_image(word: str) -> str:
    """The requirement that is in a container image: "tensorflow/tensorflow:2.15.0-gpu"."""
    image = _IMAGE.fullmatch(word)
    if image is None:
        return word.removeprefix("tensorflow/")
    name, tag = image[1] or image[2], image[3]
    return f"{name}=={tag}" if tag and tag != "latest" else name


def _of_file(word: str) -> str:
    """The requirement that a wheel or an archive of sources satisfies, by its file's name."""
    name = PurePath(word).name
    wheel = name.lower().endswith(".whl")
    try:
        project, version = (parse_wheel_filename if wheel else parse_sdist_filename)(name)[:2]
    except (InvalidWheelFilename, InvalidSdistFilename) as error:
        of = "a wheel" if wheel else "a package's sources"
        raise UsageError(f"{name!r} is not the name of {of} ({error})") from None
    return f"{project}=={version}"


def _split(word: str) -> tuple[str, str]:
    match = re.match(r"[^<>=~!^;@\[]*", word)
    name = match[0] if match else word
    return name, word[len(name) :]


def _hyphened(name: str) -> str:
    """Words of one name joined; "TensorFlow" stays as it is written, pip reads it as well."""
    return "-".join(name.split())


def _bounds(text: str) -> str:
    text = re.sub(r"^@\s*(?=[\^~<>=!])", "", text)  # "tensorflow@^2.16"
    for wrong, right in _TURNED:
        text = text.replace(wrong, right)
    text = re.sub(r"(?<![<>=~!])=(?!=)(?=\s*[vV]?\d)", "==", text)
    text = re.sub(r"([<>]=?\s*[\d.]*\d)\.[*xX]", r"\1", text)  # ">=2.5.*"
    text = re.sub(r"(?<=[\d*])\s+(?=[<>=~!])", ",", text.rstrip(" ;,"))
    text = re.sub(r"(?:\^|~(?!=))\s*\d+(?:\.\d+)*", _poetry_bound, text)
    return re.sub(r"(?<=\d)\.[xX]\b", ".*", text)


def _poetry_bound(match: re.Match[str]) -> str:
    from pidoctor.requirements.other_files import bound

    return bound(match[0])


def _plain(version: str) -> str:
    """A version as it is spoken: "2.16" is any 2.16.x (there was a 2.16.1, and no 2.16.0)."""
    version = re.sub(r"\.[xX]$", ".*", version)
    return f"{version}.*" if re.fullmatch(r"\d+(?:\.\d+)?", version) else version
