"""Makes the sample logs that want an ARM board: real Debian releases on an emulated core.

Run as root from the project: `python -m tests.triage.make_board_samples [--only WORD]`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.emulated import emulator
from tests.emulated.recipes import Recipe
from tests.emulated.roots import Root

from .lab.scrub import scrub, shortened
from .samplebook import SAMPLES

_ROWS = Path(__file__).with_name("lab") / "boards.json"
_MODEL = Path(__file__).parents[2] / "pidoctor/proof/models/float32.tflite"


def make(root: Root, sample: Mapping[str, Any]) -> None:
    """Type the lines of one sample and keep what a terminal shows."""
    for line in sample.get("setup", []):
        root.run(["sh", "-c", line], timeout=900, check=False)
    binds = [(_MODEL, "/opt/m.tflite")] if sample.get("model") else []
    text = ""
    for line in sample["script"]:
        finished = root.run(
            ["bash", "-c", f"exec 2>&1; {line}"],
            online=not sample.get("offline", False), binds=binds, timeout=900, check=False,
        )  # fmt: skip
        text += f"root@raspberrypi:~# {line}\n{finished.stdout}"
        if finished.returncode == 132:
            text += "Illegal instruction\n"
    path = SAMPLES / sample["cause"] / f"board-{sample['name']}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shortened(scrub(text, {})), encoding="utf-8")
    about = {
        "causes": sample.get("causes", [sample["cause"]]),
        "command": "\n".join(sample["script"]),
        "board": f"{root.recipe.suite} {root.recipe.arch}",
    }
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Make what is asked for; the exit code says whether all could be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    only = parser.parse_args().only
    obstacle = emulator.obstacle()
    if obstacle is not None:
        print(f"ARM programs do not run here: {obstacle}", file=sys.stderr)
        return 3
    failed = 0
    for board in json.loads(_ROWS.read_text(encoding="utf-8")):
        wanted = [s for s in board["samples"] if only in f"{s['cause']}/{s['name']}"]
        if not wanted:
            continue
        root = Root(Recipe(board["suite"], board["arch"]))
        for sample in wanted:
            try:
                make(root, sample)
                print(
                    board["suite"], board["arch"], sample["cause"], sample["name"], file=sys.stderr
                )
            except Exception as error:
                failed += 1
                print(f"{sample['cause']} {sample['name']}: {error}", file=sys.stderr)
        root.close()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
