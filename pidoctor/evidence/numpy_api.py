"""Which NumPy C API a library was compiled against, from what a scan of it found."""

from __future__ import annotations

from dataclasses import dataclass

from pidoctor.catalog.relations import load_relations
from pidoctor.evidence.instructions import Marks


@dataclass(frozen=True)
class NumpyUse:
    """``abi`` 1 (does not run with NumPy 2) or 2 (runs with both); ``feature`` is the C API version
    demanded at import, 0 where it cannot be told."""

    abi: int
    feature: int


def numpy_use(marks: Marks) -> NumpyUse | None:
    """None when the library does not import NumPy's C API.

    The import code of NumPy 2's header looks for ``numpy._core`` before ``numpy.core``; NumPy 1's
    never knew that name (https://numpy.org/doc/stable/dev/depending_on_numpy.html). NumPy 2's also
    names the release asked for in its error message, which is the surest sign of the version.
    """
    if not marks.numpy_capsule:
        return None
    stated = {_feature(release) for release in marks.numpy_releases} if marks.numpy_core else set()
    return NumpyUse(
        abi=2 if marks.numpy_core else 1,
        feature=max(stated or marks.numpy_features, default=0),
    )


def _feature(release: str) -> int:
    for level in load_relations().numpy_levels:
        if level.numpy.contains(release):
            return level.feature
    return 0
