# Copyright (c) 2026 the pidoctor project
# MIT License (see https://opensource.org/license/mit)
"""How a module runs pidoctor and reads its answer."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

OLDEST = (3, 9)
ARGUMENTS: dict[str, dict[str, Any]] = {
    "pidoctor": {"type": "path", "default": "~/.cache/pidoctor/pidoctor.pyz"},
}


def ask(module: Any, *words: str) -> dict[str, Any]:
    """The envelope that ``pidoctor WORDS --json`` answers with; without one the module fails."""
    path = module.params["pidoctor"]
    if sys.version_info < OLDEST:
        here = ".".join(map(str, sys.version_info[:2]))
        module.fail_json(msg=f"pidoctor needs Python 3.9 or newer on the board, this is {here}")
    if not os.path.isfile(path):
        module.fail_json(msg=f"{path} is not there; copy pidoctor.pyz to the board first")
    program = [sys.executable, path] if path.endswith(".pyz") else [path]
    code, out, err = module.run_command(
        [*program, *words, "--json"], expand_user_and_vars=False, environ_update={"NO_COLOR": "1"}
    )
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError:
        lines = err.strip().splitlines() or ["it said nothing"]
        said = f"pidoctor {words[0]} gave no answer: {lines[-1]}"
        answer = {"schema": "pidoctor-result/1", "command": words[0], "exit_code": 4, "error": said}
    if answer.get("error"):
        module.fail_json(msg=answer["error"], rc=code, answer=answer)
    return answer


def options(module: Any, *names: str) -> list[str]:
    """The options of the command line for parameters of the same name that were given."""
    words: list[str] = []
    for name in names:
        value = module.params.get(name)
        if value is True:
            words.append("--" + name)
        elif value not in (None, False):
            words += ["--" + name, str(value)]
    return words


def packages(answer: dict[str, Any]) -> list[str]:
    """The packages of a plan as two texts: what is there now, and what will be."""
    found = (answer.get("resolution") or {}).get("packages") or []
    before = ["{name} {was}".format(**one) for one in found if one.get("was")]
    after = ["{name} {version}".format(**one) for one in found]
    return ["".join(line + "\n" for line in sorted(lines)) for lines in (before, after)]


def changes(answer: dict[str, Any]) -> bool:
    """Whether a plan changes anything."""
    found = (answer.get("resolution") or {}).get("packages") or []
    return any(one.get("change") != "=" and not one.get("installed") for one in found)


def reason(answer: dict[str, Any]) -> str:
    """Why something failed, in one text: the answer's sentence, then what was found."""
    findings = answer.get("findings") or []
    errors = [one["message"] for one in findings if one.get("severity") == "error"]
    why = (answer.get("resolution") or {}).get("message")
    said = [answer.get("verdict"), *errors, why]
    return " ".join(dict.fromkeys(text for text in said if text))
