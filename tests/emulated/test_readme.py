"""The README as a new user follows it, on clean systems: its commands in their order."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Callable

import pytest

from tests.test_readme import EXAMPLES, LINK, ROOT, SETUP

from .recipes import Recipe
from .roots import Root

pytestmark = [pytest.mark.emulated, pytest.mark.network, pytest.mark.slow]

_LOG = (
    "ERROR: Could not find a version that satisfies the requirement tflite-runtime "
    "(from versions: none)"
)
_ENDS_WITH_1 = ("check", "triage")  # which answer that something is wrong, as some examples show


@pytest.mark.parametrize("arch", ["amd64", "arm64", "armhf"])
def test_the_readme_on_a_clean_system(
    arch: str, new_root: Callable[[Recipe], Root], tmp_path: Path
) -> None:
    clone, project = tmp_path / "pidoctor", tmp_path / "project"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    (project / "logs").mkdir(parents=True)
    for log in ("install.log", "logs/install.log"):
        (project / log).write_text(_LOG + "\n", encoding="utf-8")
    shutil.copy(ROOT / "pidoctor/proof/models/float32.tflite", project / "mine.tflite")
    root = new_root(Recipe("bookworm", arch))

    def typed(line: str, folder: str) -> subprocess.CompletedProcess[str]:
        command = f"cd {folder} && PATH=~/.local/bin:$PATH && {line}"
        binds = [(clone, "/root/pidoctor"), (project, "/root/project")]
        started = time.monotonic()
        ended = root.run(["bash", "-c", command], binds=binds, timeout=1800, check=False)
        print(f"{time.monotonic() - started:7.1f} s  {ended.returncode}  {line}")
        return ended

    try:
        started = time.monotonic()
        for line in (*SETUP[:1], *LINK, EXAMPLES[0]):
            ended = typed(line, "/root/pidoctor" if line in SETUP else "/root/project")
            assert ended.returncode == 0, ended.stdout + ended.stderr
        print(f"{time.monotonic() - started:7.1f} s  to the first proof on {arch}")
        shown = typed(
            ".venv/bin/python -m pip --version; cat .venv/pidoctor-receipt.json", "~/project"
        )
        proof = json.loads(shown.stdout[shown.stdout.index("{") :])["proof"]
        assert proof["status"] == "passed"
        typed("~/.pidoctor/bin/pip install --quiet pypi-simple", "~/project")
        wrong = []
        for line in EXAMPLES[1:]:
            if "--offline" in line and arch != "arm64":
                continue  # for the board that the wheels were fetched for
            ended = typed(line, "~/project")
            if ended.returncode not in ((0, 1) if line.split()[1] in _ENDS_WITH_1 else (0,)):
                wrong.append(f"{line}\n{ended.stdout}{ended.stderr}")
        assert not wrong, "\n\n".join(wrong)
    finally:
        root.close()
