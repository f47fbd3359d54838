"""Tiny real wheels, plans made of them, and a proof that asks the installed code itself."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pidoctor.catalog.wheels import Wheel
from pidoctor.proof.proof import FAILED, PASSED, Death, Proof
from pidoctor.resolve.plan import Pin, Plan

PYTHON = sys.executable


def make_wheel(
    folder: Path,
    name: str,
    version: str,
    files: Mapping[str, str] | None = None,
    tag: str = "py3-none-any",
) -> Wheel:
    """Write a wheel with ``files`` (a module that tells its version when None); its index entry."""
    info = f"{name}-{version}.dist-info"
    content = dict(files if files is not None else {f"{name}/__init__.py": f"V = '{version}'\n"})
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    content[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n"
    content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{name} = {name}:main\n"
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in content.items():
            archive.writestr(zipfile.ZipInfo(member), text)
    data = path.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return Wheel(name, version, path.name, sha256, len(data), "", (), "", "index", None)


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def make_plan(*wheels: Wheel, system_packages: tuple[Pin, ...] = ()) -> Plan:
    """A plan whose runtime is the first wheel."""
    pins = tuple(
        Pin(wheel.name, wheel.version, wheel.source, wheel, "", False, ()) for wheel in wheels
    )
    return Plan(
        request="auto",
        runtime=wheels[0].name,
        import_line=f"import {wheels[0].name}",
        python=PYTHON,
        pins=(*pins, *system_packages),
        rejected=(),
        notes=(),
    )


class Prover:
    """Proves that ``module`` can be imported and has version ``version``; counts the proofs."""

    def __init__(self, module: str, version: str) -> None:
        self._module, self._version = module, version
        self.asked: list[str] = []

    def __call__(self, python: str) -> Proof:
        self.asked.append(python)
        code = f"import {self._module} as m; print(m.V)"
        ended = subprocess.run(
            [python, "-I", "-B", "-c", code], capture_output=True, text=True, check=False
        )
        passed = ended.stdout.strip() == self._version
        death = None if passed else Death("error", None, "import", None, None, "no", ended.stderr)
        return Proof(
            PASSED if passed else FAILED,
            self._module,
            self._version,
            None,
            None,
            python,
            (),
            None,
            death,
        )


def tree(folder: Path) -> dict[str, str]:
    """What ``folder`` holds: for each path its link target or the hash of its content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder"
    return found
