"""The environment that markers see on Linux (PEP 508, "Environment Markers")."""

from __future__ import annotations

from pidoctor.platforms.versions import minor_of


def marker_environment(
    python: str, machine: str = "", implementation: str = "cpython"
) -> dict[str, str]:
    """The values of all markers for a full version of Python and what ``uname -m`` says."""
    return {
        "implementation_name": implementation,
        "implementation_version": python,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": python,
        "python_version": minor_of(python),
        "sys_platform": "linux",
        "extra": "",
    }
