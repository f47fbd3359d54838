"""The resolver as the judge: why could the machine a log tells of not get what it asked for?

The log often leaves out the Python or the architecture. Then every machine it could have been is
asked about, and the causes that come out are all named; one that comes out everywhere is certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from packaging.specifiers import SpecifierSet

from pidoctor.catalog.wheels import Wheel, WheelsIndex, shipped_index
from pidoctor.profile.variation import PYTHONS
from pidoctor.resolve.compatibility import judge as judge_wheel
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.verdict import Reason, Rejected
from pidoctor.triage.log_facts import Facts, plain_name
from pidoctor.triage.nothing_found import LIKELY, OPEN, SURE, Verdict, specifier_of

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

PYTHON = "no-wheel-for-python"
_ORDER = (
    "32bit-userland-on-64bit-kernel",
    PYTHON,
    "no-wheel-for-32bit-os",
    "no-wheel-for-arch",
    "no-wheel-for-glibc",
    "no-wheel-for-musl",
)


def judge(asked: str, facts: Facts) -> list[Verdict]:
    """Possible causes why the machine of `facts` found nothing for `asked`, likeliest first.

    Empty where the wheels index does not know the package or nothing stands against it.
    """
    project = _index().project(plain_name(asked))
    python = facts.version("python")
    if project is None or not project.wheels or (python and python < OLDEST_INDEXED):
        return []
    if facts.get("libc") == "musl" and not any("musllinux" in w.filename for w in project.wheels):
        text = f"{plain_name(asked)} has no build for musl, the C library of Alpine."
        return [Verdict("no-wheel-for-musl", SURE, text)]
    wanted = specifier_of(asked)
    wheels = _matching(project.wheels, wanted) or project.wheels
    misses = list(_misses(wheels, facts))
    causes = {cause: detail for cause, detail in misses if cause}
    runs = len(causes) < len({*causes, *(cause for cause, _ in misses)})
    if wheels is project.wheels and wanted is not None and (runs or not causes):
        text = f"No build of {plain_name(asked)} in version {wanted} exists for these boards."
        return [Verdict("requested-version-unavailable", LIKELY, text)]
    if PYTHON in causes and python and not runs:
        return [Verdict(PYTHON, SURE, causes[PYTHON])]  # whatever the architecture is
    confidence = OPEN if runs or len(causes) > 1 else SURE
    if runs and len(causes) == 1 and _only_kernel_is_known(facts):
        # With a 64-bit Python something would have been found: the message itself rules it out.
        confidence = LIKELY
    return [Verdict(cause, confidence, causes[cause]) for cause in _ORDER if cause in causes]


@lru_cache(maxsize=1)
def _index() -> WheelsIndex:
    return WheelsIndex(shipped_index())


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
            yield _cause(nearest, machine, wheels), f"The nearest build is {nearest.detail}."


def _cause(miss: Rejected, machine: Machine, wheels: tuple[Wheel, ...]) -> str:
    if miss.reason not in (Reason.BITNESS, Reason.ARCHITECTURE):
        return CAUSES[miss.reason]
    if machine.architecture == "armv7l" and machine.kernel_machine == "aarch64":
        return "32bit-userland-on-64bit-kernel"
    only_64 = not any("armv7l" in wheel.filename for wheel in wheels)
    if machine.architecture.startswith("armv") and only_64:
        return "no-wheel-for-32bit-os"
    return CAUSES[miss.reason]


def _only_kernel_is_known(facts: Facts) -> bool:
    """The log shows a 64-bit kernel (uname), and nothing of the Python that runs on it."""
    return facts.get("kernel") == "aarch64" == facts.get("arch") and "arch" not in facts.lines


def _machines(facts: Facts) -> Iterator[Machine]:
    """Every machine that agrees with the facts."""
    python, arch = facts.version("python")[:2], facts.get("arch")
    known = arch and not _only_kernel_is_known(facts)
    for version in [".".join(map(str, python))] if len(python) == 2 else PYTHONS:
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
                disk_free=None,
                os_id="",
                os_flavour="",
                codename="",
                system_python=False,
                packages=(),
                piwheels=bool(facts.get("index")),
            )
