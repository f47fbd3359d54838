"""Accelerators: seen by their numbers, their driver's files, the device tree or a package."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pidoctor.catalog.accelerators import load_accelerators
from pidoctor.host.base import SearchPattern
from pidoctor.host.captured import CaptureHost
from pidoctor.probe.accelerators import probe_accelerators
from pidoctor.profile.fact import State
from pidoctor.profile.profile import Accelerator
from tests.unit.host.fake import fake_host

COMPATIBLE = "/proc/device-tree/compatible"


def usb(number: str) -> dict[str, Any]:
    vendor, product = number.split(":")
    base = "/sys/bus/usb/devices/1-1"
    files = {f"{base}/idVendor": f"{vendor}\n", f"{base}/idProduct": f"{product}\n"}
    return {"files": files, "folders": {"/sys/bus/usb/devices": ["1-1", "1-1:1.0"]}}


def pci(number: str, kind: str = "0x088000") -> dict[str, Any]:
    vendor, device = number.split(":")
    base = "/sys/bus/pci/devices/0000:01:00.0"
    files = {f"{base}/vendor": f"0x{vendor}\n", f"{base}/device": f"0x{device}\n"}
    files[f"{base}/class"] = f"{kind}\n"
    return {"files": files, "folders": {"/sys/bus/pci/devices": ["0000:01:00.0"]}}


def tree(*strings: str, **more: Any) -> dict[str, Any]:
    return {"files": {COMPATIBLE: "\0".join(strings) + "\0"}, **more}


def look(parts: dict[str, Any]) -> tuple[Accelerator, ...]:
    return probe_accelerators(fake_host(**parts)).or_else(())


@pytest.mark.parametrize(
    ("parts", "name", "usable"),
    [
        (usb("1a6e:089a"), "coral-usb", True),
        (usb("18d1:9302"), "coral-usb", True),
        (usb("03e7:2150"), "ncs1", False),
        (usb("03e7:2485"), "ncs2", False),
        (usb("03e7:f63b"), "ncs2", False),
        (pci("1ac1:089a"), "coral-pcie", True),
        (pci("1e60:2864"), "hailo-8", False),
        (pci("1e60:45c4"), "hailo-10h", False),
        (pci("1e60:43a2"), "hailo-15l", False),
        (pci("10de:2489", "0x030000"), "nvidia-gpu", True),
        (pci("10de:1eb8", "0x030200"), "nvidia-gpu", True),
        ({"present": ["/var/lib/dpkg/info/imx500-all.md5sums"]}, "imx500", False),
        (tree("x", "nvidia,tegra210"), "nvidia-jetson", False),
        (tree("fsl,imx8mp"), "imx8mp-npu", True),
        (tree("brcm,bcm2837"), "videocore-4", False),
        (tree("brcm,bcm2711"), "videocore-6", False),
        (tree("brcm,bcm2712"), "videocore-7", False),
        (
            tree("rockchip,rk3588", present=["/dev/accel/accel0"]),
            "rockchip-npu-mainline",
            True,
        ),
        (
            tree("rockchip,rk3588", present=["/usr/lib/librknnrt.so"]),
            "rockchip-npu-vendor",
            False,
        ),
    ],
)
def test_devices(parts: dict[str, Any], name: str, usable: bool) -> None:
    device, *others = look(parts)
    assert (device.id, device.usable) == (name, usable)
    assert {other.id for other in others} <= {"mali", "vivante"}  # the chip's GPU
    assert device.source
    assert device.note
    assert device.seen


@pytest.mark.parametrize(
    "parts",
    [
        {},
        usb("1d6b:0002"),
        pci("10de:228b", "0x040300"),  # the sound device of a graphics card
        pci("8086:1234", "0x030000"),
        {"present": ["/dev/accel/accel0"]},  # some other NPU
    ],
)
def test_nothing(parts: dict[str, Any]) -> None:
    assert look(parts) == ()


def test_a_chip_whose_driver_is_not_there_is_named_in_general() -> None:
    assert [device.id for device in look(tree("rockchip,rk3588"))] == ["rockchip-npu", "mali"]
    board = tree("google,imx8mq-phanbell", "fsl,imx8mq")
    board["files"].update(pci("1ac1:089a")["files"])
    board["folders"] = pci("1ac1:089a")["folders"]
    assert [device.id for device in look(board)] == ["coral-dev-board", "vivante"]


def test_who_may_not_open_the_device_is_told() -> None:
    parts = usb("1a6e:089a")
    parts["files"]["/etc/group"] = "root:x:0:\nplugdev:x:46:\n"
    assert look({**parts, "group_ids": [1000]})[0].outside_group == "plugdev"
    assert look({**parts, "group_ids": [1000, 46]})[0].outside_group == ""
    assert look({**parts, "group_ids": [0]})[0].outside_group == ""


def test_what_the_delegate_needs_is_told() -> None:
    parts = usb("1a6e:089a")
    assert look(parts)[0].missing == ("libedgetpu.so.1",)
    library = "/usr/lib/aarch64-linux-gnu/libedgetpu.so.1"
    assert look({**parts, "present": [library]})[0].missing == ()
    coral = look({**pci("1ac1:089a"), "present": [library]})
    assert coral[0].missing == ("/dev/apex_0",)
    teflon = ["/dev/accel/accel0", "/usr/lib/teflon/libteflon.so"]
    assert look(tree("rockchip,rk3588", present=teflon))[0].missing == ()


@pytest.mark.parametrize(
    ("state", "version"),
    [
        ("install ok installed", "16.0tf2.15.1-1.bookworm"),
        ("deinstall ok config-files", ""),
    ],
)
def test_the_version_of_the_library_is_its_packages(
    monkeypatch: pytest.MonkeyPatch, state: str, version: str
) -> None:
    status = (
        "Package: apt\nVersion: 2.6\n\nPackage: libedgetpu1-max\n"
        f"Status: {state}\nArchitecture: arm64\nVersion: 16.0tf2.15.1-1.bookworm\n\n"
    ).encode()

    def search(
        _: CaptureHost, path: str, pattern: SearchPattern, limit: int = 0
    ) -> tuple[bytes, ...]:
        assert (path, limit) == ("/var/lib/dpkg/status", 0)
        return tuple(found.group(1) for found in re.finditer(pattern.expression, status))

    monkeypatch.setattr(CaptureHost, "search", search)
    assert look(usb("1a6e:089a"))[0].library_version == version


def test_what_cannot_be_looked_at_is_not_absent() -> None:
    host = fake_host(unreadable={"/sys/bus/usb/devices": "permission denied"})
    assert probe_accelerators(host).state is State.UNREADABLE


def test_the_table() -> None:
    rows = load_accelerators()
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert row.sources
        assert any(row.seen)
        assert row.note.endswith(".")


# Devices that nobody here had: what is said of each rests on at least three pages.
TOLD = ("adreno", "hailo-10h", "hailo-8", "imx500", "khadas-vim4-npu", "mali", "ncs1", "ncs2",
        "nvidia-jetson", "ti-tidl")  # fmt: skip


@pytest.mark.parametrize("device", TOLD)
def test_what_is_said_of_a_device_rests_on_three_pages(device: str) -> None:
    row = next(row for row in load_accelerators() if row.id == device)
    assert len(set(row.sources)) >= 3
