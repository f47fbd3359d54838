"""The marks that containers, journals and terminals leave on what a program prints."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping


def _buildkit(text: str) -> str:
    lines = [f"#9 {1 + i * 0.31:.2f} {line}" for i, line in enumerate(text.splitlines())]
    return "\n".join(
        [
            "#9 [4/6] RUN pip install -r requirements.txt",
            *lines,
            "#9 ERROR: process did not complete successfully: exit code: 1",
            "",
        ]
    )


def _each(prefix: str) -> Callable[[str], str]:
    return lambda text: "".join(f"{prefix}{line}\n" for line in text.splitlines())


def _ansible(text: str) -> str:
    result = {"changed": False, "cmd": ["pip3", "install"], "msg": "stdout: " + text}
    return "fatal: [pi4]: FAILED! => " + json.dumps(result) + "\n"


def _wrapped(text: str) -> str:
    return (
        "\n".join(
            part
            for line in text.splitlines()
            for part in (textwrap.wrap(line, 80, break_on_hyphens=False) or [""])
        )
        + "\n"
    )


def _cut(text: str) -> str:
    return (
        "\n".join(
            line[i : i + 80] for line in text.splitlines() for i in range(0, max(1, len(line)), 80)
        )
        + "\n"
    )


def _coloured(text: str) -> str:
    lines = (f"\x1b[31m{line}\x1b[0m" if "rror" in line else line for line in text.splitlines())
    return "\r\n".join(
        ["   0%|          | 0/10\r  50%|#####     | 5/10\r 100%|##########| 10/10", *lines, ""]
    )


WRAPPERS: Mapping[str, Callable[[str], str]] = {
    "buildkit": _buildkit,
    "compose": _each("inference-1  | "),
    "journald": _each("Nov 20 12:00:01 raspberrypi detect.sh[812]: "),
    "actions": _each("2024-05-01T10:20:30.1234567Z "),
    "clock": _each("12:34:56 "),
    "ansible": _ansible,
    "wrapped": _wrapped,
    "cut": _cut,
    "coloured": _coloured,
}
