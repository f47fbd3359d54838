"""What the probes ask of a machine, as one table: for a script that runs where pidoctor cannot.

The paths are the probes' own. A test holds the table to them: a capture that was made with it
answers as one that was recorded.
"""

from __future__ import annotations

from pprint import pformat
from typing import Any

from pidoctor import __version__
from pidoctor.catalog.accelerators import load_accelerators
from pidoctor.catalog.systems import load_systems
from pidoctor.probe import (
    accelerators,
    board,
    clock,
    cpu,
    installers,
    memory,
    pip_settings,
    python,
    rights,
    storage,
    system,
)
from pidoctor.probe.environment_faults import SEARCH_PATH

_SCRIPT = "capture_script.py"
_UNFILLED = "QUESTIONS = {}"


def script() -> str:
    """The source of a script that prints a capture, on Python 3.5 and later."""
    import pkgutil

    source = pkgutil.get_data("pidoctor.host", _SCRIPT) or b""
    before, _, after = source.decode("utf-8").partition(_UNFILLED)
    return f"#!/usr/bin/env python3\n{before}QUESTIONS = {pformat(questions(), width=99)}{after}"


def questions() -> dict[str, Any]:
    """What is looked at, by how; "~" is the user's home, and regular expressions are Latin-1."""
    rows = load_accelerators()
    needs = [need for row in rows for need in row.needs]
    libraries = [need.library for need in needs if need.library]
    return {
        "made_by": f"pidoctor {__version__}, its script",
        "payload": python.payload_source().decode("utf-8"),
        "files": sorted(
            (
                *(cpu.CPUINFO, cpu.ONLINE, memory.MEMINFO, memory.SWAPS),
                *(storage.MOUNTS, rights.STATUS, rights.GROUPS, clock.RPI_ISSUE),
                *system.OS_RELEASE,
                *(board.REVISION, board.COMPATIBLE, board.MODEL, board.PRODUCT),
                *pip_settings.USUAL_FILES,
            )
        ),
        "present": sorted(
            {
                *(path for path, _ in system.PACKAGE_MANAGERS),
                *(path for flavour in load_systems().flavours for path in flavour.signs),
                *(path for row in rows for path in row.seen.paths),
                *(accelerators.record_of(name) for row in rows for name in row.seen.packages),
                *(need.path for need in needs if need.path),
                *(f"{folder}/{name}" for folder in system.LIBRARY_FOLDERS for name in libraries),
                rights.SUDO_PROGRAM,
            }
        ),
        "folders": [installers.DISTRIBUTION_WHEELS],
        "devices": {
            accelerators.USB: ["idVendor", "idProduct"],
            accelerators.PCI: ["vendor", "device", "class"],
        },
        "environment": sorted(
            {*pip_settings.VARIABLES, *storage.TEMP_VARIABLES, system.LIBRARY_PATH, SEARCH_PATH}
        ),
        "libraries": {
            "folders": list(system.every_library_folder()),
            "names": (*system.WANTED, *load_systems().other_libraries),
        },
        "searches": [
            (path, pattern.name, pattern.expression.decode("latin-1"))
            for path, pattern in system.searches()
        ],
        "programs": [system.SHELL, python.SYSTEM_PYTHON],
        "site_folders": list(python.SITE_FOLDERS),
    }
