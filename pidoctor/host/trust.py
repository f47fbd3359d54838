"""Whether the Python of a folder may be run though nobody named that folder.

A folder called ``.venv`` may have come with a checkout. Its interpreter is run unasked
only where it is a Python installed elsewhere on this machine, by root or by this user.
"""

from __future__ import annotations

import os
import stat

from pidoctor.expressions import expression

_PYTHON = expression(r"(python|pypy)[0-9.]*t?")


def why_not_run(environment: str) -> str:
    """Why the interpreter of ``environment`` is not to be run unasked; empty where it may be."""
    try:
        owners = {os.lstat(environment).st_uid, os.stat(environment).st_uid}
    except OSError:
        return ""  # nothing there that could be run
    for owner in owners - {os.geteuid(), 0}:
        return f"it belongs to another user (number {owner})"
    configuration = os.path.join(environment, "pyvenv.cfg")
    if os.path.lexists(configuration) and not os.path.isfile(configuration):
        return f"{configuration} is no file, and Python would wait for it"
    python = os.path.join(environment, "bin", "python")
    if not os.path.lexists(python):
        return ""
    return why_not_trusted(python, environment)


def why_not_trusted(python: str, environment: str) -> str:
    """Why ``python`` is no interpreter installed apart from ``environment``; empty where it is."""
    real, project = os.path.realpath(python), os.path.dirname(os.path.realpath(environment))
    if project == os.path.realpath(os.path.expanduser("~")):  # people keep Pythons there
        project = os.path.realpath(environment)
    if os.path.commonpath([real, project]) == project:
        return f"its Python is a program that lies beside or in it ({real})"
    try:
        status = os.stat(real)
    except OSError:
        return ""  # it does not run anyway
    if not _PYTHON.fullmatch(os.path.basename(real)):
        return f"its Python is another program ({real})"
    if status.st_uid not in (os.geteuid(), 0) or status.st_mode & stat.S_IWOTH:
        return f"its Python may be changed by other users ({real})"
    return ""
