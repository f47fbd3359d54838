"""Why a wheel file is refused: its Python tag, its platform tag, or the spelling of its name."""

from __future__ import annotations

from pidoctor.expressions import expression
from pidoctor.platforms.versions import dotted
from pidoctor.triage.likely_cause import LIKELY, SURE, LikelyCause
from pidoctor.triage.log_facts import Facts
from pidoctor.triage.witnesses import witnesses

_NAME = expression(
    r"^(?P<name>[\w.]+)-(?P<version>[\w.+!]+)(?:-\d\w*)?-(?P<python>[\w.]+)-(?P<abi>[\w.]+)-(?P<platform>[\w.]+)\.whl$"
)
_PYTHON = expression(r"(?:^|\.)cp(\d)(\d{1,2})(?=\.|$)")
_PLATFORM = expression(
    r"^(?:any|win\w*|macosx_\w+|(?:many|musl)?linux\w*?_(?P<arch>aarch64|armv[678]l|x86_64|i686|ppc64le|s390x))$"
)


def decide(file: str, facts: Facts) -> list[LikelyCause]:
    """The cause behind "is not a supported wheel on this platform", with the reason."""
    file = file.rsplit("/", 1)[-1]
    parts = _NAME.match(file)
    python = dotted(facts.version("python")[:2])
    if parts is None:
        return [_refused(f"{file!r} is no wheel name: check the spelling.")]
    wanted = [f"{major}.{minor}" for major, minor in _PYTHON.findall(parts.group("python"))]
    told = f"for Python {' or '.join(wanted)}"
    if wanted and python and python not in wanted and "abi3" not in parts.group("abi"):
        return [_refused(f"The file is {told}; the Python is {python}.")]
    platforms = [_PLATFORM.match(p) for p in parts.group("platform").split(".")]
    if not any(platforms):
        return [
            _refused(
                f"{parts.group('platform')!r} is no platform: check the spelling (7l, not 71)."
            )
        ]
    arch = next((p.group("arch") for p in platforms if p and p.group("arch")), "")
    have = facts.get("arch")
    if arch and have and witnesses().architecture(arch) != have:
        return [_wrong_arch(arch, have, facts)]
    pip, oldest = facts.version("pip"), _oldest_pip(parts.group("platform"))
    if pip and pip < oldest:
        text = f"pip {facts.get('pip')} does not know this kind of wheel; {dotted(oldest)} does."
        return [LikelyCause("pip-too-old", SURE, text)]
    reason = f"It is {told}" if wanted else "Its Python fits"
    reason += f" and {arch}." if arch else "."
    return [
        _refused(f"{reason} Compare with this machine's: pip debug --verbose lists them.", LIKELY)
    ]


def _oldest_pip(platform: str) -> tuple[int, ...]:
    """The first pip that knows a platform tag, https://github.com/pypa/manylinux."""
    if "manylinux_2_" in platform and "manylinux2014" not in platform:
        return (20, 3)
    return (19, 3) if "manylinux2014" in platform else ()


def _wrong_arch(arch: str, have: str, facts: Facts) -> LikelyCause:
    if arch == "aarch64" and have == "armv7l" and facts.get("kernel") == "aarch64":
        text = "The kernel is 64-bit, but this system and its Python are 32-bit."
        return LikelyCause("32bit-userland-on-64bit-kernel", SURE, text)
    return _refused(f"The file is for {arch}; this system is {have}.")


def _refused(text: str, confidence: float = SURE) -> LikelyCause:
    return LikelyCause("wheel-not-supported-on-platform", confidence, text)
