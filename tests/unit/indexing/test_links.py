"""Which machines, libcs and Pythons a wheel's name stands for."""

from __future__ import annotations

import pytest
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename

from pidoctor.indexing.links import Coverage, Link, accepted_pythons, covers, said_by
from pidoctor.indexing.pages import publications
from pidoctor.indexing.scope import load_scope

SCOPE = load_scope()


def link(filename: str) -> Link:
    return Link(filename, "0" * 64, None, "", 1, "index", "")


@pytest.mark.parametrize(
    "filename",
    [
        "p-1-cp311-cp311-manylinux_2_27_aarch64.whl",
        "p-1-cp39-cp39-manylinux2014_armv7l.whl",
        "p-1-cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "p-1-cp37-abi3-manylinux_2_28_aarch64.whl",
        "p-1-cp311-abi3-musllinux_1_2_x86_64.whl",
        "p-1-py3-none-any.whl",
        "p-1-py2.py3-none-any.whl",
        "p-1-py310-none-any.whl",
        "p-1-py3-none-manylinux2010_x86_64.whl",
        "p-1-cp313-cp313-linux_armv7l.whl",
        "p-1-cp313-cp313t-manylinux_2_28_aarch64.whl",
        "p-1-cp36-cp36m-manylinux1_x86_64.whl",
        "p-1-pp39-pypy39_pp73-manylinux2014_aarch64.whl",
        "p-1-cp311-cp311-win_amd64.whl",
    ],
)
def test_coverage_is_what_installers_accept(filename: str) -> None:
    """Against the tags that packaging makes for each machine, as pip does."""
    coverage = link(filename).coverage(SCOPE)
    tags = parse_wheel_filename(filename)[3]
    for python in SCOPE.pythons:
        for machine in SCOPE.machines:
            for glibc in (12, 17, 27, 28, 41):
                expected = bool(tags & installer_tags(python, machine, glibc))
                assert covered(coverage, python, machine, (2, glibc)) == expected, (
                    python,
                    machine,
                    glibc,
                )


def covered(coverage: Coverage, python: str, machine: str, glibc: tuple[int, int]) -> bool:
    plain = (python, machine, "linux") in coverage
    return plain or coverage.get((python, machine, "manylinux"), (99, 0)) <= glibc


def installer_tags(python: str, machine: str, glibc: int) -> set[Tag]:
    version = (3, int(python.split(".")[1]))
    oldest = 4 if machine == "x86_64" else 16
    platforms = [f"manylinux_2_{level}_{machine}" for level in range(glibc, oldest, -1)]
    legacy = {"manylinux2014": 17, "manylinux2010": 12, "manylinux1": 5}
    platforms += [f"{name}_{machine}" for name, level in legacy.items() if oldest < level <= glibc]
    if machine == "armv6l":
        platforms = []
    platforms.append(f"linux_{machine}")
    return {
        *cpython_tags(version, platforms=platforms),
        *compatible_tags(version, f"cp{version[0]}{version[1]}", platforms),
    }


def test_a_lower_libc_covers_a_higher_one() -> None:
    old = link("p-1-cp311-cp311-manylinux2014_aarch64.whl").coverage(SCOPE)
    new = link("p-1-cp311-cp311-manylinux_2_28_aarch64.whl").coverage(SCOPE)
    pure = link("p-1-py3-none-any.whl").coverage(SCOPE)
    assert covers(old, new)
    assert not covers(new, old)
    assert covers(pure, old)
    assert not covers(old, pure)


def test_requires_python() -> None:
    assert accepted_pythons(">=3.10", SCOPE, every_patch=False) == {
        "3.10", "3.11", "3.12", "3.13", "3.14",
    }  # fmt: skip
    assert "3.9" in accepted_pythons(">=3.9.2", SCOPE, every_patch=False)
    assert "3.9" not in accepted_pythons(">=3.9.2", SCOPE, every_patch=True)
    assert accepted_pythons("", SCOPE, every_patch=True) == set(SCOPE.pythons)
    assert accepted_pythons("no specifier", SCOPE, every_patch=True) == set(SCOPE.pythons)


def test_publications_in_words() -> None:
    links = [
        link(name)
        for name in (
            "p-2.3-cp35-cp35m-manylinux2010_x86_64.whl",
            "p-2.3-cp38-cp38-manylinux2010_x86_64.whl",
            "p-2.3-cp38-cp38-win_amd64.whl",
            "p-2.3-cp38-cp38-macosx_10_11_x86_64.whl",
            "p-2.4-cp38-cp38-musllinux_1_1_aarch64.whl",
            "p-2.5rc1-cp38-cp38-manylinux2010_x86_64.whl",
        )
    ]
    assert publications(links) == {
        "2.3": "Linux x86-64 with Python 3.5-3.8, Windows, macOS",
        "2.4": "Linux aarch64 with Python 3.8",
    }


@pytest.mark.parametrize(
    "filename",
    [
        "kit-1.0-1/../../elsewhere-py3-none-any.whl",
        "../kit-1.0-py3-none-any.whl",
        "/kit-1.0-py3-none-any.whl",
        "kit-1.0/../x.tar.gz",
    ],
)
def test_a_path_is_no_file_name(filename: str) -> None:
    """A wheel is written under the name that the index gives it."""
    assert said_by(filename) is None
