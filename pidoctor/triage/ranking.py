"""The resolver as the judge: why could the machine a log tells of not get what it asked for?

The log often leaves out the Python or the architecture. Then every machine it could have been is
asked about, and the causes that come out are all named; one that comes out everywhere is certain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from packaging.specifiers import SpecifierSet

from pidoctor.catalog.location import open_index
from pidoctor.catalog.pythons import offered_pythons, released_by
from pidoctor.catalog.relations import load_relations
from pidoctor.catalog.wheels import Wheel, WheelsIndex
from pidoctor.platforms.versions import dotted, numbers_of
from pidoctor.resolve.compatibility import judge as judge_wheel
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import Reason, Rejected
from pidoctor.triage.likely_cause import LIKELY, OPEN, SURE, LikelyCause
from pidoctor.triage.log_facts import Facts, plain_name
from pidoctor.triage.nothing_found import PYTHON, runs_pip, specifier_of
from pidoctor.triage.published import published

OLDEST_INDEXED = (3, 9)
"""The index says nothing of wheels for older Pythons."""

ARCHITECTURES = ("aarch64", "armv7l")
"""What boards have, where the log does not say."""

NEW_GLIBC = (2, 41)
"""Assumed where the log does not say: an old one is the rarer case."""

CAUSES: Mapping[Reason, str] = {
    Reason.ARCHITECTURE: "no-wheel-for-arch",
    Reason.BITNESS: "no-wheel-for-32bit-os",
    Reason.PYTHON: "no-wheel-for-python",
    Reason.ABI: "no-wheel-for-python",
    Reason.LIBC: "no-wheel-for-musl",
    Reason.GLIBC_TAG: "no-wheel-for-glibc",
}
"""The resolver's reasons that make an installer see nothing."""

_ORDER = (
    "32bit-userland-on-64bit-kernel",
    PYTHON,
    "no-wheel-for-32bit-os",
    "no-wheel-for-arch",
    "no-wheel-for-glibc",
    "no-wheel-for-musl",
)


def judge(asked: str, facts: Facts) -> list[LikelyCause]:
    """Possible causes why the machine of `facts` found nothing for `asked`, likeliest first.

    Empty where the wheels index does not know the package or nothing stands against it.
    """
    project = _index().project(plain_name(asked))
    python = facts.version("python")
    if project is None or not project.wheels or (python and python < OLDEST_INDEXED):
        return []
    if "python_before" in facts.values or not _pythons(facts):
        return []  # older than the index
    if facts.get("libc") == "musl" and not any("musllinux" in w.filename for w in project.wheels):
        text = f"{plain_name(asked)} has no build for musl, the C library of Alpine."
        return [LikelyCause("no-wheel-for-musl", SURE, text)]
    wanted = specifier_of(asked)
    wheels = _matching(project.wheels, wanted) or project.wheels
    misses = list(_misses(wheels, facts))
    causes = {cause: detail for cause, detail in misses if cause}
    runs = len(causes) < len({*causes, *(cause for cause, _ in misses)})
    if wheels is project.wheels and wanted is not None and (runs or not causes):
        text = f"No build of {plain_name(asked)} in version {wanted} exists for these boards."
        return [LikelyCause("requested-version-unavailable", LIKELY, text)]
    if PYTHON in causes and python and not runs:
        return [LikelyCause(PYTHON, SURE, causes[PYTHON])]  # whatever the architecture is
    confidence = OPEN if runs or len(causes) > 1 else SURE
    if runs and len(causes) == 1 and _only_kernel_is_known(facts):
        # With a 64-bit Python something would have been found: the message itself rules it out.
        confidence = LIKELY
    return [LikelyCause(cause, confidence, causes[cause]) for cause in _ORDER if cause in causes]


@lru_cache(maxsize=1)
def _index() -> WheelsIndex:
    """The index that every command answers from: the user's own where that is newer."""
    return open_index()


def _matching(wheels: tuple[Wheel, ...], wanted: SpecifierSet | None) -> tuple[Wheel, ...]:
    if wanted is None:
        return wheels
    return tuple(wheel for wheel in wheels if wanted.contains(wheel.version, prereleases=True))


def _misses(wheels: tuple[Wheel, ...], facts: Facts) -> Iterator[tuple[str, str]]:
    """For each machine it could be: the cause and its words, both empty where a wheel runs."""
    for machine in _machines(facts):
        verdicts = [judge_wheel(wheel, machine) for wheel in wheels]
        misses = [v for v in verdicts if isinstance(v, Rejected) and v.reason in CAUSES]
        if len(misses) < len(verdicts):
            yield "", ""
        else:
            nearest = max(misses, key=lambda miss: (miss.reason.nearness, -miss.distance))
            cause = _cause(nearest, machine, wheels)
            yield cause, _words(cause, wheels, facts)


