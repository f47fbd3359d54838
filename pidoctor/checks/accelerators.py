"""Devices that were seen or are supposed, and whether TensorFlow Lite can use them."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.requirements import Requirement

from pidoctor.catalog.accelerators import AcceleratorRow, DeviceNeed, load_accelerators
from pidoctor.checks.case import Case
from pidoctor.profile.devices import is_named
from pidoctor.profile.profile import Accelerator
from pidoctor.readiness.delegates import (
    commands,
    fitting,
    installed_build,
    is_paired,
    works_with,
)
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import listed, pages


def accelerators(case: Case) -> Iterator[Finding]:
    """The verdict on each device, from its row, and what keeps it from working here."""
    rows = {row.id: row for row in load_accelerators()}
    for device in case.profile.accelerators.or_else(()):
        row = rows.get(device.id)
        yield _verdict(device, row)
        if row is not None:
            yield from _page_size(case, device, row)  # first: drivers are built for one kernel
            yield from _needs(case, device, row)
            yield from _pair(case, device, row)
            yield from _unused(case, device, row)
            yield from _permission(device, row)
            yield from _slow(case, device, row)


def wanted(case: Case) -> Iterator[Finding]:
    """The devices that the project needs: those that cannot be used, and those that are not here.

    Nothing is plugged into a machine that is only named, so there only the first is judged.
    """
    rows = {row.id: row for row in load_accelerators()}
    there = case.profile.accelerators
    looked = there.is_known and not case.profile.origin.startswith("target ")
    for row in (rows[name] for name in case.wanted if name in rows):
        page_size = case.profile.system.page_size
        if not row.usable:
            message = f"The project names a {row.name}, and TensorFlow Lite cannot use it."
            told = _refused(row, f"{message} {row.note}", "the project's settings")
            yield told._replace(severity=Severity.WARNING)  # it may be used without TensorFlow Lite
        elif row.page_size is not None and page_size.or_else(row.page_size) != row.page_size:
            yield _refused(
                row,
                f"The project needs a {row.name}, which works only under a kernel with "
                f"{pages(row.page_size)} pages; this one uses {pages(page_size.or_else(0))}.",
                page_size.source,
                _SMALL_PAGES,
            )
        elif looked and row.id not in [device.id for device in there.or_else(())]:
            message = f"The project needs a {row.name}, and none was seen."
            yield _refused(row, message, there.source, _look_for(row))


_SMALL_PAGES = Remedy("Add the line kernel=kernel8.img to /boot/firmware/config.txt and restart.")


def _look_for(row: AcceleratorRow) -> Remedy | None:
    """How to see what is plugged in; None for a device that is a part of the board."""
    command = "lsusb" if row.seen.usb else "lspci -nn" if row.seen.pci else ""
    text = "Plug it in, and look whether the system sees it."
    return Remedy(text, (command,)) if command else None


def _refused(
    row: AcceleratorRow, message: str, evidence: str, remedy: Remedy | None = None
) -> Finding:
    link = row.sources[0] if row.sources else ""
    return Finding("accelerator-wanted", Severity.ERROR, message, evidence, remedy, link)


def _verdict(device: Accelerator, row: AcceleratorRow | None) -> Finding:
    return Finding(
        "accelerator-usable" if device.usable else "accelerator-not-usable",
        Severity.WARNING if is_named(device) else Severity.NOTE,
        f"{device.name}: {device.note}",
        device.source,
        link=row.sources[0] if row and row.sources else None,
    )


def _needs(case: Case, device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    """What of the system the delegate lacks, or needs where nobody looked."""
    for need in row.needs:
        if need.name not in device.missing:
            continue
        here = "was seen, but {} is not here; TensorFlow Lite cannot use the device without it."
        told = here if device.seen else "needs {}."
        yield Finding(
            "accelerator-needs",
            Severity.WARNING if device.seen or is_named(device) else Severity.NOTE,
            f"{device.name} {told.format(need.name)}",
            device.source,
            _remedy(case, row, need),
            row.sources[0],
        )


def _remedy(case: Case, row: AcceleratorRow, need: DeviceNeed) -> Remedy:
    if not (need.library and is_paired(row)):
        served = not need.systems or case.profile.system.codename.value in need.systems
        how = need.how or f"Install the package {need.package}."
        return Remedy(how, need.commands if served else ())
    plan = case.plan
    if plan is None:
        return Remedy(f"First find a runtime that runs here; then {need.library} is chosen for it.")
    build = fitting(row, case.profile, plan.runtime, plan.version)
    name = f"{plan.runtime} {plan.version}"
    if build is None:
        return Remedy(
            f"No build of {need.library} that is published for the system is known to work with "
            f"{name}."
        )
    smoke = f"pidoctor smoke --delegate {need.library}"
    return Remedy(
        f"Install {build.name}, which is said to work with {name}; after the runtime is installed, "
        f"`{smoke}` proves it.",
        commands(build, case.profile),
    )


def _pair(case: Case, device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    """Whether the library that is installed goes with the runtime of the plan."""
    build, plan = installed_build(row, device.library_version), case.plan
    if build is None or plan is None:
        return
    name, library = f"{plan.runtime} {plan.version}", build.library
    if works_with(build, plan.runtime, plan.version):
        message = f"{library} is {build.name}, which is said to work with {name}."
        yield Finding("accelerator-pair", Severity.NOTE, message, "/var/lib/dpkg/status")
        return
    better = fitting(row, case.profile, plan.runtime, plan.version)
    known = ", ".join(f"{runtime} {bounds}" for runtime, bounds in build.runtimes.items())
    yield Finding(
        "accelerator-pair",
        Severity.WARNING,
        f"{library} is {build.name}, which is not known to work with {name}; such pairs end in "
        f"a segmentation fault. It works with {known}.",
        "/var/lib/dpkg/status",
        Remedy(f"Install {better.name} instead.", commands(better, case.profile))
        if better
        else Remedy(f"`pidoctor install --accelerator {row.id}` plans a pair that fits."),
        build.sources[0],
    )


def _unused(case: Case, device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    """That the runtime of the plan runs on the processor, where other ones use the device."""
    plan = case.plan
    if plan is None or not row.used_by:
        return
    using = (Requirement(text) for text in row.used_by)
    if any(it.name == plan.runtime and it.specifier.contains(plan.version) for it in using):
        return
    yield Finding(
        "accelerator-pair",
        Severity.WARNING if is_named(device) else Severity.NOTE,
        f"{plan.runtime} {plan.version} does not use the {device.name}, and runs on the "
        f"processor. What uses it is {listed(row.used_by, 'or')}.",
        device.source,
        link=row.sources[0],
    )


def _page_size(case: Case, device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    here = case.profile.system.page_size
    if row.page_size is None or here.value is None or here.value == row.page_size:
        return
    yield Finding(
        "accelerator-page-size",
        Severity.WARNING,
        f"{device.name} works only under a kernel with {pages(row.page_size)} pages; "
        f"this one uses {pages(here.value)}.",
        here.source,
        _SMALL_PAGES,
        row.sources[-1],
    )


def _permission(device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    if not device.outside_group:
        return
    yield Finding(
        "accelerator-permission",
        Severity.WARNING,
        f"{device.name} can be opened by the members of the group {device.outside_group} only, "
        "and you are not one.",
        "/etc/group",
        Remedy(
            "Join the group, then log out and in again.",
            (f'sudo usermod -aG {device.outside_group} "$USER"',),
        ),
        row.sources[0],
    )


def _slow(case: Case, device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    """A stick on USB 2: the time to send the input may be more than what it saves."""
    soc = case.profile.board.soc.value
    if soc not in row.slow_on:
        return
    yield Finding(
        "accelerator-slow-link",
        Severity.WARNING if is_named(device) else Severity.NOTE,
        f"The board has USB 2 only: with small models {device.name} may be slower than the "
        "board's own processor.",
        device.source,
        Remedy("Compare the two on the board, with your own model, before you rely on it."),
        row.sources[0],
    )
