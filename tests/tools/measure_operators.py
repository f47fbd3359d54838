"""``python -m tests.tools.measure_operators``: which operators does each runtime's wheel know?

Installs each version of the runtimes into an environment of its own, with pidoctor itself, loads a
model of 300 bytes per operator and version there, and writes what was accepted into
``catalog/data/operator_versions.json``. Nothing is taken from documentation: the published table of
versions is wrong in dozens of places.
"""

from __future__ import annotations

import argparse
import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from packaging.version import Version

from pidoctor.catalog.canonical import canonical
from pidoctor.catalog.runtimes import Runtime, load_runtimes
from pidoctor.model.content import CUSTOM, operator_names
from pidoctor.model.measured_operators import Measured
from tests.tools.model_builder import one_operator

_NEWEST_VERSION = 20  # tried of each operator; the newest known is 14
_CUSTOM_NUMBER = 32
_UNKNOWN = ("Didn't find op for builtin opcode", "Op builtin_code out of range")
_UNRESOLVED = "unresolved custom op"
_NONSENSE = "no-such-operator"
_TIMEOUT_S = 120.0


class Trial(NamedTuple):
    """A model to load, and whether to prepare it as well."""

    name: str
    model: bytes
    prepare: bool


def questions(custom: Sequence[str]) -> list[Trial]:
    """Every builtin operator in every version, and the custom operators by name."""
    asked = [
        Trial(f"{name}:{version}", one_operator(number, version), False)
        for number, name in enumerate(operator_names())
        if name != CUSTOM
        for version in range(1, _NEWEST_VERSION + 1)
    ]
    named = (*custom, _NONSENSE)
    return asked + [Trial(name, one_operator(_CUSTOM_NUMBER, 1, name), True) for name in named]


def ask(python: Path, runtime: Runtime, asked: Sequence[Trial]) -> dict[str, str | None]:
    """What the runtime said to each question; None where it died of it.

    Raises RuntimeError when the runtime does not start.
    """
    source = Path(__file__).with_name("measuring_payload.py").read_text("utf-8")
    said: dict[str, str | None] = {}
    while len(said) < len(asked):
        rest = [
            [q.name, base64.b64encode(q.model).decode(), q.prepare]
            for q in asked
            if q.name not in said
        ]
        ended = subprocess.run(
            [str(python), "-I", "-c", source, runtime.import_line],
            input=json.dumps(rest),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
        last = _read(ended.stdout, said)
        if ended.returncode == 0:
            break
        if last is None or last in said:
            raise RuntimeError(f"{runtime.distribution} does not start: {ended.stderr[-500:]}")
        said[last] = None
    return said


def _read(output: str, said: dict[str, str | None]) -> str | None:
    """Take up the answers; the last question that was begun."""
    last = None
    for line in output.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "pidoctor-asked":
            last = json.loads(rest)
        elif kind == "pidoctor-measured":
            name, answer = json.loads(rest)
            said[name] = answer
    return last


def accepted(said: Mapping[str, str | None]) -> dict[str, tuple[int, int]]:
    """Operator -> the first and last version that the runtime has an implementation for."""
    found: dict[str, list[int]] = {}
    for name, answer in said.items():
        operator, _, version = name.partition(":")
        unknown = answer is not None and any(words in answer for words in _UNKNOWN)
        if version.isdecimal() and not unknown:
            found.setdefault(operator, []).append(int(version))
    return {name: (min(versions), max(versions)) for name, versions in found.items()}


def registered(said: Mapping[str, str | None], custom: Sequence[str]) -> tuple[str, ...]:
    """The custom operators that the runtime has.

    A registered one reads its options, which are missing here, and may end the process; one that
    is not registered is told so.
    """
    if said[_NONSENSE] is None or _UNRESOLVED not in (said[_NONSENSE] or ""):
        raise RuntimeError("a custom operator that does not exist was not refused")
    return tuple(n for n in custom if said[n] is None or _UNRESOLVED not in (said[n] or ""))


def measure(
    requirement: str, runtime: Runtime, pythons: Sequence[str], custom: Sequence[str]
) -> Measured:
    """Install a runtime and ask it everything. RuntimeError when no Python can have it."""
    with tempfile.TemporaryDirectory() as folder:
        installed = _install(requirement, pythons, Path(folder, "venv"))
        said = ask(Path(folder, "venv/bin/python"), runtime, questions(custom))
    (pin,) = (p for p in installed["packages"] if p["name"] == runtime.distribution)
    known = accepted(said)
    return Measured(
        distribution=runtime.distribution,
        version=pin["version"],
        wheel=pin["filename"],
        sha256=pin["sha256"],
        custom=registered(said, custom),
        first={name: first for name, (first, _) in known.items() if first > 1},
        operators={name: last for name, (_, last) in known.items()},
    )


def _install(requirement: str, pythons: Sequence[str], venv: Path) -> dict[str, Any]:
    for python in pythons:
        command = [sys.executable, "-m", "pidoctor", "install", requirement, "--yes", "--json"]
        ended = subprocess.run(
            [*command, "--venv", str(venv), "--python", python],
            capture_output=True,
            text=True,
            check=False,
        )
        result = json.loads(ended.stdout or "{}")
        if ended.returncode == 0:
            return dict(result["resolution"])
    raise RuntimeError(f"no Python here can have {requirement}")


def main(words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.tools.measure_operators", description=__doc__
    )
    parser.add_argument("requirements", nargs="+", help="tflite-runtime==2.14.0 ...")
    parser.add_argument("--python", action="append", help="an interpreter to install for")
    parser.add_argument("-o", required=True, metavar="FILE", help="the table to add to")
    options = parser.parse_args(words)
    runtimes = {runtime.distribution: runtime for runtime in load_runtimes()}
    path = Path(options.o)
    table = json.loads(path.read_text("utf-8"))
    for requirement in options.requirements:
        runtime = runtimes[requirement.split("==")[0]]
        pythons = options.python or [sys.executable]
        try:
            found = measure(requirement, runtime, pythons, table["custom_operators"])
        except RuntimeError as error:
            print(f"{requirement}: {error}", file=sys.stderr)
            continue
        _put(table, found)
        path.write_text(canonical(table), "utf-8")
        print(f"{requirement}: {len(found.operators)} operators", file=sys.stderr)
    return 0


def _put(table: dict[str, Any], found: Measured) -> None:
    """The row of a wheel, in the place of an older one, by runtime and version."""
    rows = {(row["distribution"], row["version"]): row for row in table["wheels"]}
    rows[found.distribution, found.version] = found._asdict()
    table["wheels"] = [rows[key] for key in sorted(rows, key=lambda k: (k[0], Version(k[1])))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
