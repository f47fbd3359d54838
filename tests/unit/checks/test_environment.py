"""Checks of what is installed and plugged in: with the trouble, and the same without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pidoctor.catalog.accelerators import load_accelerators
from pidoctor.catalog.wheels import NumpyApi, WheelsIndex, shipped_index
from pidoctor.checks.environment import compiled_model_finding, of_the_plan
from pidoctor.profile.profile import Accelerator
from pidoctor.resolve.plan import ASKED
from pidoctor.resolve.standing import OtherInterface
from pidoctor.result import Severity
from tests.profiles import changed, coral, pi4
from tests.unit.checks.cases import (
    evidence,
    findings,
    library,
    only,
    pi5,
    plan,
    wheel,
    with_packages,
)
from tests.unit.resolve.test_present import board, package

# --- what is installed -------------------------------------------------------------------------


def test_a_runtime_for_numpy_1_with_numpy_2() -> None:
    tflite = wheel("tflite-runtime", "2.14.0", evidence=evidence(numpy=NumpyApi(1, 0)))
    board = with_packages(pi4(), tflite_runtime="2.14.0", numpy="2.1.0")
    found = only(board, None, tflite)
    assert (found.id, found.severity) == ("numpy2-abi-mismatch", Severity.ERROR)
    assert found.remedy
    assert found.remedy.commands == ("/usr/bin/python3 -m pip install 'numpy<2'",)
    assert tflite.filename in found.evidence
    assert (
        findings(with_packages(pi4(), tflite_runtime="2.14.0", numpy="1.26.4"), None, tflite) == {}
    )


@pytest.mark.parametrize(
    ("origin", "command"),
    [
        ("conda", "conda install -y -p /home/me/.venv 'numpy<2'"),
        ("apt", "pidoctor explain tflite-runtime==2.14.0"),
        ("pip", "pidoctor explain tflite-runtime==2.14.0"),
    ],
)
def test_where_no_numpy_fits_all_that_is_installed(origin: str, command: str) -> None:
    tflite = wheel("tflite-runtime", "2.14.0", evidence=evidence(numpy=NumpyApi(1, 0)))
    packages = (
        package("tflite-runtime", "2.14.0", numpy=1),
        package("numpy", "2.1.0", origin=origin),
        package("keeps-it", "1.0", ("numpy>=2",)),
    )
    found = findings(board(*packages), None, tflite)["numpy2-abi-mismatch"]
    assert found.remedy
    assert found.remedy.commands == (command,)


def test_a_runtime_beside_which_there_is_no_numpy() -> None:
    tflite = wheel("tflite-runtime", "2.14.0", evidence=evidence(numpy=NumpyApi(1, 0)))
    alone = board(package("tflite-runtime", "2.14.0", numpy=1))
    found = findings(alone, None, tflite, wheel("numpy", "1.26.4"))["module-not-installed"]
    assert found.severity is Severity.ERROR
    assert found.remedy
    assert found.remedy.commands == ("pidoctor install tflite-runtime==2.14.0",)
    assert "numpy 1.26.4" in found.remedy.text
    both = board(*alone.environment.installed.or_else(()), package("numpy", "1.26.4"))
    assert "module-not-installed" not in findings(both, None, tflite)
    without = replace(alone, environment=pi4().environment)  # the system's Python: no project
    assert "module-not-installed" not in findings(without, None, tflite)


def test_an_installed_wheel_whose_tag_lied() -> None:
    liar = wheel(version="2.1.0", evidence=evidence(library(glibc="2.38")))
    found = only(with_packages(pi4(), ai_edge_litert="2.1.0"), None, liar)
    assert found.id == "installed-glibc-by-evidence"
    assert "2.38" in found.message


def test_an_optional_library_that_the_processor_cannot_run() -> None:
    web = library("ai_edge_litert/libLiteRtWebGpuAccelerator.so", False, cpu_features=("atomics",))
    litert = wheel(version="9.9.0", evidence=evidence(web))  # no run of it is in the ledger
    installed = only(with_packages(pi4(), ai_edge_litert="9.9.0"), None, litert)
    assert (installed.id, installed.severity) == ("optional-library-cpu-feature", Severity.WARNING)
    assert "CompiledModel" in installed.message
    assert "Interpreter" in installed.message
    planned = only(pi4(), plan(litert), litert)
    assert (planned.id, planned.severity) == ("optional-library-cpu-feature", Severity.NOTE)
    assert "optional-library-cpu-feature" not in findings(pi5(), plan(litert), litert)


def test_what_a_run_showed_of_another_interface_begins_a_sentence() -> None:
    seen = OtherInterface("its CompiledModel does not run here", "", "")
    found = compiled_model_finding(seen)
    assert found.message == "Its CompiledModel does not run here."
    assert found.remedy
    assert found.remedy.commands == ()
    typed = "pidoctor install ai-edge-litert==2.1.1"
    found = compiled_model_finding(seen._replace(command=typed))
    assert found.remedy
    assert found.remedy.commands == (typed,)


@pytest.mark.parametrize(
    ("name", "missing"),
    [("keras", "none of them is installed"), ("tf-keras", "it is not installed")],
)
def test_what_a_package_imports_and_need_not_say(name: str, missing: str) -> None:
    found = findings(with_packages(pi4(), **{name.replace("-", "_"): "3.0"}))
    assert missing in found["module-not-installed"].message
    assert str(found["module-not-installed"].link).startswith("https://")


def test_an_unknown_optional_library_is_named() -> None:
    fast = library("a/libfast.so", False, cpu_features=("sve",))
    other = wheel(version="9.9.0", evidence=evidence(fast))
    assert "what loads libfast.so" in only(pi4(), plan(other), other).message


def test_wrong_pycoral() -> None:
    assert only(with_packages(pi4(), pycoral="0.2.0")).id == "wrong-pycoral"
    assert findings(with_packages(pi4(), pycoral="2.0.0")) == {}


def test_the_pycoral_of_googles_own_index_is_not_called_unrelated() -> None:
    for version, ids in (("0.2.0", ["misleading-name"]), ("2.0.0", [])):
        planned = plan(wheel("pycoral", version))
        asked = tuple(pin._replace(because=(f"pycoral ({ASKED})",)) for pin in planned.pins)
        found = findings(pi4(), replace(planned, pins=asked))
        assert [name for name in found if name == "misleading-name"] == ids


def test_a_trouble_of_one_architecture() -> None:
    nightly = with_packages(pi4(), tflite_runtime_nightly="2.17.0.dev20240322")
    assert findings(nightly) == {}
    assert "undefined-symbol" in findings(changed(nightly, python_architecture="armv7l"))


def test_two_packages_of_one_module_are_warned_of() -> None:
    both = with_packages(pi4(), opencv_python="4.8.1.78", opencv_python_headless="4.12.0.88")
    found = only(both)
    assert (found.id, found.severity) == ("shared-module", Severity.WARNING)
    assert found.message.startswith("opencv-python and opencv-python-headless bring the same")
    assert found.remedy is not None
    assert found.remedy.commands[0].endswith("uninstall -y opencv-python opencv-python-headless")
    assert found.remedy.commands[1].endswith("install opencv-python-headless==4.12.0.88")
    runtimes = with_packages(pi4(), tflite_runtime="2.14.0", tflite_runtime_nightly="2.17.0.dev1")
    assert "shared-module" in findings(runtimes)
    two = plan(wheel("opencv-python", "4.11.0.86"), wheel("opencv-contrib-python", "4.11.0.86"))
    asked = findings(pi4(), two)["shared-module"].remedy
    assert asked is not None
    assert (asked.text, asked.commands) == ("Ask for one of them.", ())


def test_a_package_and_what_it_requires_may_bring_one_module() -> None:
    both = {"opencv-python": "4.12.0.88", "opencv-contrib-python": "4.12.0.88"}
    for first, second in (tuple(both), tuple(reversed(both))):
        for requires, warned in (((), True), (("numpy", f"{second}==4.12"), False)):
            packages = (package(first, both[first], requires), package(second, both[second]))
            assert ("shared-module" in findings(board(*packages))) == warned
    itself = (package(name, version, (f"{name}[headless]",)) for name, version in both.items())
    assert "shared-module" in findings(board(*itself))


def test_two_runtimes() -> None:
    found = only(with_packages(pi4(), tflite_runtime="2.14.0", tensorflow="2.16.1"))
    assert (found.id, found.severity) == ("several-runtimes", Severity.NOTE)


def test_a_package_that_imports_what_nothing_brings() -> None:
    """tf2onnx requires no TensorFlow by its metadata and imports it."""
    found = findings(with_packages(pi4(), tf2onnx="1.17.0", tflite_runtime="2.14.0"))
    assert found["module-not-installed"].message == (
        "tf2onnx imports tensorflow, which its metadata need not say, and it is not installed or "
        "asked for: the import ends with ModuleNotFoundError."
    )
    for tensorflow in ("tensorflow", "tensorflow_cpu", "tf_nightly"):
        both = with_packages(pi4(), tf2onnx="1.17.0", **{tensorflow: "2.16.1"})
        assert "module-not-installed" not in findings(both)
    keras = with_packages(pi4(), keras="3.15.1", jax="0.6.0")
    assert "module-not-installed" not in findings(keras)
    assert "module-not-installed" in findings(with_packages(pi4(), keras="3.15.1"))
    planned = plan(wheel("tensorflow", "2.16.1"), wheel("tf2onnx", "1.17.0"))
    assert "module-not-installed" not in findings(pi4(), planned)
    alone = plan(wheel("tflite-runtime", "2.14.0"), wheel("tf2onnx", "1.17.0"))
    assert "module-not-installed" in findings(pi4(), alone)


def test_a_version_that_is_none() -> None:
    found = only(with_packages(pi4(), pycoral="who knows", numpy="?"))
    assert found.id == "package-metadata-unreadable"


# --- accelerators ------------------------------------------------------------------------------


def test_a_coral_that_works() -> None:
    found = only(changed(pi4(), accelerators=(coral(),)))
    assert (found.id, found.severity) == ("accelerator-usable", Severity.NOTE)
    assert "libedgetpu.so.1" in found.message


def test_a_coral_without_its_library() -> None:
    device = replace(coral(), missing=("libedgetpu.so.1",))
    found = findings(changed(pi4(), accelerators=(device,)))["accelerator-needs"]
    assert found.severity is Severity.WARNING
    assert "was seen, but libedgetpu.so.1 is not here" in found.message
    assert found.remedy
    supposed = findings(changed(pi4(), accelerators=(replace(device, seen=False),)))
    assert supposed["accelerator-needs"].message.endswith(" needs libedgetpu.so.1.")


def test_a_pcie_coral_without_its_driver() -> None:
    device = replace(coral("pcie"), missing=("/dev/apex_0",))
    found = findings(changed(pi4(), accelerators=(device,)))["accelerator-needs"]
    assert found.remedy
    assert "gasket-dkms" in found.remedy.text


def test_a_coral_that_the_user_may_not_open() -> None:
    device = replace(coral(), outside_group="plugdev")
    found = findings(changed(pi4(), accelerators=(device,)))["accelerator-permission"]
    assert found.severity is Severity.WARNING
    assert found.remedy
    assert found.remedy.commands == ('sudo usermod -aG plugdev "$USER"',)
    assert not found.remedy.safe


def test_coral_pcie_needs_small_pages() -> None:
    found = findings(changed(pi5(), accelerators=(coral("pcie"),)))["accelerator-page-size"]
    coral_pcie = next(row for row in load_accelerators() if row.id == "coral-pcie")
    assert found.link == coral_pcie.sources[-1]
    assert "accelerator-page-size" not in findings(changed(pi4(), accelerators=(coral("pcie"),)))
    assert "accelerator-page-size" not in findings(changed(pi5(), accelerators=(coral("usb"),)))


def test_a_device_without_a_delegate() -> None:
    hailo = Accelerator("hailo-8", "Hailo-8", "/sys/bus/pci", False, "There is no delegate.")
    found = only(changed(pi4(), accelerators=(hailo,)))
    assert (found.id, found.severity) == ("accelerator-not-usable", Severity.NOTE)


def test_a_device_that_the_table_does_not_know() -> None:
    strange = Accelerator("new", "New one", "/sys", True, "Who knows.")
    assert only(changed(pi4(), accelerators=(strange,))).id == "accelerator-usable"


def test_an_interface_that_died_in_a_run_is_told_with_a_way_round_it() -> None:
    litert = wheel(evidence=evidence())
    found = only(with_packages(pi4(), ai_edge_litert="2.3.0"), None, litert)
    assert (found.id, found.severity) == ("optional-library-cpu-feature", Severity.WARNING)
    assert "use Interpreter" in found.message
    assert "seen on cortex-" in found.message
    on_pi5 = findings(with_packages(pi5(), ai_edge_litert="2.3.0"), None, litert)
    assert "optional-library-cpu-feature" not in on_pi5


def test_before_an_install_only_what_it_brings_is_warned_of() -> None:
    """What was there before and imports what is missing is no matter of the plan."""
    here = with_packages(pi4(), tf2onnx="1.17.0")
    index = WheelsIndex(shipped_index())
    found = of_the_plan(here, plan(wheel("tflite-runtime", "2.14.0")), index)
    assert "module-not-installed" not in {finding.id for finding in found}
    found = of_the_plan(pi4(), plan(wheel("tf2onnx", "1.17.0")), index)
    assert "module-not-installed" in {finding.id for finding in found}
