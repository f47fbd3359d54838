"""The operating system: word sizes, page size, C library, clock."""

from __future__ import annotations

from collections.abc import Container, Iterator

from pidoctor.catalog.systems import load_systems
from pidoctor.catalog.wheels import Wheel
from pidoctor.checks.case import Case
from pidoctor.checks.python import apt
from pidoctor.readiness.rights import apt_moved, rights_needed
from pidoctor.resolve.compatibility import required_libraries
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import listed, moment, pages

_COMMON_PAGE, _DAY = 4096, "%Y-%m-%d"
_KERNEL8 = "https://github.com/raspberrypi/bookworm-feedback/issues/107"
_KERNELS_64 = ("aarch64", "x86_64")


def mixed_word_sizes(case: Case) -> Iterator[Finding]:
    """A 32-bit Python under a 64-bit kernel: uname misleads everyone who reads it."""
    cpu, python = case.profile.cpu, case.profile.python
    if python.bits.value != 32 or cpu.machine.value not in _KERNELS_64:
        return
    architecture = python.architecture.or_else("32-bit")
    yield Finding(
        "32bit-userland-on-64bit-kernel",
        Severity.NOTE,
        f"The kernel is 64-bit ({cpu.machine.value}), but Python and the system around it "
        f"are 32-bit: only wheels for {architecture} work, whatever uname says.",
        f"{python.bits.source}: 32-bit; {cpu.machine.source}: {cpu.machine.value}",
        Remedy(
            "For 64-bit wheels, write the 64-bit image of the system to the card. "
            "arm_64bit in config.txt changes the kernel only."
        ),
        "https://github.com/raspberrypi/firmware/issues/1795",
    )


def other_libraries(case: Case, among: Container[str] | None = None) -> Iterator[Finding]:
    """Packages of the plan, or those of ``among`` only, that the system lacks a library for: OpenCV
    without libGL.so.1, as in images that are made without a desktop."""
    system, systems = case.profile.system, load_systems()
    packages = systems.packages_of(system.package_manager.or_else(""))
    lacks = system.lacks_other
    for pin in case.plan.pins if case.plan else ():
        needed = _needed(pin.wheel) if among is None or pin.name in among else ()
        missing = [it for it in lacks.or_else(systems.other_libraries) if it in needed]
        if not missing:
            continue
        names = dict.fromkeys(packages[soname] for soname in missing if soname in packages)
        where = system.name.or_else("the system")
        said = (
            f"{pin.name} {pin.version} cannot be imported as it is: it needs {listed(missing)}, "
            f"which {where} does not have."
        )
        if not lacks.is_known:
            said = (
                f"{pin.name} {pin.version} needs {listed(missing)}. Whether {where} has them "
                "is not known: images without a desktop (Lite, server) do not as a rule."
            )
        yield Finding(
            "missing-shared-library",
            Severity.ERROR if lacks.is_known else Severity.WARNING,
            said,
            f"{lacks.source}; the ELF files of the wheel",
            (apt(case, " ".join(names), "Install what it needs.") if names else None)
            or Remedy("Install the system's packages that have these files."),
        )


def _needed(wheel: Wheel | None) -> set[str]:
    """The libraries that the files of a wheel need from the system to be imported."""
    evidence = wheel.evidence if wheel else None
    libraries = required_libraries(evidence) if evidence else ()
    return {soname for library in libraries for soname in library.needed}


def large_pages(case: Case) -> Iterator[Finding]:
    """Kernels with 16 KiB pages, the default of a Raspberry Pi 5."""
    size = case.profile.system.page_size
    if size.value is None or size.value <= _COMMON_PAGE:
        return
    yield Finding(
        "page-size-16k",
        Severity.NOTE,
        f"The kernel uses memory pages of {pages(size.value)}; "
        "wheels that are laid out for 4 KiB do not load, and pidoctor picks none that it knows to "
        "be so.",
        size.source,
        link=_KERNEL8,
    )


def armv6(case: Case) -> Iterator[Finding]:
    """The first Raspberry Pi and the Zero: the package index has no wheel for ARMv6."""
    cpu, python = case.profile.cpu, case.profile.python
    if "armv6l" not in (cpu.machine.value, python.architecture.value):
        return
    yield Finding(
        "armv6",
        Severity.NOTE,
        "The board has an ARMv6 processor (Raspberry Pi 1, Zero or Zero W). "
        "The package index has no ARMv6 wheels; what piwheels has could not be checked.",
        f"{cpu.machine.source}: {cpu.machine.or_else(python.architecture.or_else(''))}",
    )


def musl(case: Case) -> Iterator[Finding]:
    """Alpine and its like: wheels tagged manylinux need glibc."""
    libc = case.profile.system.libc
    if libc.value == "musl":
        yield Finding(
            "musl",
            Severity.NOTE,
            "The system's C library is musl; the wheels of every runtime are built for glibc, "
            "as Debian, Ubuntu and Raspberry Pi OS have it.",
            libc.source,
        )


def soft_float(case: Case) -> Iterator[Finding]:
    """Debian's armel: floating point without the registers for it."""
    float_abi = case.profile.python.float_abi
    if float_abi.value == "soft":
        yield Finding(
            "soft-float",
            Severity.NOTE,
            f"{case.interpreter} is a soft-float build (armel); "
            "wheels for 32-bit ARM are hard-float.",
            float_abi.source,
        )


def clock(case: Case) -> Iterator[Finding]:
    """A clock in the past makes every certificate look not yet valid."""
    now, bound = case.profile.clock.now, case.profile.clock.lower_bound
    if now.value is None or bound.value is None or now.value >= bound.value:
        return
    yield Finding(
        "ssl-clock-skew",
        Severity.ERROR,
        f"The clock is wrong: it says {moment(now.value, _DAY)}, and it is later than "
        f"{moment(bound.value, _DAY)}. Secure connections fail until it is right.",
        f"{bound.source}: {moment(bound.value, _DAY)}",
        Remedy("Let the system fetch the time.", ("sudo timedatectl set-ntp true",), safe=True),
        "https://github.com/micro-nova/AmpliPi/issues/357",
    )


def packages_moved(case: Case) -> Iterator[Finding]:
    """A release that apt finds no packages of any more, where some are needed."""
    needed = case.plan is not None and case.plan.missing_system_packages
    moved = apt_moved(case.profile) if needed or case.profile.python.venv.value is False else None
    if moved is not None:
        yield moved


def rights(case: Case) -> Iterator[Finding]:
    """Packages of the system that the plan adds, which takes an administrator."""
    finding = rights_needed(case.plan, case.profile) if case.plan else None
    if finding is not None:
        yield finding
