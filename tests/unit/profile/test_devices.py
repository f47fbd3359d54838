"""Devices that are supposed: forgiving names, and nothing said twice."""

from __future__ import annotations

import pytest

from pidoctor.errors import UsageError
from pidoctor.profile.devices import WITH, is_named, with_devices
from pidoctor.profile.named_targets import target


@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("coral-usb", "coral-usb"),
        ("Coral USB Accelerator", "coral-usb"),
        ("coral", "coral-usb"),
        ("edgetpu", "coral-usb"),
        ("Edge TPU", "coral-usb"),
        ("coral m.2", "coral-pcie"),
        ("hailo8l", "hailo-8"),
        ("Hailo-8L", "hailo-8"),
        ("AI HAT+", "hailo-8"),
        ("hailo 10h", "hailo-10h"),
        ("ncs2", "ncs2"),
        ("AI Camera", "imx500"),
        ("movidius", "ncs1"),
        ("ethos-u", "imx93-npu"),
        ("tidl", "ti-tidl"),
        ("vim3", "amlogic-a311d-npu"),
    ],
)
def test_names(name: str, device: str) -> None:
    found = with_devices(target("pi4/bookworm-64"), [name]).accelerators.or_else(())
    assert [(it.id, it.source) for it in found if is_named(it)] == [(device, WITH)]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("hailo", "hailo-8 or hailo-10h"), ("corel usb", "coral-usb"), ("", "it knows coral-usb")],
)
def test_a_name_that_no_device_has(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint):
        with_devices(target("pi4/bookworm-64"), [name])


def test_what_is_there_already_is_not_there_twice() -> None:
    before = target("pi4/bookworm-64")
    again = with_devices(before, ["videocore-6"]).accelerators.or_else(())
    assert [(it.id, is_named(it)) for it in again] == [("videocore-6", True)]
    assert before.accelerators.or_else(())[0].source in again[0].source
    twice = with_devices(before, ["coral", "coral-usb"]).accelerators.or_else(())
    assert [it.id for it in twice] == ["videocore-6", "coral-usb"]


@pytest.mark.parametrize(
    ("board", "device", "why"),
    [
        ("pi4/bookworm-64", "imx8mp-npu", "other chips than the BCM2711"),
        ("pi4/bookworm-64", "rockchip-npu-mainline", "other chips than the BCM2711"),
        ("pi5/bookworm-64", "mali", "other chips than the BCM2712"),
        ("pi4/bookworm-64", "coral-pcie", "PCI Express"),
        ("pi-3b/bookworm-64", "nvidia-gpu", "PCI Express"),
    ],
)
def test_what_a_board_cannot_have(board: str, device: str, why: str) -> None:
    found = with_devices(target(board), [device]).accelerators.or_else(())[-1]
    assert (found.id, found.usable, found.missing) == (device, False, ())
    assert why in found.note


@pytest.mark.parametrize(
    ("board", "device"),
    [
        ("khadas-vim3/trixie", "amlogic-a311d-npu"),
        ("rock-5b/bookworm-64", "rockchip-npu-mainline"),  # the board itself has its general row
        ("pi5/bookworm-64", "coral-pcie"),
        ("cm4/bookworm-64", "coral-pcie"),
        ("pi4/bookworm-64", "coral-usb"),
    ],
)
def test_what_a_board_can_have(board: str, device: str) -> None:
    found = {it.id: it for it in with_devices(target(board), [device]).accelerators.or_else(())}
    assert found[device].usable
    assert is_named(found[device])
