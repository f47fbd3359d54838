"""Devices that were seen, and whether TensorFlow Lite can use them."""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.catalog.accelerators import AcceleratorRow, load_accelerators
from pidoctor.checks.case import Case
from pidoctor.profile.profile import Accelerator
from pidoctor.result import Finding, Remedy, Severity
from pidoctor.units import pages


def accelerators(case: Case) -> Iterator[Finding]:
    """The verdict on each device, from its row, and what keeps it from working here."""
    rows = {row.id: row for row in load_accelerators()}
    for device in case.profile.accelerators.or_else(()):
        row = rows.get(device.id)
        yield _verdict(device, row)
        if row is not None:
            yield from _needs(device, row)
            yield from _page_size(case, device, row)
            yield from _permission(device, row)


def wanted(case: Case) -> Iterator[Finding]:
    """The devices that the project needs: those that cannot be used, and those that are not here.

    Nothing is plugged into a machine that is only named, so there only the first is judged.
    """
    rows = {row.id: row for row in load_accelerators()}
    there = case.profile.accelerators
    for row in (rows[name] for name in case.wanted if name in rows):
        page_size = case.profile.system.page_size
        if not row.usable:
            message = f"The project needs a {row.name}, and TensorFlow Lite cannot use it."
            yield _refused(row, f"{message} {row.note}", "the project's settings")
        elif row.page_size is not None and page_size.or_else(row.page_size) != row.page_size:
            yield _refused(
                row,
                f"The project needs a {row.name}, which works only under a kernel with "
                f"{pages(row.page_size)} pages; this one uses {pages(page_size.or_else(0))}.",
                page_size.source,
                _SMALL_PAGES,
            )
        elif there.is_known and row.id not in [device.id for device in there.or_else(())]:
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
        Severity.NOTE,
        f"{device.name}: {row.note if row else device.note}",
        device.source,
        link=row.sources[0] if row and row.sources else "",
    )


def _needs(device: Accelerator, row: AcceleratorRow) -> Iterator[Finding]:
    """The probe says in the note what of the system the delegate still lacks."""
    for need in row.needs:
        wanted = need.path or need.library
        if f"Missing: {wanted} " in device.note:
            yield Finding(
                "accelerator-needs",
                Severity.WARNING,
                f"{device.name} was seen, but {wanted} is not here; "
                "TensorFlow Lite cannot use the device without it.",
                device.source,
                Remedy(f"Install the package {need.package}."),
                row.sources[0],
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
    """The probe says in the note when the user is outside the group of the device."""
    if not row.group or f"not in the group {row.group}" not in device.note:
        return
    yield Finding(
        "accelerator-permission",
        Severity.WARNING,
        f"{device.name} can be opened by the members of the group {row.group} only, "
        "and you are not one.",
        "/etc/group",
        Remedy(
            "Join the group, then log out and in again.", (f'sudo usermod -aG {row.group} "$USER"',)
        ),
        row.sources[0],
    )
