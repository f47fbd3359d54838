"""The older names of three manylinux levels, and the glibc that each stands for.

PEP 513 (manylinux1), PEP 571 (manylinux2010), PEP 599 (manylinux2014); PEP 600 makes them aliases.
"""

from __future__ import annotations

LEGACY_GLIBC = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
