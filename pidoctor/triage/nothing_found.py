"""Why an installer found nothing: one message, half a dozen causes, decided by the log's facts.

The message itself gives the requirement and the versions on offer. The rest of the picture comes
from the log: Python, architecture, pip, glibc. What the facts leave open stays open: then more than
one cause is named, each with less confidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from pidoctor.catalog.import_names import import_name
from pidoctor.catalog.pythons import offered_pythons
from pidoctor.expressions import expression
from pidoctor.platforms.pep440 import version_of
from pidoctor.platforms.versions import Version as Numbers
from pidoctor.platforms.versions import dotted, numbers_of
from pidoctor.triage.likely_cause import FAINT, LIKELY, OPEN, SPELLING, SURE, Judge, LikelyCause
from pidoctor.triage.log_facts import Facts, first_package, plain_name
from pidoctor.triage.published import Published, looks_like_apt, misspelled, published

_REQUIRES = expression(r"(\d[\w.]*) Requires-Python ([^;]+)")

_FIRST_PIP: Mapping[Numbers, Numbers] = {
    (3, 10): (21, 2),
    (3, 11): (22, 3),
    (3, 12): (23, 2),
    (3, 13): (24, 2),
    (3, 14): (25, 2),
}
"""The pip that a Python brings with it (ensurepip): an older one is not seen with it."""


OLDEST_ON_PI = (3, 7)
"""The Python of Raspberry Pi OS 10 (Buster), the oldest release that is still met."""


OLDEST_TAKEN = (3, 8)
"""The oldest Python that packages without a known reason still take more often than not."""


def runs_pip(python: Numbers, pip: Numbers) -> bool:
    """Whether a Python may have had a pip of this version."""
    return pip >= _FIRST_PIP.get(python[:2], (0,))


PYTHON = "no-wheel-for-python"
GUESSES = frozenset({PYTHON, "no-wheel-for-32bit-os"})
"""What is guessed where the log shows neither the Python nor the processor."""


def decide(
    groups: Mapping[str, str], facts: Facts, ignored: str, judge: Judge | None
) -> list[LikelyCause]:
    """Possible causes, likeliest first.

    `groups` may hold `requirement` and `versions` from the message; `ignored` is the text of an
    "Ignored the following versions" line, if there is one.
    """
    found = _decide(groups, facts, ignored, judge)
    only_guesses = {cause.cause for cause in found} <= GUESSES
    if not found or not only_guesses or facts.get("arch") or found[0].confidence > LIKELY - 0.1:
        return found
    text = "Or it has none for this processor, such as that of a Raspberry Pi Zero or 1 (armv6l)."
    return [*found, LikelyCause("no-wheel-for-arch", FAINT - 0.05, text)]


def _python_2(facts: Facts) -> list[LikelyCause]:
    """The installer is one of Python 2: it is shown, or it is an old one that is called pip."""
    called_pip = facts.get("plain_pip") and () < facts.version("pip") < (19, 2)
    if facts.version("python")[:1] != (2,) and not called_pip:
        return []
    text = "This pip is one of Python 2, which hardly any package takes since 2020."
    return [LikelyCause("python-too-old", OPEN + 0.1, text)]


def _decide(
    groups: Mapping[str, str], facts: Facts, ignored: str, judge: Judge | None
) -> list[LikelyCause]:
    asked = groups.get("requirement", "").rstrip(".,`'\"") or first_package(facts.requirements)
    if not asked:
        return [
            LikelyCause("no-wheel-for-python", FAINT, "The log does not show what was asked for.")
        ]
    offered = _offered(groups.get("versions"))
    if offered:
        return _version_missing(asked, offered, facts, ignored)
    verdict = _by_requires_python(asked, ignored, facts)
    if verdict is not None:
        return [verdict]
    name = plain_name(asked)
    known = published().get(name)
    early = _too_early(known, facts) or _before_source(known, asked, groups, facts) if known else []
    if early:
        return early
    if judge is not None and not facts.get("mac"):
        # An empty list of versions speaks of the package, not of the version asked for.
        judged = list(judge(name if "versions" in groups else asked, facts))
        if judged:
            return _with_python(judged)
    if groups.get("locked"):
        return (_certain(name, known, facts) if known else []) or _locked(asked, facts)
    text = f"{asked} asks for one version; another may be there."
    pin = LikelyCause("requested-version-unavailable", OPEN + 0.05, text)
    pinned = [pin] if "versions" not in groups and specifier_of(asked) else []
    if known is None or known.elsewhere:
        return [*_python_2(facts), *pinned, *_unknown_name(name, facts)]
    certain = _certain(name, known, facts) or _fits(name, known, facts)
    return certain or [*pinned, *_guess(name, known, facts)]


def _too_early(known: Published, facts: Facts) -> list[LikelyCause]:
    """The log is of a time without wheels for this processor, or for this Python, yet."""
    when = facts.version("month") or facts.version("kernel_year")
    arch, python = facts.get("arch"), facts.version("python")[:2]
    boards = [name for name in known.arches if name != "x86_64"] if _on_arm(facts) else []
    arches = [arch] if arch else boards
    if not when or known.source:
        return []
    if python and not known.widest[0] <= python <= known.widest[1]:
        return []  # no other time would help
    places = {"no-wheel-for-arch": (" or ".join(arches), min(map(known.first, arches), default=()))}
    if ("aarch64" in arches or not arch) and python in known.months:
        places["no-wheel-for-python"] = f"Python {dotted(python)}", known.months[python]
    for cause, (place, came) in places.items():
        if came > when and came[: len(when)] != when:
            text = f"The log is of {_month(when)} or before; the first wheels of {known.name}"
            text = f"{text} for {place} came in {_month(came)}: it may work today."
            return [LikelyCause(cause, LIKELY, text)]
    return []


def _before_source(
    known: Published, asked: str, groups: Mapping[str, str], facts: Facts
) -> list[LikelyCause]:
    """Not even the source was found: the log is older than that, or its Python is too old."""
    found = "versions" in groups or specifier_of(asked) is None
    pure = known.elsewhere or not known.arches or "any" in known.arches
    shown = facts.get("mirror") or (facts.get("arch") and facts.get("python"))
    if pure or shown or not known.source or not found or groups.get("locked"):
        return []
    text = f"Today {known.name} can at least be built from source; this log finds not even that."
    python = LikelyCause("no-wheel-for-python", OPEN, "Or this Python is too old for it.")
    return [LikelyCause("no-wheel-for-arch", OPEN + 0.05, text), python]


def _month(when: Numbers) -> str:
    return "-".join(f"{number:02}" for number in when)


def _with_python(judged: list[LikelyCause]) -> list[LikelyCause]:
    """Where it is only a guess, the commonest cause is a guess too."""
    if judged[0].confidence > OPEN or any(v.cause == "no-wheel-for-python" for v in judged):
        return judged
    text = "Or the version asked for has builds for other Pythons only."
    return [*judged, LikelyCause("no-wheel-for-python", FAINT, text)]


def _offered(versions: str | None) -> tuple[str, ...]:
    words = re.split(r"[,\s]+", (versions or "").strip())
    return tuple(word for word in words if word and word != "none" and word[0].isdigit())


def _parsed(texts: tuple[str, ...]) -> list[Version]:
    return [*filter(None, map(version_of, texts))]


def specifier_of(asked: str) -> SpecifierSet | None:
    """The version part of a requirement; None without one, or if it is malformed."""
    found = re.search(r"[<>=!~].*", asked)
    if found is None:
        return None
    try:
        return SpecifierSet(found.group().strip("\"' "), prereleases=True)
    except InvalidSpecifier:
        return None


def _version_missing(
    asked: str, offered: tuple[str, ...], facts: Facts, ignored: str
) -> list[LikelyCause]:
    """Others are on offer, the asked one is not."""
    verdict = _by_requires_python(asked, ignored, facts)
    if verdict is not None and specifier_of(asked) is not None:
        return [verdict]
    versions, wanted = _parsed(offered), specifier_of(asked)
    known = published().get(plain_name(asked))
    newest = max(versions) if versions else None
    pip = facts.version("pip")
    text = f"{len(offered)} versions are on offer, up to {newest}, and {asked} is not among them."
    newer = wanted is not None and newest is not None and _asks_newer(wanted, newest)
    missing = LikelyCause("requested-version-unavailable", LIKELY if newer else SURE, text)
    if newer and _python_2(facts):
        return [*_python_2(facts), replace(missing, confidence=OPEN)]
    if not newer or not known or known.source:
        return [missing]
    python = [each for each in _certain(known.name, known, facts) if each.cause == PYTHON]
    instead = [replace(each, confidence=LIKELY) for each in python]  # older versions do run here
    if pip and known.pip and pip < known.pip:
        old = f"{text} pip {facts.get('pip')} cannot see newer wheels."
        also = [replace(each, confidence=FAINT) for each in python]
        instead = [LikelyCause("pip-too-old", LIKELY, old), *also]
    return [*instead, replace(missing, confidence=FAINT)] if instead else [missing]


def _asks_newer(wanted: SpecifierSet, newest: Version) -> bool:
    bounds = [
        part.version.rstrip(".*")
        for part in wanted
        if part.operator in ("==", ">=", "~=", ">", "===")
    ]
    return any(bound > newest for bound in _parsed(tuple(bounds)))


def _by_requires_python(asked: str, ignored: str, facts: Facts) -> LikelyCause | None:
    """The installer said which versions it left out for their Requires-Python."""
    wanted, left_out = specifier_of(asked), _REQUIRES.findall(ignored)
    for version, bounds in left_out:
        parsed = _parsed((version,))
        if wanted is None or not parsed or not wanted.contains(parsed[0], prereleases=True):
            continue
        return requires_python({"bounds": bounds.strip()}, facts, [b for _, b in left_out])[0]
    return None


def _could_be(bounds: Sequence[str]) -> Version:
    """The newest Python that none of these Requires-Python admit; pip lists them from 3.7 on."""
    for minor in range(14, 6, -1):
        try:
            if not any(SpecifierSet(b).contains(f"3.{minor}.5") for b in set(bounds)):
                return Version(f"3.{minor}")
        except InvalidSpecifier:
            break
    return Version("0")


def requires_python(
    groups: Mapping[str, str], facts: Facts, left_out: Sequence[str] = ()
) -> list[LikelyCause]:
    """The tool refused by Requires-Python: too old, or too new?

    ``left_out`` are the bounds of all versions that were left out, which tell it where the log does
    not show the Python.
    """
    bounds, python = groups.get("bounds", ""), groups.get("python") or facts.get("python")
    text = f"It needs Python {bounds}" + (f", and this is {python}." if python else ".")
    upper = re.search(r"<=?\s*(\d\.\d{1,2})", bounds)
    at = numbers_of(python)[:2] if python else _could_be(left_out).release[:2]
    new = upper is not None and (at >= numbers_of(upper[1]) if at > (0,) else ">" not in bounds)
    return [LikelyCause("python-too-new" if new else "python-too-old", SURE, text)]


def _unknown_name(name: str, facts: Facts) -> list[LikelyCause]:
    """A name that we do not know may well exist: only the log or an index can say that it does not.

    A slip of the fingers in a well-known name is likely one, and so is the name of a module. On an
    ARM board the commonest reason is that there are only wheels for other processors.
    """
    similar = misspelled(name)
    if similar:
        text = f"We do not know a package {name}; did you mean {similar}?"
        return [LikelyCause("unknown-package-name", SPELLING, text)]
    other = "looks like a name of apt's, not of pip's" if looks_like_apt(name) else ""
    other = other or import_name(name)
    if other:
        return [LikelyCause("unknown-package-name", LIKELY, f"{name}: {other}.")]
    text = f"We do not know the package {name}, and the log does not say why nothing fits."
    pythons = f"{text} If there is one, look for its wheels."
    wrong = LikelyCause("unknown-package-name", OPEN, f"{text} If there is none, it is wrong.")
    found = [
        LikelyCause("no-wheel-for-arch", OPEN + 0.05, pythons),
        wrong,
        LikelyCause("no-wheel-for-python", OPEN - 0.05, pythons),
    ]
    python = facts.version("python")[:2]
    if python and python < OLDEST_TAKEN and not facts.get("arch") and not facts.get("mac"):
        old = (
            f"{text} Most packages ask for a newer Python than {dotted(python)}, and pip is silent."
        )
        return [LikelyCause("python-too-old", OPEN + 0.08, old), found[0], wrong]
    return found[facts.get("arch") == "x86_64" :]


def _locked(asked: str, facts: Facts) -> list[LikelyCause]:
    """A version that a lock file has: it exists, and has no file that this machine can use."""
    text = f"The lock file has this version of {asked}; it has no file for this machine."
    python = LikelyCause("no-wheel-for-python", OPEN, text)
    likelier = 0.1 if _on_arm(facts) or facts.get("mac") else -0.05
    arch = LikelyCause("no-wheel-for-arch", OPEN + likelier, text)
    return [arch, python] if likelier > 0 else [python, arch]


def _on_arm(facts: Facts) -> bool:
    """Whether anything in the log is of an ARM board."""
    shown = any(facts.get(name) for name in ("index", "board", "pi"))
    return shown or facts.get("arch") not in ("", "x86_64")


def _certain(name: str, known: Published, facts: Facts) -> list[LikelyCause]:
    """What the facts alone decide."""
    arch, python, pip = facts.get("arch"), facts.version("python")[:2], facts.version("pip")
    if facts.get("libc") == "musl" and not known.source:
        return [LikelyCause("no-wheel-for-musl", SURE, f"{name} has no wheel for musl.")]
    if arch and known.pythons(arch) is None and not known.source:
        return [_wrong_arch(name, arch, known, facts)]
    span = known.pythons(arch) if arch else (known.widest if known.arches else None)
    if python and span and not known.source and not span[0] <= python <= span[1]:
        end = f"up to Python {dotted(span[1])}"
        which = end if python > span[1] else f"from Python {dotted(span[0])}"
        text = f"{name} has wheels {which}; this is {dotted(python)}."
        return [LikelyCause("no-wheel-for-python", SURE, text)]
    if pip and known.pip and pip < known.pip and (arch or python) and runs_pip(python, pip):
        text = f"pip {facts.get('pip')} cannot see {name}'s wheels; {dotted(known.pip)} can."
        other = LikelyCause("no-wheel-for-python", FAINT, "Or that version has none for it.")
        return [LikelyCause("pip-too-old", LIKELY, text), other]
    glibc = facts.version("glibc")
    if glibc and known.glibc and glibc < known.glibc:
        text = f"{name} wants glibc {dotted(known.glibc)}; this system has {facts.get('glibc')}."
        return [LikelyCause("no-wheel-for-glibc", LIKELY, text)]
    return []


def _fits(name: str, known: Published, facts: Facts) -> list[LikelyCause]:
    """Nothing stands against this machine: then another Python asked, or another index answered."""
    arch, python = facts.get("arch"), facts.version("python")[:2]
    if not arch or not python or known.pythons(arch) is None:
        return []
    text = f"{name} has a wheel for Python {dotted(python)} on {arch}"
    likelier = 0.1 if facts.get("mirror") else -0.05
    found = [
        LikelyCause("wrong-interpreter", OPEN, f"{text}, so the pip that failed is another's."),
        LikelyCause("not-on-this-index", OPEN + likelier, f"{text}: the index asked may lack it."),
    ]
    if facts.lines.get("python", 0) == 0 or arch == "x86_64" or facts.get("month"):
        return found
    came = known.months.get(python) if arch == "aarch64" else None
    older = "python" if came and came != known.first(arch) else "arch"
    then = f"{text} since {_month(came)}" if came else text
    then = f"{then}; an older log found none."
    return [LikelyCause(f"no-wheel-for-{older}", OPEN + 0.05, then), *found]


def _wrong_arch(name: str, arch: str, known: Published, facts: Facts) -> LikelyCause:
    if arch == "armv7l" and known.pythons("aarch64"):
        if facts.get("kernel") == "aarch64":
            text = (
                f"The kernel is 64-bit, the system above it 32-bit; {name} has 64-bit wheels only."
            )
            return LikelyCause("32bit-userland-on-64bit-kernel", LIKELY, text)
        text = f"{name} has no wheel for 32-bit ARM, only 64-bit ones."
        return LikelyCause("no-wheel-for-32bit-os", SURE, text)
    return LikelyCause("no-wheel-for-arch", SURE, f"{name} has no wheel for {arch}.")


def _guess(name: str, known: Published, facts: Facts) -> list[LikelyCause]:
    """The deciding fact is not in the log: name what is possible."""
    if facts.get("mac"):
        text = f"{name} may have no wheel for this kind of Mac,"
        likelier = 0.05 if known.arches else -0.05  # without any for Linux it is one for Macs
        mac = LikelyCause("no-wheel-for-arch", OPEN + likelier, f"{text} or its macOS.")
        python = LikelyCause(PYTHON, OPEN, f"{text} or none for this Python.")
        return [mac, python] if known.arches else [python, mac]
    if known.source and "any" in known.arches:
        return _pure(name, known, facts)
    arm = [arch for arch in known.arches if arch != "x86_64"]
    before = facts.version("python_before")
    if before and arm and not known.source and known.pythons(arm[0])[0] >= before:  # type: ignore[index]
        text = f"The installer is an old one, of a system without Python {dotted(before)} or newer."
        return [LikelyCause("no-wheel-for-python", LIKELY, text)]
    if not facts.get("arch") and not arm and not known.source:
        text = f"{name} has wheels for x86-64 processors only, none for ARM."
        text = text if known.arches else f"{name} has no wheel for Linux at all."
        return [LikelyCause("no-wheel-for-arch", LIKELY, text)]
    some = " to ".join(map(dotted, known.widest)) if known.arches else "in some versions"
    python = LikelyCause(PYTHON, OPEN, f"{name} has wheels for Python {some} only.")
    if not facts.get("arch") and not known.pythons("armv7l"):
        likelier = 0.1 if facts.version("python") else 0.05 if _had_python(known, facts) else -0.05
        text = (
            f"{name} has 64-bit wheels only; the log does not show whether this system is 64-bit."
        )
        return [LikelyCause("no-wheel-for-32bit-os", OPEN + likelier, text), python]
    return [python]


def _pure(name: str, known: Published, facts: Facts) -> list[LikelyCause]:
    """A package for any processor, published as source too: pip leaves out what its Python bars."""
    text = f"{name} runs on any processor; pip is silent about versions for other Pythons."
    where = f" {facts.get('mirror')}" if facts.get("mirror") else ""
    absent = f"{name} is a package of the public index; the one asked{where} may lack it."
    python = facts.version("python")[:2]
    new = bool(python) and python >= known.arches["any"][0]
    old = LikelyCause("python-too-old", FAINT if new else OPEN, text)
    index = LikelyCause("not-on-this-index", OPEN + (0.1 if where else -0.05), absent)
    return [index, old] if where or new else [old, index]


def _had_python(known: Published, facts: Facts) -> bool:
    """Whether there are wheels for every Python that a board with this pip can have had."""
    pip, span = facts.version("pip"), known.pythons("aarch64")
    pythons = [p for p in map(numbers_of, offered_pythons()) if not pip or runs_pip(p, pip)]
    return span is not None and span[0] <= OLDEST_ON_PI and max(pythons, default=()) <= span[1]
