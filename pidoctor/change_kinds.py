"""The kinds of changes that make something run, cheapest first; schemas list them as well."""

from __future__ import annotations

#: A word in a file or on the command line, a package, an interpreter, a kernel, a container.
_HERE = (
    "requirement",
    "version",
    "runtime",
    "upgrade",
    "environment",
    "replace",
    "system-package",
    "python",
    "kernel",
    "container",
)
#: Another conversion, another network, another file: only of a model.
_OF_A_MODEL = ("converter", "operators", "file")
#: A new card, new hardware.
ANEW = ("os-bits", "os-release", "board")
#: Last: what is no runtime, and has another programming interface.
_OTHER = ("other-way",)

MODEL_KINDS = (*_HERE, *_OF_A_MODEL, *ANEW, *_OTHER)
KINDS = (*_HERE, *ANEW, *_OTHER)


def cost(kind: str) -> int:
    """The place of a kind of change in the order, from 1: the cheapest."""
    return MODEL_KINDS.index(kind) + 1
