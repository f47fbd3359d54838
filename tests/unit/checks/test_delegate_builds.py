"""A delegate's library and a runtime go together or not, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pidoctor import api
from pidoctor.catalog.accelerators import AcceleratorRow, load_accelerators
from pidoctor.checks.accelerators import accelerators
from pidoctor.checks.case import Case
from pidoctor.profile.devices import with_devices
from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from pidoctor.readiness.delegates import commands, fitting, installed_build, works_with
from pidoctor.result import Severity


def row(name: str = "coral-usb") -> AcceleratorRow:
    return next(it for it in load_accelerators() if it.id == name)


@pytest.mark.parametrize(
    ("machine", "runtime", "version", "build"),
    [
        ("pi4/bullseye-64", "tflite-runtime", "2.11.0", "google-16.0"),
        ("pi4/bullseye-32", "tflite-runtime", "2.11.0", "google-16.0"),
        ("pi4/bullseye-32", "tflite-runtime", "2.12.0", None),  # dies with Google's 16.0
        ("pi4/bullseye-64", "tflite-runtime", "2.12.0", "community-2.15.1"),
        ("pi4/bookworm-64", "tflite-runtime", "2.14.0", "community-2.15.1"),
        ("pi4/bookworm-64", "ai-edge-litert", "2.3.0", "community-2.19.1"),
        ("pi4/trixie-64", "ai-edge-litert", "2.3.0", "community-2.19.1"),
        ("pi4/bookworm-32", "tflite-runtime", "2.14.0", "community-2.17.1"),
        ("pi4/ubuntu-22.04-64", "tflite-runtime", "2.14.0", "community-2.17.1-jammy"),
        ("pi4/ubuntu-24.04-64", "tensorflow", "2.17.1", "community-2.17.1-noble"),
        ("pi4/ubuntu-22.04-32", "tflite-runtime", "2.13.0", None),  # no build for armhf
        ("pi4/bookworm-64", "tensorflow", "2.21.0", None),
    ],
)
def test_pairs(machine: str, runtime: str, version: str, build: str | None) -> None:
    found = fitting(row(), target(machine), runtime, version)
    assert (found.id if found else None) == build


def test_what_to_type_names_the_system() -> None:
    profile = target("pi4/trixie-64")
    build = fitting(row(), profile, "ai-edge-litert", "2.3.0")
    assert build is not None
    fetch, install = commands(build, profile)
    assert fetch.endswith("/libedgetpu1-std_16.0tf2.19.1-1.trixie_arm64.deb")
    assert install == "sudo apt install ./libedgetpu1-std_16.0tf2.19.1-1.trixie_arm64.deb"
    assert "{" not in fetch + install


@pytest.mark.parametrize(
    ("machine", "file"),
    [
        ("pi4/bookworm-32", "libedgetpu1-std_16.0tf2.17.1-1.bookworm_armhf.deb"),
        ("pi4/ubuntu-22.04-64", "libedgetpu1-std_16.0tf2.17.1-1.ubuntu22.04_arm64.deb"),
        ("x86_64/ubuntu-24.04", "libedgetpu1-std_16.0tf2.17.1-1.ubuntu24.04_amd64.deb"),
    ],
)
def test_what_to_type_names_the_file_of_the_release(machine: str, file: str) -> None:
    """Ubuntu's files are called by the number of the release, Debian's by its name."""
    profile = target(machine)
    build = fitting(row(), profile, "tensorflow", "2.17.1")
    assert build is not None
    fetch, install = commands(build, profile)
    assert (
        fetch
        == f"wget https://github.com/feranick/libedgetpu/releases/download/16.0TF2.17.1-1/{file}"
    )
    assert install == f"sudo apt install ./{file}"


@pytest.mark.parametrize(
    ("version", "build"),
    [
        ("16.0", "google-16.0"),
        ("16.0tf2.15.1-1.bookworm", "community-2.15.1"),
        ("16.0tf2.19.1-1", "community-2.19.1"),
        ("16.0tf2.17.1-1.ubuntu22.04", "community-2.17.1"),
        ("16.0.0", "google-16.0"),
        ("16.0tf2.99-1", None),
        ("", None),
    ],
)
def test_the_build_that_is_installed(version: str, build: str | None) -> None:
    found = installed_build(row(), version)
    assert (found.id if found else None) == build


def test_googles_build_dies_with_runtimes_from_2_12_on() -> None:
    google = installed_build(row(), "16.0")
    assert google is not None
    assert works_with(google, "tflite-runtime", "2.11.0")
    assert not works_with(google, "tflite-runtime", "2.14.0")
    assert not works_with(google, "ai-edge-litert", "2.3.0")


def test_every_device_that_may_be_used_says_what_it_needs() -> None:
    for it in load_accelerators():
        assert bool(it.needs) == it.usable, it.id
        assert it.general in ("", *(other.id for other in load_accelerators()))


def test_a_need_says_where_it_comes_from() -> None:
    """No remedy names a package that no system has."""
    for it in load_accelerators():
        for need in it.needs:
            if need.package.startswith("libedgetpu"):
                continue  # a build that fits the runtime is chosen
            assert need.how, (it.id, need.name)
            assert all(line.startswith(("sudo apt ", "wget https://")) for line in need.commands)


@pytest.mark.parametrize(
    ("machine", "device", "words", "commands"),
    [
        ("pi5-8gb/trixie-64", "coral-pcie", "does not build on kernels from 6.4 on", 3),
        ("rock-5b/debian-13", "rockchip-npu-mainline", "Mesa 25.3 or newer", 0),
        ("rock-5b/ubuntu-26.04", "rockchip-npu-mainline", "Mesa 25.3 or newer", 1),
        ("khadas-vim3/debian-13", "amlogic-a311d-npu", "Debian from 13", 1),
        ("khadas-vim3/ubuntu-24.04", "amlogic-a311d-npu", "Ubuntu from 24.04", 1),
        ("imx93-evk/debian-13", "imx93-npu", "NXP's own Linux", 0),
        ("beaglebone-ai-64/debian-13", "ti-tidl", "Processor SDK", 0),
    ],
)
def test_the_remedy_is_the_one_of_the_row(
    machine: str, device: str, words: str, commands: int
) -> None:
    profile = with_devices(target(machine), [device])
    case = Case(profile, None)
    found = [it for it in accelerators(case) if it.id == "accelerator-needs"]
    remedies = [it.remedy for it in found if it.remedy and words in it.remedy.text]
    assert [len(remedy.commands) for remedy in remedies] == [commands]


@pytest.mark.parametrize(
    ("system", "requirement", "installs"),
    [
        ("bookworm-64", "tflite-runtime", "sudo apt install ./libedgetpu1-std_16.0tf2.15.1-1."),
        ("bookworm-64", "tensorflow==2.21.0", ""),  # no build is known to go with it
    ],
)
def test_a_library_that_dies_with_the_runtime_of_the_plan(
    system: str, requirement: str, installs: str
) -> None:
    machine = target(f"pi4/{system}")
    devices = with_devices(machine, ["coral-usb"]).accelerators.value or ()
    (device,) = (it for it in devices if it.id == "coral-usb")
    google = replace(device, library_version="16.0")
    machine = replace(machine, accelerators=Fact.known((google,), "test"))
    case = Case(machine, api.resolve(machine, requirement))
    (found,) = (it for it in accelerators(case) if it.id == "accelerator-pair")
    assert found.severity is Severity.WARNING
    assert "segmentation fault" in found.message
    assert str(found.link).endswith("/google-coral/edgetpu/issues/812")
    assert found.remedy
    assert any(line.startswith(installs) for line in found.remedy.commands) is bool(installs)
    assert ("--accelerator coral-usb" in found.remedy.text) is not bool(installs)


@pytest.mark.parametrize(("runtime", "told"), [("ai-edge-litert", 0), ("tflite-runtime", 1)])
def test_a_runtime_that_leaves_a_device_idle_is_told(runtime: str, told: int) -> None:
    """A card that CompiledModel uses is of no use to a runtime without it."""
    machine = with_devices(target("pi5/bookworm-64"), ("nvidia-gpu",))
    case = Case(machine, api.resolve(machine, runtime))
    found = [it for it in accelerators(case) if it.id == "accelerator-pair"]
    assert len(found) == told
    assert all("tflite-runtime 2.14.0 does not use the NVIDIA" in it.message for it in found)


@pytest.mark.parametrize(
    ("machine", "device", "typed"),
    [
        ("khadas-vim3/debian-13", "amlogic-a311d-npu", True),
        ("khadas-vim3/debian-12", "amlogic-a311d-npu", False),  # it is in the backports alone
        ("khadas-vim3/debian-11", "amlogic-a311d-npu", False),
        ("cm4/bookworm-64", "coral-pcie", True),
        ("cm4/bullseye-64", "coral-pcie", False),  # no linux-headers of that name
    ],
)
def test_what_a_system_does_not_have_is_not_to_be_typed(
    machine: str, device: str, typed: bool
) -> None:
    profile = with_devices(target(machine), [device])
    found = [it for it in accelerators(Case(profile, None)) if it.id == "accelerator-needs"]
    remedy = found[-1].remedy
    assert remedy is not None
    assert bool(remedy.commands) == typed
    assert remedy.text


@pytest.mark.parametrize(
    ("compatible", "device"),
    [
        ("ti,am62a7", "ti-tidl"),
        ("ti,j721s2", "ti-tidl"),
        ("ti,j784s4", "ti-tidl"),
        ("fsl,imx95", "imx95-npu"),
        ("rockchip,rk3562", "rockchip-npu"),
    ],
)
def test_chips_with_a_unit_for_networks(compatible: str, device: str) -> None:
    assert compatible in row(device).seen.device_tree
