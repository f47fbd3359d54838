"""pidoctor.pyz on real ARM userlands where nothing of it, nor its dependencies, is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from pidoctor.pyz import build

from .installed import Installed
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network]


@pytest.fixture(scope="module")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("pyz") / "pidoctor.pyz")


@pytest.mark.parametrize(
    ("suite", "arch", "numpy", "runtime"),
    [
        ("bookworm", "armhf", True, "tflite-runtime"),
        ("trixie", "arm64", False, "ai-edge-litert"),
    ],
)
def test_checks_and_installs(
    suite: str, arch: str, numpy: bool, runtime: str, pyz: Path, arm_root: Callable[..., Root]
) -> None:
    root = arm_root(suite, arch, numpy)
    pidoctor = Installed(root, ("python3", "/tmp/pidoctor.pyz"))
    bound = [(pyz, "/tmp/pidoctor.pyz")]
    checked = pidoctor.result("check", binds=bound)
    assert checked["exit_code"] == 0, checked
    assert checked["resolution"]["runtime"] == runtime
    done = pidoctor.result("install", "--yes", "--venv", "/opt/env", binds=bound, timeout=600)
    assert (done["exit_code"], done["proof"]["status"]) == (0, "passed"), done
    assert done["proof"]["runtime"] == runtime
