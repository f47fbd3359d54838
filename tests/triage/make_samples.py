"""Makes the sample logs that can be made on any Linux machine, each by its failure happening.

Run as root (small disks, no network) from the project: `python -m tests.triage.make_samples`.
`--only WORD` makes those whose cause or name has the word; `--pythons` is the folder with Python
releases 3.6 to 3.13, each with bin/python.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from .lab import servers
from .lab.bench import Bench
from .lab.recipes import Recipe, recipes
from .lab.scrub import shortened
from .samplebook import SAMPLES

_MODELS = Path(__file__).parents[2] / "pidoctor/proof/models"


def make(recipe: Recipe, bench: Bench) -> None:
    """Run one recipe and write its log and what is known of it."""
    for file, content in recipe.files.items():
        if content.startswith("@"):
            shutil.copyfile(_MODELS / content[1:], bench.home / file)
        else:
            (bench.home / file).write_text(content, encoding="utf-8")
    try:
        venv = bench.venv(recipe.python, recipe.pip, recipe.packages)
        text = bench.shell(recipe.script, venv, recipe.env)
    finally:
        for file in recipe.files:
            (bench.home / file).unlink(missing_ok=True)
    path = SAMPLES / recipe.cause / f"made-{recipe.name}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(shortened(text), encoding="utf-8")
    about = {
        "causes": list(recipe.causes),
        "command": recipe.script,
        "python": recipe.python,
        "pip": recipe.pip,
        "packages": recipe.packages,
    }
    path.with_suffix(".json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Make what is asked for; the exit code says whether all could be made."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    parser.add_argument("--pythons", type=Path, default=default)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "triage-bench")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    bench = Bench(arguments.folder, arguments.pythons)
    servers.start(bench.home)
    failed = 0
    for recipe in recipes():
        if arguments.only in f"{recipe.cause}/{recipe.name}":
            try:
                make(recipe, bench)
                print(recipe.cause, recipe.name, file=sys.stderr)
            except Exception as error:
                failed += 1
                print(f"{recipe.cause} {recipe.name}: {error}", file=sys.stderr)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
