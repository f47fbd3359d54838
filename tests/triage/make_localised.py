"""Make ``localised.jsonl``: failures of real programs, in the languages that they speak.

Run by hand on Debian, where localedef and the programs' translations are installed. Each failure is
brought about; a program that prints the same as in English has no translation of it, and no row.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

FILE = Path(__file__).with_name("localised.jsonl")
LANGUAGES = (
    "de",
    "fr",
    "es",
    "it",
    "pt_BR",
    "ru",
    "pl",
    "nl",
    "ja",
    "zh_CN",
    "ko",
    "tr",
)
_DIES = "import os; os.kill(os.getpid(), {})"
_PYTHON = "import ctypes, locale, socket; locale.setlocale(locale.LC_ALL, ''); {}"
FAILURES = (
    ("no-space-left", "coreutils", ("cp", "text", "/dev/full")),
    ("permission-denied", "coreutils", ("setpriv", "--reuid", "65534", "mkdir", "/root/x")),
    ("wrong-arch-binary", "bash", ("bash", "-c", "./broken")),
    ("illegal-instruction", "bash", ("bash", "-c", f'/usr/bin/python3 -c "{_DIES.format(4)}"; :')),
    ("out-of-memory", "bash", ("bash", "-c", f'/usr/bin/python3 -c "{_DIES.format(9)}"; :')),
    ("unknown", "bash", ("bash", "-c", f'/usr/bin/python3 -c "{_DIES.format(11)}"; :')),
    ("unknown", "bash", ("bash", "-c", "edgetpu_compiler model.tflite")),
    (
        "dns-failure",
        "libc-bin",
        ("/usr/bin/python3", "-c", _PYTHON.format("socket.getaddrinfo('x.invalid', 80)")),
    ),
    ("network-timeout", "wget", ("wget", "-t1", "http://127.0.0.1:9/x.whl")),
    ("apt-package-missing", "apt", ("apt-get", "install", "-s", "python3-tflite-nowhere")),
    (
        "missing-shared-library",
        "libc-bin",
        ("/usr/bin/python3", "-c", _PYTHON.format("ctypes.CDLL('libnowhere.so.1')")),
    ),
    ("source-build-failed", "binutils", ("ld", "-o", "out", "-lnowhere")),
    ("source-build-failed", "make", ("make", "-f", "rules")),
)
"""The cause, the Debian package of the program or catalogue that words it, and the command."""


def _version(package: str) -> str:
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True, check=True
    )
    return shown.stdout


def _say(command: tuple[str, ...], folder: Path, language: str) -> str:
    env = {
        **os.environ,
        "LOCPATH": str(folder),
        "LC_ALL": "en_US.UTF-8",
        "LANGUAGE": language,
        "PYTHONUTF8": "1",
    }
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    return said.replace(str(folder), "/home/ada").replace("127.0.0.1", "192.0.2.1").strip()


def rows(folder: Path) -> Iterator[dict[str, str]]:
    """Every failure in every language in which it is worded otherwise than in English."""
    folder.chmod(0o755)
    (folder / "text").write_text("text\n")
    (folder / "rules").write_text("all:\n\t@false\n")
    broken = folder / "broken"
    broken.write_bytes(b"\x7fELF" + bytes(range(128)))
    broken.chmod(0o755)
    name = str(folder / "en_US.UTF-8")
    subprocess.run(["localedef", "-i", "en_US", "-f", "UTF-8", name], check=True)
    for cause, package, command in FAILURES:
        english = _say(command, folder, "en")
        for language in LANGUAGES:
            log = _say(command, folder, language)
            if log != english:
                yield {
                    "cause": cause,
                    "language": language,
                    "package": f"{package} {_version(package)}",
                    "log": log,
                }


def main() -> None:
    """Write the file anew."""
    with tempfile.TemporaryDirectory() as name:
        lines = [json.dumps(row, ensure_ascii=False) for row in rows(Path(name))]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
