"""Runs inside the interpreter that TensorFlow Lite is wanted for; prints what only it knows.

It imports nothing of pidoctor, needs nothing but the standard library and is valid on Python 3.6.
pidoctor either sends its source to ``python -I -`` or, when the interpreter in question is the one
that runs pidoctor, calls :func:`facts` itself; both give the same answers.
"""

import os
import sys

TAG = "pidoctor-payload/1"


def facts(prefix: str) -> "dict[str, object]":
    """The facts, for the installation or virtual environment whose prefix is ``prefix``."""
    version = sys.version_info
    release = "%d.%d.%d" % version[:3]  # noqa: UP031
    if version[3] != "final":
        release += {"alpha": "a", "beta": "b", "candidate": "rc"}[version[3]] + str(version[4])
    return {
        "version": release,
        "implementation": sys.implementation.name,
        "abi": abi(),
        "prefix": prefix,
        "base_prefix": sys.base_prefix,
        "stdlib": os.path.dirname(os.__file__),
        "libc": libc(),
        "ssl": has_ssl(),
    }


def abi() -> str:
    """The ABI tag of extension modules: cp311, cp313t, pypy39_pp73."""
    if sys.implementation.name == "cpython":
        return "cp%d%d%s" % (sys.version_info[0], sys.version_info[1], sys.abiflags)  # noqa: UP031
    import importlib.machinery

    suffix = importlib.machinery.EXTENSION_SUFFIXES[0].split(".")
    return "_".join(suffix[1].split("-")[:2]) if len(suffix) > 2 else ""


def has_ssl() -> bool:
    """Whether it was built with OpenSSL; looked for only, for loading it takes a while."""
    from importlib.machinery import PathFinder

    return "_ssl" in sys.builtin_module_names or PathFinder.find_spec("_ssl") is not None


def libc() -> str:
    """ "glibc 2.36" as the C library itself says it; empty where it is another one."""
    try:
        return os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (AttributeError, OSError, ValueError):
        return ""


if __name__ == "__main__":
    import json

    print(TAG + " " + json.dumps(facts(sys.prefix)))