def _words(cause: str, wheels: tuple[Wheel, ...], facts: Facts) -> str:
    """What is known of the wheels, and of the machine as far as the log or the caller shows it."""
    name, python, arch = wheels[0].name, facts.version("python")[:2], facts.get("arch")
    if cause == PYTHON:
        tags = re.findall(r"-cp3(\d+)-", " ".join(wheel.filename for wheel in wheels))
        known = published().get(plain_name(name))
        minors = {int(minor) for minor in tags} | {s[1] for s in (known.widest if known else ())}
        has = f"{name} has wheels for Python 3.{min(minors)} to 3.{max(minors)}" if minors else name
        here = f"the Python is {'.'.join(map(str, python))}" if python else ""
        return f"{has}; {here or 'the log does not show which Python this is'}."
    if cause == "no-wheel-for-32bit-os":
        here = "this Python is 32-bit" if arch.startswith("armv") else ""
        return f"{here.capitalize()}." if here else "Whether it is, the log does not show."
    if cause == "no-wheel-for-arch" and arch:
        return f"{name} has no wheel for {arch}."
    if cause == "no-wheel-for-glibc" and facts.get("glibc"):
        return f"This system has glibc {facts.get('glibc')}."
    return ""


def bad_pairs(facts: Facts) -> Iterator[tuple[str, int, str]]:
    """Installed pairs that a wheel's files rule out: trouble, line of the log, sentence.

    pip takes the pair, and its own check finds nothing: a wheel's metadata does not say which NumPy
    it was compiled for.
    """
    numpy = facts.versions.get("numpy")
    if numpy is None:
        return
    for name, (version, line) in facts.versions.items():
        project = _index().project(name)
        for wheel in project.wheels if project else ():
            api = wheel.evidence.numpy_api if wheel.evidence else None
            if api and str(wheel.version) == version:
                bound = load_relations().numpy_bound(api.abi, api.feature)
                if not bound.contains(numpy[0], prereleases=True):
                    old = api.abi == 1 and not numpy[0].startswith(("0", "1."))
                    trouble = "numpy2-abi-mismatch" if old else "numpy-api-version-mismatch"
                    text = f"{name} {version} needs numpy{bound}, and numpy {numpy[0]} is there."
                    yield trouble, max(line, numpy[1]), text
                break


def _cause(miss: Rejected, machine: Machine, wheels: tuple[Wheel, ...]) -> str:
    if miss.reason not in (Reason.BITNESS, Reason.ARCHITECTURE):
        return CAUSES[miss.reason]
    if machine.architecture == "armv7l" and machine.kernel_machine == "aarch64":
        return "32bit-userland-on-64bit-kernel"
    only_64 = not any("armv7l" in wheel.filename for wheel in wheels)
    if machine.architecture == "armv7l" and only_64:  # armv6l has no 64-bit system to change to
        return "no-wheel-for-32bit-os"
    return CAUSES[miss.reason]


def _only_kernel_is_known(facts: Facts) -> bool:
    """The log shows a 64-bit kernel (uname), and nothing of the Python that runs on it."""
    return facts.get("kernel") == "aarch64" == facts.get("arch") and "arch" not in facts.lines


def _pythons(facts: Facts) -> list[str]:
    """The Pythons that it could have been, by the log's own dates and pip; the Python it shows."""
    python = facts.version("python")[:2]
    if len(python) == 2:
        return [dotted(python)]
    pip, month = facts.version("pip"), facts.version("month")
    known = released_by(month[0]) if month else offered_pythons()
    return [p for p in known if not pip or runs_pip(numbers_of(p), pip)]


def _machines(facts: Facts) -> Iterator[Machine]:
    """Every machine that agrees with the facts."""
    arch = facts.get("arch")
    known = arch and not _only_kernel_is_known(facts)
    for version in _pythons(facts):
        for architecture in [arch] if known else ARCHITECTURES:
            yield Machine(
                python=version,
                abi="cp" + version.replace(".", ""),
                implementation="cpython",
                architecture=architecture,
                kernel_machine=facts.get("kernel") or architecture,
                float_abi="hard" if architecture.startswith("arm") else None,
                libc=facts.get("libc") or "glibc",
                libc_version=facts.version("glibc") or NEW_GLIBC,
                glibcxx=None,
                page_size=None,
                cpu_features=None,
                memory=None,
                os_flavour="",
                codename="",
                system_python=False,
                packages=(),
                piwheels=bool(facts.get("index")),
            )
