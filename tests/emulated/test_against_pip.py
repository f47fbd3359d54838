"""Where pip and pidoctor choose differently, both choices are installed and run on a real root.

The oracle (tests/oracle) says where they differ: in the NumPy that a wheel was compiled for, and on
32-bit ARM, where pip finds no NumPy at all. test_install.py has Bookworm's Python 3.11.
"""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from tests.extent import EVERYTHING

from .installed import Installed

pytestmark = [pytest.mark.emulated, pytest.mark.network]

_MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"
_USE = "from tflite_runtime.interpreter import Interpreter; Interpreter('/tmp/model')"


_ROOTS = [("arm64", False), ("armhf", True)]


@pytest.mark.parametrize(("arch", "numpy"), _ROOTS if EVERYTHING else _ROOTS[:1])
def test_tflite_runtime_on_bullseye(
    installed: Callable[..., Installed], arch: str, numpy: bool
) -> None:
    pidoctor = installed("bullseye", arch, numpy=numpy)
    assert not _pip_gets_a_pair_that_works(pidoctor)
    result = pidoctor.result("install", "tflite-runtime", "--yes")
    assert result["exit_code"] == 0, result
    assert result["proof"]["status"] == "passed"
    assert result["proof"]["numpy"].startswith("1.")


def _pip_gets_a_pair_that_works(pidoctor: Installed) -> bool:
    """Whether plain pip, newer than the root's own, installs tflite-runtime so that it runs."""
    root = pidoctor.root
    root.run(["python3", "-m", "venv", "plain"])
    root.run(["plain/bin/pip", "install", "--quiet", "--upgrade", "pip"])
    got = root.run(
        ["plain/bin/pip", "install", "--only-binary=:all:", "tflite-runtime"],
        check=False,
    )
    if got.returncode:
        return False
    model = [(_MODEL, "/tmp/model")]
    return root.run(["plain/bin/python", "-c", _USE], binds=model, check=False).returncode == 0
