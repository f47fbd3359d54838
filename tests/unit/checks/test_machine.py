"""Checks of the machine and of the answer: with the trouble, and the same without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pidoctor.checks.case import Case
from pidoctor.checks.registry import run_checks
from pidoctor.probe.indexes import with_sources
from pidoctor.probe.probed import ProbeFailure
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import ROOT, Index
from pidoctor.profile.wheel_sources import WheelSources
from pidoctor.resolve.plan import Change
from pidoctor.result import Severity
from tests.profiles import GB, MB, changed, known, pi4
from tests.unit.checks.cases import (
    evidence,
    findings,
    impossible,
    library,
    only,
    pi5,
    plan,
    wheel,
    with_packages,
)

# --- the interpreter -------------------------------------------------------------------------


def test_no_python() -> None:
    none: Fact[str] = Fact.absent("PATH", "not found")
    found = only(changed(pi4(), python_version=none, python_executable=none))
    assert (found.id, found.severity) == ("no-python", Severity.ERROR)
    assert found.remedy
    assert found.remedy.commands == ("sudo apt-get install -y python3 python3-venv",)


def test_a_python_that_does_not_answer_is_a_note() -> None:
    found = only(changed(pi4(), python_version=Fact.unreadable("/usr/bin/python3", "no answer")))
    assert (found.id, found.severity) == ("python-not-known", Severity.NOTE)
    assert "no answer" in found.evidence


def test_a_python_of_which_no_version_was_found_is_not_called_broken() -> None:
    found = only(changed(pi4(), python_version=Fact.absent("/usr/bin/python3", "not in it")))
    assert (found.id, found.severity) == ("python-not-known", Severity.NOTE)


def test_venv_missing_on_debian_is_fixed_with_apt() -> None:
    found = only(changed(pi4(), python_venv=False))
    assert (found.id, found.severity) == ("venv-module-missing", Severity.ERROR)
    assert found.remedy
    assert found.remedy.commands == ("sudo apt-get install -y python3-venv",)
    assert found.remedy.safe


@pytest.mark.parametrize("change", [{"python_is_system": False}, {"system_package_manager": "apk"}])
def test_venv_missing_elsewhere_has_no_apt_command(change: dict[str, Any]) -> None:
    found = only(changed(pi4(), python_venv=False, **change))
    assert found.remedy
    assert found.remedy.commands == ()


def test_a_system_without_pip_is_fine_as_long_as_environments_can_be_made() -> None:
    without: Fact[str] = Fact.absent("site-packages", "no pip is installed")
    assert only(changed(pi4(), python_pip=without)).id == "pip-missing"
    assert "pip-missing" not in findings(changed(pi4(), python_pip=without, python_venv=False))


@pytest.mark.parametrize(
    ("pip", "platform", "needed"),
    [
        ("18.1", "manylinux2014_aarch64", "19.3"),
        ("19.3", "manylinux2014_aarch64", None),
        ("20.0.2", "manylinux_2_27_aarch64", "20.3"),
        ("20.0.2", "manylinux_2_17_aarch64.manylinux2014_aarch64", None),
        ("20.3.4", "manylinux_2_27_aarch64", None),
        ("18.1", "manylinux2010_x86_64", "19.0"),
        ("21.1", "musllinux_1_1_aarch64", "21.2"),
        ("9.0", "any", None),
    ],
)
def test_pip_too_old_to_see_a_tag(pip: str, platform: str, needed: str | None) -> None:
    found = findings(changed(pi4(), python_pip=pip), plan(wheel(platform=platform)))
    assert ("pip-too-old" in found) == (needed is not None)
    if needed:
        assert f"pip {needed} or newer" in found["pip-too-old"].message
        assert "ai-edge-litert" in found["pip-too-old"].message


def test_pip_does_not_matter_where_nothing_fits() -> None:
    assert "pip-too-old" not in findings(changed(pi4(), python_pip="9.0"), impossible())


def test_pep_668_is_a_note_with_the_marker() -> None:
    marker = "/usr/lib/python3.11/EXTERNALLY-MANAGED"
    found = only(changed(pi4(), python_externally_managed=marker))
    assert (found.id, found.severity, found.evidence) == (
        "externally-managed-environment",
        Severity.NOTE,
        marker,
    )


# --- the system ------------------------------------------------------------------------------


def test_32_bit_python_under_a_64_bit_kernel() -> None:
    mixed = changed(pi4(), python_bits=32, python_architecture="armv7l")
    found = only(mixed)
    assert (found.id, found.severity) == ("32bit-userland-on-64bit-kernel", Severity.NOTE)
    assert "armv7l" in found.message
    assert findings(changed(mixed, cpu_machine="armv7l")) == {}


def test_16_kib_pages() -> None:
    assert only(pi5()).id == "page-size-16k"
    assert "16 KiB" in only(pi5()).message


def test_an_installed_wheel_laid_out_for_small_pages() -> None:
    small = wheel("numpy", "1.26.4", evidence=evidence(library(align=4096)))
    installed = with_packages(pi5(), numpy="1.26.4")
    found = findings(installed, None, small)["installed-page-size"]
    assert found.severity is Severity.WARNING
    assert "numpy 1.26.4" in found.message
    large = wheel("numpy", "1.26.4", evidence=evidence(library(align=65536)))
    assert "installed-page-size" not in findings(installed, None, large)


def test_debians_own_build_is_not_judged_by_the_wheel_of_the_same_version() -> None:
    small = wheel("numpy", "1.24.2", evidence=evidence(library(align=4096)))
    wheels = with_packages(pi5(), numpy="1.24.2")
    assert "installed-page-size" in findings(wheels, None, small)
    (item,) = wheels.environment.installed.or_else(())
    own = changed(wheels, environment_installed=(replace(item, tags=(), origin="apt"),))
    assert "installed-page-size" not in findings(own, None, small)


def test_armv6() -> None:
    zero = changed(pi4(), cpu_machine="armv6l", python_architecture="armv6l", python_bits=32)
    assert only(zero).id == "armv6"


def test_musl_and_soft_float() -> None:
    assert only(changed(pi4(), system_libc="musl")).id == "musl"
    assert only(changed(pi4(), python_float_abi="soft")).id == "soft-float"


OPENCV = ("libGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0")


@pytest.mark.parametrize(
    ("change", "command"),
    [
        ({}, "sudo apt-get install -y libgl1 libglib2.0-bin"),
        (
            {"rights": known(ROOT, "uid")},
            "apt-get update && apt-get install -y libgl1 libglib2.0-bin",
        ),
        ({"system_package_manager": "apk"}, None),
    ],
)
def test_a_package_of_the_plan_lacks_a_library_of_the_system(
    change: dict[str, Any], command: str | None
) -> None:
    """``import cv2`` ends with: libGL.so.1: cannot open shared object file."""
    needs = library("cv2/cv2.abi3.so", needed=("libc.so.6", *OPENCV))
    planned = plan(wheel(), wheel("opencv-python", "5.0", evidence=evidence(needs)))
    bare = changed(pi4(), system_lacks_other=known((*OPENCV, "libEGL.so.1"), "the cache"), **change)
    found = findings(bare, planned)["missing-shared-library"]
    assert found.severity is Severity.ERROR
    assert "opencv-python 5.0 cannot be imported as it is: it needs libGL.so.1, libglib" in (
        found.message
    )
    assert "libEGL" not in found.message
    assert found.remedy is not None
    assert found.remedy.commands == ((command,) if command else ())


def test_a_library_that_only_a_plugin_loads_is_not_missed() -> None:
    plugin = library("cv2/qt/libqxcb.so", required=False, needed=OPENCV)
    planned = plan(wheel("opencv-python", "5.0", evidence=evidence(plugin)))
    bare = changed(pi4(), system_lacks_other=known(OPENCV, "the cache"))
    assert "missing-shared-library" not in findings(bare, planned)


def test_a_library_of_which_nothing_is_known_is_a_warning_with_what_settles_it() -> None:
    """A target is no image with a desktop and no Lite."""
    needs = plan(wheel("opencv-python", "5.0", evidence=evidence(library(needed=OPENCV))))
    unknown: Fact[Any] = Fact.absent("target", "a named target does not say")
    found = findings(changed(pi4(), system_lacks_other=unknown), needs)["missing-shared-library"]
    assert found.severity is Severity.WARNING
    assert "Whether Debian GNU/Linux 12 (bookworm) has them is not known: images" in (found.message)
    assert found.remedy is not None
    assert found.remedy.commands == ("sudo apt-get install -y libgl1 libglib2.0-bin",)
    assert "missing-shared-library" not in findings(
        changed(pi4(), system_lacks_other=unknown), plan(wheel())
    )


def test_a_module_of_apt_has_its_command_where_the_systems_archive_has_it() -> None:
    planned = replace(plan(), unchecked={"picamera2": "published as source only"})
    on_pi = changed(pi4(), system_flavour="raspberry-pi-os")
    found = findings(on_pi, planned)
    assert list(found)[:2] == ["misleading-name", "not-checked"]  # whose command comes first
    remedy = found["misleading-name"].remedy
    assert remedy is not None
    assert remedy.commands == ("sudo apt-get install -y python3-picamera2",)
    assert (
        findings(changed(pi4(), system_flavour="debian"), planned)["misleading-name"].remedy is None
    )


def test_a_clock_in_the_past() -> None:
    found = only(changed(pi4(), clock_now=3600.0))
    assert (found.id, found.severity) == ("ssl-clock-skew", Severity.ERROR)
    assert "1970-01-01" in found.message
    assert found.remedy
    assert found.remedy.commands == ("sudo timedatectl set-ntp true",)


def test_a_clock_beyond_all_calendars() -> None:
    late = changed(pi4(), clock_now=-1e30, clock_lower_bound=1e30)
    assert "ssl-clock-skew" in findings(late)


# --- room ------------------------------------------------------------------------------------


def test_read_only_target() -> None:
    found = only(changed(pi4(), storage_target_read_only=True))
    assert (found.id, found.severity) == ("read-only-file-system", Severity.ERROR)
    assert found.remedy is not None
    (command,) = found.remedy.commands  # of the mount that holds the place: seldom the root's
    assert command.startswith('sudo mount -o remount,rw "$(findmnt -no TARGET -T /')
    assert found.remedy
    assert not found.remedy.safe


def test_disk_full() -> None:
    tight = changed(pi4(), storage_target_free=100 * MB)
    found = only(tight, plan(wheel(size=30 * MB, evidence=evidence())))
    assert (found.id, found.severity) == ("no-space-left", Severity.ERROR)
    assert "117 MB" in found.message
    assert "105 MB" in found.message
    assert findings(tight, plan(wheel(size=15 * MB, evidence=evidence()))) == {}


def test_small_tmpfs() -> None:
    small = changed(pi4(), storage_temp_free=209 * MB, storage_temp_is_tmpfs=True)
    found = only(small, plan(wheel(size=254 * MB)))
    assert (found.id, found.severity) == ("temp-is-small-tmpfs", Severity.WARNING)
    assert found.remedy
    assert found.remedy.commands == ("export TMPDIR=/var/tmp",)
    assert findings(small, plan(wheel(size=200 * MB))) == {}


def test_a_small_temporary_folder_that_is_var_tmp_itself() -> None:
    small = changed(pi4(), storage_temp_free=9 * MB, storage_temp="/var/tmp")
    found = only(small, plan())
    assert found.id == "temp-too-small"
    assert found.remedy
    assert found.remedy.commands == ("export TMPDIR=/home/alice/project",)


def test_memory_for_pip() -> None:
    board = changed(pi4(), memory_available=300 * MB, memory_swap=100 * MB)
    assert "memory-low-for-pip" in findings(board, plan(wheel("tensorflow", size=254 * MB)))
    assert "memory-low-for-pip" not in findings(board, plan(wheel(size=199 * MB)))


def test_memory_for_an_inference_counts_swap() -> None:
    large = plan(wheel("tensorflow", "2.21.0", size=MB))
    low = changed(pi4(), memory_available=200 * MB, memory_swap=100 * MB)
    found = findings(low, large)["memory-low"]
    assert "took 568 MB when measured; 315 MB are available, swap included" in found.message
    assert "210 MB available" in found.evidence
    enough = changed(pi4(), memory_available=300 * MB, memory_swap=300 * MB)
    assert "memory-low" not in findings(enough, large)
    assert "memory-low" not in findings(low, plan(wheel(size=MB)))  # another runtime's figure


def test_no_swap_on_a_small_board() -> None:
    small = changed(pi4(), memory_total=900 * MB, memory_swap=0)
    assert only(small).id == "no-swap"
    assert findings(changed(small, memory_total=4 * GB)) == {}
    assert only(changed(small, memory_total=1 << 30)).id == "no-swap"
    assert findings(changed(small, memory_total=(1 << 30) + 1)) == {}
    assert findings(changed(small, memory_swap=Fact.unreadable("/proc/meminfo"))) == {}


# --- where wheels come from --------------------------------------------------------------------


def test_piwheels_is_useless_on_64_bits_and_useful_on_32() -> None:
    piwheels = (
        Index("index", "default", "pip's default"),
        Index("piwheels", "https://www.piwheels.org/simple", "/etc/pip.conf"),
    )
    board = changed(pi4(), indexes=known(piwheels, "/etc/pip.conf"))
    assert (only(board).id, only(board).severity) == ("piwheels-on-64-bit", Severity.NOTE)
    assert "piwheels-on-64-bit" not in findings(changed(board, python_bits=32))


def test_no_index() -> None:
    folder = (Index("find-links", "/opt/wheels", "/etc/pip.conf"),)
    found = only(changed(pi4(), indexes=known(folder, "/etc/pip.conf")))
    assert found.id == "no-index"
    assert found.remedy
    assert found.remedy.text.endswith("take no-index out of where it is set (/etc/pip.conf).")
    board = with_sources(pi4(), WheelSources(no_index=True))
    found = only(changed(pi4(), indexes=board.indexes))
    assert found.remedy
    assert found.remedy.text.endswith("where it is set (a requirements file).")


# --- the answer ----------------------------------------------------------------------------------


def test_nothing_fits() -> None:
    change = Change("os-bits", "Install the 64-bit system.", "ai-edge-litert 2.3.0")
    found = only(pi4(), impossible(change))
    assert (found.id, found.severity) == ("no-runtime", Severity.ERROR)
    assert found.message == "TensorFlow Lite cannot run here: nothing fits."
    assert found.remedy
    assert found.remedy.text == change.text
    typed = change._replace(command="pidoctor install one")
    found = only(pi4(), impossible(typed, change._replace(command="pidoctor install other")))
    assert found.remedy
    assert found.remedy.commands == ("pidoctor install one",)  # that of the cheapest change alone
    assert only(pi4(), impossible(request="tensorflow==2.3")).message.startswith("tensorflow==2.3 ")


def test_notes_of_the_plan_and_crashed_probes() -> None:
    found = run_checks(
        Case(pi4(), plan(notes=("not sure",)), (ProbeFailure("board", "ValueError: x"),))
    )
    assert [(f.id, f.severity) for f in found] == [
        ("plan-note", Severity.NOTE),
        ("probe-failed", Severity.WARNING),
    ]
    assert found[1].evidence == "ValueError: x"


def test_could_not_check_names_what_and_where() -> None:
    found = only(changed(pi4(), system_page_size=Fact.unparsable("getconf", "not a number")))
    assert (found.id, found.severity) == ("could-not-check", Severity.NOTE)
    assert "page size" in found.message
    assert found.evidence == "getconf: not a number"
    assert findings(changed(pi4(), system_page_size=Fact.absent("a table"))) == {}
