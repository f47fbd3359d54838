"""The target interpreter: asked in its own process, in this one, or read from its files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pidoctor.host.directory import DirectoryHost
from pidoctor.host.live import LiveHost
from pidoctor.probe import payload
from pidoctor.probe.python import examine, probe_python, site_packages
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.profile import Python
from tests.unit.host.fake import fake_host
from tests.unit.probe.elves import AARCH64, ARM, EABI5, NONE_HAS_IT, SOFT, elf

ARCH: Fact[str] = Fact.known("x86_64", "test")
PYTHON = "/usr/bin/python3.11"
ANSWERS = {
    "version": "3.11.2",
    "implementation": "cpython",
    "abi": "cp311",
    "prefix": "/usr",
    "base_prefix": "/usr",
    "stdlib": "/usr/lib/python3.11",
    "libc": "glibc 2.36",
}
STDLIB = "/usr/lib/python3.11"
DIST = "/usr/lib/python3/dist-packages"


def look(host: Any, wanted: str | None = None) -> Python:
    return probe_python(host, examine(host, wanted), ARCH)


def command(stdout: str, returncode: int = 0, stderr: str = "", **more: Any) -> dict[str, Any]:
    argv = [PYTHON, "-I", "-", payload.TAG]
    return {"argv": argv, "returncode": returncode, "stdout": stdout, "stderr": stderr, **more}


def answering(answers: dict[str, Any] | None = None, **parts: Any) -> Any:
    stdout = f"{payload.TAG} {json.dumps({**ANSWERS, **(answers or {})})}\n"
    return fake_host(
        {PYTHON: elf(AARCH64, 64), **parts.pop("files", {})},
        interpreter=PYTHON,
        commands=[command("noise of a sitecustomize\n" + stdout)],
        **parts,
    )


def test_a_distributions_python() -> None:
    host = answering(
        present=[
            f"{STDLIB}/venv/__init__.py",
            f"{STDLIB}/ensurepip/__init__.py",
            f"{STDLIB}/EXTERNALLY-MANAGED",
            "/usr/bin/python3",
        ],
        real_paths={"/usr/bin/python3": PYTHON},
        folders={
            "/usr/share/python-wheels": ["pip-23.0.1-py3-none-any.whl"],
            DIST: ["pip-23.0.1.dist-info", "RPi.GPIO-0.7.1-py3.11.egg-info", "six.py"],
            "/usr/local/lib/python3.11/dist-packages": ["pip-25.0.dist-info"],
        },
    )
    python = look(host)
    assert (python.version.value, python.abi.value, python.bits.value) == ("3.11.2", "cp311", 64)
    assert python.packages.value == {"pip": "25.0", "rpi-gpio": "0.7.1"}
    assert (python.pip.value, python.venv.value, python.is_system.value) == ("25.0", True, True)
    assert python.externally_managed.value == f"{STDLIB}/EXTERNALLY-MANAGED"
    assert python.float_abi.state is State.ABSENT


@pytest.mark.parametrize(
    ("present", "wheels"),
    [
        ([f"{STDLIB}/venv/__init__.py"], ["pip-23.0.1-py3-none-any.whl"]),
        ([f"{STDLIB}/venv/__init__.py", f"{STDLIB}/ensurepip/__init__.py"], ["wheel-1.whl"]),
        ([f"{STDLIB}/ensurepip/__init__.py"], ["pip-23.0.1-py3-none-any.whl"]),
    ],
)
def test_without_a_part_of_it_no_environment_can_be_made(
    present: list[str], wheels: list[str]
) -> None:
    host = answering(present=present, folders={"/usr/share/python-wheels": wheels})
    assert look(host).venv.value is False


def test_a_folder_that_may_not_be_looked_into_may_hold_what_is_missing() -> None:
    present = [f"{STDLIB}/venv/__init__.py", f"{STDLIB}/ensurepip/__init__.py"]
    host = answering(present=present, unreadable={"/usr/share/python-wheels": "permission denied"})
    assert look(host).venv.state is State.UNREADABLE


def test_a_folder_with_two_names_is_read_once() -> None:
    lib, lib64 = (f"/home/me/env/{name}/python3.11/site-packages" for name in ("lib", "lib64"))
    host = answering(
        {"prefix": "/home/me/env"},
        files={"/home/me/env/pyvenv.cfg": "home = /usr/bin\n"},
        folders={name: ["pip-24.0.dist-info"] for name in (lib, lib64)},
        real_paths={lib64: lib},
    )
    assert site_packages(host, examine(host, None)).value == [lib]


@pytest.mark.parametrize(("system_site", "numpy"), [("true", "1.24.2"), ("false", None)])
def test_a_virtual_environment(system_site: str, numpy: str | None) -> None:
    host = answering(
        {"prefix": "/home/me/env"},
        files={
            "/home/me/env/pyvenv.cfg": f"home = /usr/bin\n"
            f"include-system-site-packages = {system_site}\n",
            f"{STDLIB}/EXTERNALLY-MANAGED": "",
        },
        folders={
            "/home/me/env/lib/python3.11/site-packages": ["pip-24.0.dist-info"],
            DIST: ["pip-23.0.1.dist-info", "numpy-1.24.2.egg-info"],
        },
    )
    python = look(host)
    assert python.pip.value == "24.0"
    assert python.packages.or_else({}).get("numpy") == numpy
    assert python.externally_managed.state is State.ABSENT


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (command("", 1, "Traceback\nSyntaxError: invalid syntax\n"), "SyntaxError"),
        (command("", -4), "signal 4"),
        (command("", timed_out=True), "did not answer"),
        (command(f"{payload.TAG} {json.dumps({'version': 3})}\n"), "makes no sense"),
        (command(f"{payload.TAG} not json\n"), ""),
    ],
)
def test_a_sick_interpreter(made: dict[str, Any], reason: str) -> None:
    host = fake_host({PYTHON: elf(ARM, 32, EABI5 | SOFT)}, interpreter=PYTHON, commands=[made])
    python = look(host)
    assert python.version.state in (State.UNREADABLE, State.UNPARSABLE)
    assert reason in python.version.detail
    assert (python.bits.value, python.float_abi.value) == (32, "soft")


def test_no_interpreter_at_all() -> None:
    python = look(fake_host())
    assert python.executable.state is State.ABSENT
    assert python.version.state is State.ABSENT


def test_a_name_is_looked_up_on_path() -> None:
    host = fake_host({"/opt/bin/python3.12": elf(AARCH64, 64)}, environment={"PATH": "/x:/opt/bin"})
    assert look(host, "python3.12").executable.value == "/opt/bin/python3.12"
    missing = look(host, "python3.8").executable
    assert (missing.state, missing.detail) == (State.ABSENT, "not found on PATH")
    assert look(host, "/nowhere/python").executable.state is State.ABSENT


def test_a_script_is_no_interpreter() -> None:
    host = fake_host({PYTHON: "#!/bin/sh\n"}, interpreter=PYTHON, commands=[command("", 0)])
    assert look(host).bits.state is State.UNPARSABLE


def test_a_mounted_card(tmp_path: Path) -> None:
    files = {
        "usr/bin/python3.11": elf(AARCH64, 64),
        "usr/lib/python3.11/EXTERNALLY-MANAGED": b"",
        "var/lib/dpkg/status": b"Package: a\n\nPackage: python3.11-minimal\nStatus: x\n"
        b"Version: 3.11.2-6+deb12u5\n\n",
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "usr/bin/python3").symlink_to("python3.11")
    python = look(DirectoryHost(tmp_path))
    assert (python.version.value, python.abi.value) == ("3.11.2", "cp311")
    assert python.externally_managed.value == "/usr/lib/python3.11/EXTERNALLY-MANAGED"
    assert (python.is_system.value, python.venv.value) == (True, False)
    (tmp_path / "var/lib/dpkg/status").unlink()
    assert look(DirectoryHost(tmp_path)).version.value == "3.11"


class Elsewhere(LiveHost):
    """This machine, with every interpreter asked in a process of its own."""

    def runs_here(self, executable: str) -> bool:  # noqa: ARG002
        return False


def test_a_mounted_card_with_an_old_python(tmp_path: Path) -> None:
    """Raspberry Pi OS 10 has Python 3.7, whose wheels are tagged cp37m."""
    (tmp_path / "usr/bin").mkdir(parents=True)
    (tmp_path / "usr/bin/python3.7").write_bytes(elf(AARCH64, 64))
    (tmp_path / "usr/bin/python3").symlink_to("python3.7")
    assert look(DirectoryHost(tmp_path)).abi.value == "cp37m"


def test_asking_in_this_process_gives_the_same_answers() -> None:
    host, elsewhere = LiveHost(), Elsewhere()
    assert host.runs_here(host.interpreter())
    here, there = examine(host, None), examine(elsewhere, None)
    assert here.answers.value == there.answers.value
    assert look(host) == look(elsewhere)


def test_the_environment_that_runs_the_tests() -> None:
    """Against Python's own account of what is installed."""
    python = look(LiveHost(), sys.executable)
    code = (
        "import importlib.metadata as m, json, re; print(json.dumps("
        "{re.sub('[-_.]+', '-', d.metadata['Name']).lower(): d.version "
        "for d in m.distributions()}))"
    )
    listed = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    assert python.packages.value == json.loads(listed.stdout)
    assert python.version.value == ".".join(str(part) for part in sys.version_info[:3])


def test_the_payload_is_valid_on_python_3_6() -> None:
    import ast

    source = Path(payload.__file__).read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "__future__" not in source


def test_a_live_interpreter_that_cannot_run(tmp_path: Path) -> None:
    broken = tmp_path / "python3"
    broken.write_bytes(elf(NONE_HAS_IT, 64))
    broken.chmod(0o755)
    python = look(LiveHost(), str(broken))
    assert python.version.state is State.UNREADABLE
    assert python.version.detail == "cannot be run (Exec format error)"
    assert python.bits.value == 64


def test_noise_is_bounded_and_clean() -> None:
    host = answering({"version": "3.11.2\x1b[31m" + "x" * 9999})
    shown = look(host).version.or_else("")
    assert "\x1b" not in shown
    assert len(shown) <= 4096
