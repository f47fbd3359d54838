"""A small world from JSON: a machine, a handful of wheels, a request, and the exact answer.

The wheels are written short; everything that a world does not mention is the plainest value.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.ledger import Ledger, parse_run
from pidoctor.catalog.wheels import SCHEMA, WheelsIndex
from pidoctor.platforms.interpreter import abi_tag
from pidoctor.platforms.versions import parse_version
from pidoctor.resolve.machine import Machine
from pidoctor.resolve.plan import Resolution
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import Question

_PLAIN_RUN = {
    "numpy": "2.4.6",
    "system": "debian-bookworm",
    "python": "3.11",
    "architecture": "aarch64",
    "core": "cortex-a72",
    "features": [],
    "ran": {"float32": "passed", "int8": "passed"},
    "on": "QEMU 10.0",
    "when": "2026-11-25",
}


@dataclass(frozen=True)
class World:
    """A question about a small world, and the answer it must get."""

    name: str
    machine: Machine
    catalog: Catalog
    request: str
    beyond_tags: bool
    answer: Mapping[str, Any]

    def resolve(self) -> Resolution:
        request = parse_request(self.request, self.catalog, self.beyond_tags)
        return Question(self.machine, request, self.catalog).answer("python3")


def load_world(path: Path, folder: Path) -> World:
    """The world in ``path``; its index files are written into ``folder``."""
    data = json.loads(path.read_text(encoding="utf-8"))
    write_index(data["wheels"], folder)
    return World(
        name=path.stem,
        machine=machine(**data["machine"]),
        catalog=replace(open_catalog(WheelsIndex(folder), _ledger(data.get("runs", []))), today=""),
        request=data["request"],
        beyond_tags=data.get("beyond_tags", False),
        answer=data["answer"],
    )


def _ledger(runs: list[dict[str, Any]]) -> Ledger:
    return Ledger(parse_run(json.dumps({**_PLAIN_RUN, **run}), "runs") for run in runs)


def machine(  # one argument per fact of a machine
    python: str,
    architecture: str,
    libc_version: str,
    kernel: str = "",
    libc: str = "glibc",
    glibcxx: str = "",
    page_size: int = 4096,
    cpu_features: list[str] | None = None,
    codename: str = "",
    system_python: bool = True,
    packages: Mapping[str, str] | None = None,
    memory: int | None = None,
    piwheels: bool = False,
    missing_libraries: Iterable[str] = (),
) -> Machine:
    """A machine with the facts given and no opinion on the others."""
    return Machine(
        python=python,
        abi=abi_tag(python),
        implementation="cpython",
        architecture=architecture,
        kernel_machine=kernel or architecture,
        float_abi="hard" if architecture.startswith("arm") else None,
        libc=libc,
        libc_version=parse_version(libc_version),
        glibcxx=parse_version(glibcxx) if glibcxx else None,
        page_size=page_size,
        cpu_features=None if cpu_features is None else frozenset(cpu_features),
        memory=memory,
        os_flavour="debian",
        codename=codename,
        system_python=system_python,
        packages=tuple(sorted((packages or {}).items())),
        piwheels=piwheels,
        missing_libraries=frozenset(missing_libraries),
    )


def write_index(wheels: list[dict[str, Any]], folder: Path) -> None:
    projects: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"schema": SCHEMA, "retrieved": "2026-11-20", "evidence": {}, "versions": {}}
    )
    for wheel in wheels:
        name, version, _, _ = parse_wheel_filename(wheel["file"])
        project = projects[name]
        project["name"] = name
        release = project["versions"].setdefault(
            str(version),
            {
                "requires_python": wheel.get("requires_python", ""),
                "requires_dist": wheel.get("requires", []),
                "wheels": [],
            },
        )
        entry = {
            "file": wheel["file"],
            "sha256": hashlib.sha256(wheel["file"].encode()).hexdigest(),
            "size": wheel.get("size", 1000),
            "yanked": wheel.get("yanked", ""),
            "source": wheel.get("source", "index"),
        }
        if "extras" in wheel:  # those whose requirements the index holds
            project["selection"] = {"specifiers": [""], "extras": wheel["extras"], "left_out": []}
        if "elf" in wheel:
            project["evidence"][wheel["file"]] = _evidence(wheel)
            entry["evidence"] = wheel["file"]
        release["wheels"].append(entry)
    for project in projects.values():
        (folder / f"{project['name']}.json").write_text(json.dumps(project), encoding="utf-8")


def _evidence(wheel: Mapping[str, Any]) -> dict[str, Any]:
    numpy = wheel.get("numpy_api")
    return {
        "read_from": wheel["file"],
        "unpacked_size": wheel.get("unpacked_size", 4000),
        "numpy_api": None if numpy is None else {"abi": numpy[0], "feature": numpy[1]},
        "libraries": [_library(library) for library in wheel["elf"]],
    }


def _library(library: Mapping[str, Any]) -> dict[str, Any]:
    plain = {
        "path": "package/native.so",
        "required": True,
        "machine": "",
        "glibc": "2.17",
        "glibcxx": "",
        "cxxabi": "",
        "needed": [],
        "align": 65536,
        "exec_stack": False,
        "cpu_features": [],
    }
    return {**plain, **library}
