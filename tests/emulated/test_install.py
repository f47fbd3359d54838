"""`pidoctor install` on real ARM userlands, from the package index, to a proof by inference."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from tests.extent import EVERYTHING

from .installed import Installed
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"


def _assert_proven(result: dict[str, Any], runtime: str) -> None:
    assert result["exit_code"] == 0, result
    assert result["resolution"]["status"] == "plan"
    proof = result["proof"]
    assert (proof["status"], proof["runtime"]) == ("passed", runtime)
    assert {model["status"] for model in proof["models"]} == {"passed"}
    assert {model["name"] for model in proof["models"]} >= {"float32", "int8"}


def _package(result: dict[str, Any], name: str) -> dict[str, Any]:
    (package,) = [each for each in result["resolution"]["packages"] if each["name"] == name]
    return dict(package)


def _importing(pidoctor: Installed, result: dict[str, Any]) -> int:
    """The status of the line that the user is told to write, in the new environment."""
    line = result["resolution"]["import"]
    return pidoctor.root.run([".venv/bin/python", "-c", f"{line}; Interpreter"]).returncode


# What an install on bookworm does beside other packages is in test_projects.py.
@pytest.mark.parametrize("suite", ["bullseye", "trixie", *(["bookworm"] if EVERYTHING else [])])
def test_install_ends_with_a_proof_on_64_bits(
    installed: Callable[..., Installed], suite: str
) -> None:
    pidoctor = installed(suite, "arm64")
    result = pidoctor.result("install", "--yes")
    _assert_proven(result, "ai-edge-litert")
    assert _importing(pidoctor, result) == 0


def test_install_uses_debians_numpy_where_no_wheel_of_it_exists(
    installed: Callable[..., Installed],
) -> None:
    """32-bit ARM without piwheels: the package index has no numpy for it."""
    pidoctor = installed("bookworm", "armhf", numpy=True)
    result = pidoctor.result("install", "--yes")
    _assert_proven(result, "tflite-runtime")
    assert (_package(result, "numpy")["source"], _package(result, "numpy")["installed"]) == (
        "debian",
        True,
    )
    assert _importing(pidoctor, result) == 0


def test_install_installs_debians_numpy_when_it_is_missing(
    installed: Callable[..., Installed],
) -> None:
    pidoctor = installed("bookworm", "armhf")
    result = pidoctor.result("install", "--yes")
    _assert_proven(result, "tflite-runtime")
    assert not _package(result, "numpy")["installed"]
    status = pidoctor.root.run(["dpkg-query", "-W", "-f=${db:Status-Status}", "python3-numpy"])
    assert status.stdout == "installed"


def test_nothing_fits_32_bits_with_python_3_13(installed: Callable[..., Installed]) -> None:
    pidoctor = installed("trixie", "armhf", numpy=True)
    before = _files(pidoctor.root)
    result = pidoctor.result("install", "--yes")
    assert result["exit_code"] == 1
    assert result["resolution"]["status"] == "impossible"
    assert result["proof"] is None
    message = result["resolution"]["message"]
    assert "no runtime has a wheel for 32-bit ARM" in message
    assert "Python 3.13" in message
    changes = result["resolution"]["changes"]
    assert changes
    assert [change["cost"] for change in changes] == sorted(change["cost"] for change in changes)
    assert _files(pidoctor.root) == before


def _files(root: Root) -> str:
    """Every file of the root with its size and times of change, and every folder by its name.

    The overlay gives a folder a new time when a mount point is made somewhere below it. Bytecode
    is left out: Debian's Python has all of its own from the start, and this root has none.
    """
    file, folder = ("-printf", "%P %s %T@ %C@\n"), ("-type", "d", "-printf", "%P\n")
    listed = root.on_host(["find", str(root.path), *folder, "-o", *file])
    assert listed.returncode == 0, listed.stderr
    return "".join(
        line for line in listed.stdout.splitlines(keepends=True) if "/__pycache__" not in line
    )


def test_pip_installs_a_pair_that_crashes_and_pidoctor_one_that_works(
    installed: Callable[..., Installed],
) -> None:
    """tflite-runtime 2.14.0 was compiled for NumPy 1, and its metadata does not say so."""
    pidoctor = installed("bookworm", "arm64")
    root = pidoctor.root
    root.run(["python3", "-m", "venv", "plain"])
    root.run(["plain/bin/pip", "install", "--only-binary=:all:", "tflite-runtime"])
    root.run(["plain/bin/pip", "check"])
    use = "from tflite_runtime.interpreter import Interpreter; Interpreter('/tmp/model')"
    model = [(_MODEL, "/tmp/model")]
    crashed = root.run(["plain/bin/python", "-c", use], binds=model, check=False)
    assert crashed.returncode != 0
    assert "_ARRAY_API not found" in crashed.stderr

    smoke = pidoctor.result("smoke", "--venv", "plain")
    assert smoke["exit_code"] == 1
    assert smoke["proof"]["death"]["kind"] == "numpy2-abi-mismatch"

    result = pidoctor.result("install", "tflite-runtime", "--yes")
    _assert_proven(result, "tflite-runtime")
    assert _package(result, "numpy")["version"].split(".")[0] == "1"


@pytest.mark.slow
def test_install_of_all_of_tensorflow(installed: Callable[..., Installed]) -> None:
    pidoctor = installed("bookworm", "arm64")
    result = pidoctor.result("install", "tensorflow", "--yes", timeout=20 * 60)
    _assert_proven(result, "tensorflow")
