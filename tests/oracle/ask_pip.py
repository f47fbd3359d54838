"""Asks the real pip, in one process, what it would install on other machines.

Run as ``python ask_pip.py INDEX_URL < questions.json > answers.json``. pip evaluates markers for
the running interpreter whatever --platform says, so its marker environment is replaced by the one
of the machine in question; everything else is pip's own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from pip._internal.cli.main import main
from pip._vendor.packaging import markers

_NOTHING_FITS = re.compile("No matching distribution found|ResolutionImpossible")


def ask(question: dict[str, Any], url: str, report: Path) -> list[str] | None:
    """The file names of what pip would install, or None where it finds nothing."""
    markers.default_environment = lambda: question["environment"]
    report.unlink(missing_ok=True)
    command = ["install", "--quiet", "--quiet", "--dry-run", "--ignore-installed"]
    command += ["--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--index-url", f"{url}/{question['view']}/simple"]
    command += ["--target", str(report.parent / "target")]
    command += ["--implementation", "cp", "--python-version", question["python"]]
    for abi in question["abis"]:
        command += ["--abi", abi]
    for platform in question["platforms"]:
        command += ["--platform", platform]
    command += ["--report", str(report), *question["requirements"]]
    noise = io.StringIO()
    with contextlib.redirect_stdout(noise), contextlib.redirect_stderr(noise):
        code = main(command)
    if code:
        assert _NOTHING_FITS.search(noise.getvalue()), noise.getvalue()
        return None
    items = json.loads(report.read_text())["install"]
    return [item["download_info"]["url"].rpartition("/")[2] for item in items]


if __name__ == "__main__":
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    with tempfile.TemporaryDirectory() as folder:
        questions = json.load(sys.stdin)
        answers = [ask(item, sys.argv[1], Path(folder) / "report.json") for item in questions]
    json.dump(answers, sys.stdout)
