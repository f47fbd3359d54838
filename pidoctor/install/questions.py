"""Runs inside the interpreter to install for (``python -I -c SOURCE``); prints what only it knows.

Imports nothing of pidoctor, and nothing that a stripped-down Python may lack without asking.
"""

import importlib.util
import json
import os
import sys
import sysconfig


def installed():
    # type: () -> dict[str, str]
    """Version by distribution name, the one that would be imported first."""
    from importlib import metadata

    found = {}  # type: dict[str, str]
    for distribution in metadata.distributions():
        try:
            name, version = distribution.metadata["Name"], distribution.version
        except Exception:  # noqa: S112 - damaged, in whatever way: it counts as not there
            continue
        if name and version:
            found.setdefault(name, version)
    return found


def pip_version():
    # type: () -> str | None
    try:
        import pip
    except Exception:  # a broken pip is as good as none
        return None
    return str(getattr(pip, "__version__", "")) or None


def pip_wheels():
    # type: () -> list[str]
    """The wheels of pip that came with this Python, for its ensurepip."""
    folders = [sysconfig.get_config_var("WHEEL_PKG_DIR") or ""]
    spec = importlib.util.find_spec("ensurepip")
    if spec is not None and spec.origin:
        folders.append(os.path.join(os.path.dirname(spec.origin), "_bundled"))
    return [
        os.path.join(folder, name)
        for folder in folders
        if os.path.isdir(folder)
        for name in sorted(os.listdir(folder))
        if name.startswith("pip-") and name.endswith("-py3-none-any.whl")
    ]


print(
    json.dumps(
        {
            "executable": sys.executable,
            "version": "%d.%d.%d" % sys.version_info[:3],  # noqa: UP031
            "prefix": sys.prefix,
            "base_prefix": sys.base_prefix,
            "pip": pip_version(),
            "venv": importlib.util.find_spec("venv") is not None,
            "ensurepip": importlib.util.find_spec("ensurepip") is not None,
            "pip_wheels": pip_wheels(),
            "installed": installed(),
        }
    )
)
